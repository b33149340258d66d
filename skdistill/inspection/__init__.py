"""Pictures of students."""

from skdistill.inspection._fidelity_complexity import FidelityComplexityDisplay

__all__ = ["FidelityComplexityDisplay"]
