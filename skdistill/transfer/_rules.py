"""Rules for the parameters that every transfer set has."""

from __future__ import annotations

from skdistill._validation import Instance, Number, OneOf

__all__ = ["COMMON_RULES"]

_LIST_LIKE = Instance(
    "a mask, positions or names of columns",
    lambda value: hasattr(value, "__len__") and not isinstance(value, str),
)

COMMON_RULES = {
    "n_samples": [Number(0, whole=True), OneOf("auto")],
    "categorical_features": [OneOf("from_dtype", None), _LIST_LIKE],
}
