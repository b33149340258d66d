"""Juntas: a teacher's few relevant columns, recovered by asking it."""

from skdistill.juntas._budget import QueryBudget, membership_query_budget
from skdistill.juntas._certificate import PromiseCertificate
from skdistill.juntas._distiller import JuntaDistiller
from skdistill.juntas._dnf import Dnf
from skdistill.juntas._domain import Box
from skdistill.juntas._truth_table import TruthTable
from skdistill.juntas._witness import Witness

__all__ = [
    "Box",
    "Dnf",
    "JuntaDistiller",
    "PromiseCertificate",
    "QueryBudget",
    "TruthTable",
    "Witness",
    "membership_query_budget",
]
