"""Columns, rows and random numbers that all transfer sets share."""

from skdistill.transfer._tables._bandwidth import (
    column_deviations,
    multivariate_rule,
    rule_of_thumb,
    silverman_factor,
)
from skdistill.transfer._tables._common_table import common_table, same_layout
from skdistill.transfer._tables._draws import Draws, RowDraws, balanced_rows, pick_one
from skdistill.transfer._tables._layouts import ArrayLayout, NumberColumn
from skdistill.transfer._tables._marginals import (
    PointMasses,
    category_shares,
    draw_columns,
    has_atoms,
    uniform_shares,
)
from skdistill.transfer._tables._perturb import perturb
from skdistill.transfer._tables._row_copies import RowCopyMixin
from skdistill.transfer._tables._sampling import iter_chunks, seeds_of
from skdistill.transfer._tables._standardize import Standardizer, fit_standardizer
from skdistill.transfer._tables._table import MISSING, Encoded, Table, learn_table

__all__ = [
    "MISSING",
    "ArrayLayout",
    "Draws",
    "Encoded",
    "NumberColumn",
    "PointMasses",
    "RowCopyMixin",
    "RowDraws",
    "Standardizer",
    "Table",
    "balanced_rows",
    "category_shares",
    "column_deviations",
    "common_table",
    "draw_columns",
    "fit_standardizer",
    "has_atoms",
    "iter_chunks",
    "learn_table",
    "multivariate_rule",
    "perturb",
    "pick_one",
    "rule_of_thumb",
    "same_layout",
    "seeds_of",
    "silverman_factor",
    "uniform_shares",
]
