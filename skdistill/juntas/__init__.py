"""Relevant-feature search (juntas): the few columns that a teacher depends on, by queries."""

from skdistill.juntas._budget import QueryBudget, membership_query_budget
from skdistill.juntas._distiller import JuntaDistiller
from skdistill.juntas._dnf import Dnf
from skdistill.juntas._proof import PromiseCertificate, Witness
from skdistill.juntas._truth_table import TruthTable

__all__ = [
    "Dnf",
    "JuntaDistiller",
    "PromiseCertificate",
    "QueryBudget",
    "TruthTable",
    "Witness",
    "membership_query_budget",
]
