"""Which grower "auto" is."""

from __future__ import annotations

from typing import Any

from scipy import sparse

from skdistill._labels import ClassLabels
from skdistill._validation import Instance, OneOf
from skdistill.trees._alternating_grower import AlternatingGrower
from skdistill.trees._cart_grower import CartGrower
from skdistill.trees._growth import GrowthTask
from skdistill.trees._pruned_grower import PrunedGrower

__all__ = ["GROWER_RULE", "grower_limits", "resolve_grower"]

# Beyond this no one reads a tree, and a search over its nodes takes minutes.
_MANY_LEAVES = 128

GROWER_RULE = [
    OneOf("auto"),
    Instance(
        "a grower, such as CartGrower()",
        lambda value: hasattr(value, "grow") and not isinstance(value, type),
    ),
]


def resolve_grower(grower: Any, task: GrowthTask) -> Any:
    """Return the grower that fits a task.

    Parameters
    ----------
    grower : "auto" or grower
    task : GrowthTask

    Returns
    -------
    grower : grower
        For "auto": alternating optimisation; exact pruning where rows are
        sparse or leaves more than 128; and CART where leaves do not predict means, or
        labels are soft: by disagreement alone, leaves that predict the same
        are merged, however their probabilities differ.
    """
    if not isinstance(grower, str):
        return grower
    soft = isinstance(task.labels, ClassLabels) and task.labels.soft
    if soft or task.params["criterion"] in ("absolute_error", "poisson"):
        return CartGrower()
    leaves = task.params["max_leaf_nodes"]
    if sparse.issparse(task.X) or leaves is None or leaves > _MANY_LEAVES:
        return PrunedGrower()
    return AlternatingGrower()


def grower_limits(tags: Any, grower: Any) -> Any:
    """Restrict a tree's tags to what its grower can read."""
    if hasattr(grower, "__sklearn_tags__") and not isinstance(grower, type):
        tags.input_tags.sparse &= grower.__sklearn_tags__().input_tags.sparse
    return tags
