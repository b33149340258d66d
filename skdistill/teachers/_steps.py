"""What stands inside pipelines and searches, and rows as it sees them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sklearn.pipeline import Pipeline

from skdistill.teachers._kind import unfrozen

__all__ = ["final_step", "final_step_and_rows"]


def _shells(estimator: Any) -> Iterator[Any]:
    """The pipelines and searches around an estimator, and last the estimator itself."""
    while True:
        estimator = unfrozen(estimator)
        if hasattr(estimator, "best_estimator_"):
            estimator = estimator.best_estimator_
            continue
        yield estimator
        if not isinstance(estimator, Pipeline):
            return
        estimator = estimator.steps[-1][1]


def final_step(estimator: Any) -> Any:
    """Return the estimator inside fitted pipelines and searches."""
    *_, inner = _shells(estimator)
    return inner


def final_step_and_rows(estimator: Any, X: Any) -> tuple[Any, Any]:
    """Return the estimator inside pipelines and searches, and the rows as it sees them."""
    for outer in _shells(estimator):
        if isinstance(outer, Pipeline):
            for _, step in outer.steps[:-1]:
                if hasattr(step, "transform"):  # samplers act in fit alone
                    X = step.transform(X)
    return final_step(estimator), X
