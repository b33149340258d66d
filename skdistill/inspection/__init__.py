"""Displays that plot students, and the rows that they learn from."""

from skdistill.inspection._fidelity_complexity import FidelityComplexityDisplay
from skdistill.inspection._two_sample import ColumnComparison, TwoSampleDisplay

__all__ = ["ColumnComparison", "FidelityComplexityDisplay", "TwoSampleDisplay"]
