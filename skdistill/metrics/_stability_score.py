"""Stability: would another run give another student?

A student that changes with every draw of its transfer set is one of many that
are as faithful: its predictions can be relied on, its structure cannot. Source
of the measures: A. Kalousis, J. Prados, M. Hilario, "Stability of feature selection algorithms",
Knowledge and Information Systems 12, 2007 (overlap of columns); L. I. Lin, "A
concordance correlation coefficient to evaluate reproducibility", Biometrics 45,
1989 (agreement of real values).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils import check_random_state
from sklearn.utils.parallel import Parallel, delayed

from skdistill._rows import as_rows, take_rows
from skdistill._validation import Number
from skdistill.metrics._comparison import student_kind
from skdistill.metrics._known_rows import count_seen
from skdistill.metrics._leaves import find_leaves
from skdistill.metrics._predictions import predictions_of
from skdistill.metrics._stability import Stability
from skdistill.teachers import final_step_and_rows

__all__ = ["stability_score"]


def stability_score(
    estimator: Any,
    X: Any,
    y: Any = None,
    *,
    X_eval: Any = None,
    n_runs: int = 10,
    resample: bool = False,
    n_jobs: int | None = None,
    random_state: Any = None,
) -> Stability:
    """Measure how much a student changes from run to run.

    Clones of the estimator are fitted with fresh seeds, so each draws a
    transfer set of its own, and their predictions, columns and first splits
    are compared. A fitted teacher is the same in all runs: it is never refitted.

    Parameters
    ----------
    estimator : estimator
        A distiller, a pipeline that ends in one, a search over either, or any
        other predictor. It is cloned, and need not be fitted.
    X : array-like or DataFrame of shape (n_samples, n_features)
        Rows to fit on.
    y : array-like of shape (n_samples,), default=None
        Labels, where the estimator needs them.
    X_eval : array-like or DataFrame of shape (n_rows, n_features), default=None
        Rows on which predictions are compared, preferably not in X; by default
        X itself.
    n_runs : int, default=10
        Number of students, at least two.
    resample : bool, default=False
        Whether each is fitted on a bootstrap sample of the rows of X, so that
        other rows, not only other seeds, may change it.
    n_jobs : int, default=None
        Fits at once.
    random_state : int, RandomState instance or None, default=None
        Seeds the runs. In each of them every ``random_state`` of the estimator,
        its own and those of its parts, gets a seed of that run, whatever it was
        set to; only those of a teacher stay as they are.

    Returns
    -------
    stability : Stability
        The mean agreement of two students, as a float: share of rows to which
        they predict the same label, or concordance of their values. It holds
        its range, which columns are used how often, the first splits and
        sizes, and prints as a report.

    Raises
    ------
    ValueError
        If ``n_runs`` is less than two, or there are no rows.

    See Also
    --------
    fidelity_report : Fidelity of one student.

    Notes
    -----
    Agreement and structure are two things: trees with other columns may make
    the same predictions. The mean of fidelity bounds agreement: two students of
    fidelity f agree on at least 2f - 1 of the rows.

    An unfitted teacher is fitted anew in each run. Where it has no
    ``random_state`` of its own it changes too: then the stability is that of
    teacher and student together.

    The concordance of values a and b is
    1 - mean((a - b)²) / (var a + var b + (mean a - mean b)²): one where they
    are equal, zero where they have nothing in common.

    Cost: ``n_runs`` fits, and its square of comparisons. With a
    :class:`skdistill.CachedTeacher` the rows of X are queried in the first run
    alone.

    References
    ----------
    .. [1] A. Kalousis, J. Prados, M. Hilario, "Stability of feature selection
       algorithms: a study on high-dimensional spaces", Knowledge and
       Information Systems 12, 2007. :doi:`10.1007/s10115-006-0040-8`
    .. [2] L. I. Lin, "A concordance correlation coefficient to evaluate
       reproducibility", Biometrics 45, 1989. :doi:`10.2307/2532051`

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from skdistill import DistilledTreeClassifier
    >>> from skdistill.metrics import stability_score
    >>> from skdistill.trees import CartGrower
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> forest = RandomForestClassifier(n_estimators=20, random_state=0).fit(X[:300], y[:300])
    >>> student = DistilledTreeClassifier(forest, grower=CartGrower(), max_leaf_nodes=6)
    >>> stability = stability_score(
    ...     student, X[:300], X_eval=X[300:], n_runs=3, random_state=0)
    >>> stability > 0.8
    True
    >>> stability.sizes.tolist()
    [6, 6, 6]
    """
    if not Number(2, whole=True).accepts(n_runs):
        raise ValueError(f"n_runs must be an integer >= 2, got {n_runs!r}.")
    X = as_rows(X)
    rows = X if X_eval is None else as_rows(X_eval)
    if not rows.shape[0]:
        raise ValueError("There are no rows to compare the students on: X_eval is empty.")
    seeds = check_random_state(random_state).randint(np.iinfo(np.int32).max, size=n_runs)
    runs = Parallel(n_jobs=n_jobs)(
        delayed(_run)(estimator, X, y, rows, int(seed), resample) for seed in seeds
    )
    predictions, structures, seen, values = (list(each) for each in zip(*runs, strict=True))
    n_seen = None if None in seen else max(seen)
    if X_eval is None and (resample or n_seen is None):
        n_seen = rows.shape[0]  # of all runs together
    details: dict[str, Any] = {}
    if None not in structures:
        columns = list(dict.fromkeys(name for each in structures for name in each["columns"]))
        details = {
            "columns": columns,
            "used": np.array([np.isin(columns, each["used"]) for each in structures]),
            "roots": [each["root"] for each in structures],
            "part": structures[0]["part"],
            "sizes": np.array([each["size"] for each in structures]),
        }
    compare, metric = (_concordance, "concordance") if values[0] else (_agreement, "agreement")
    return Stability(compare(predictions), metric, n_rows=rows.shape[0], n_seen=n_seen, **details)


def _reseeded(estimator: Any, rng: np.random.RandomState) -> Any:
    """Clone an estimator and seed every ``random_state`` that is not a teacher's."""
    fresh = clone(estimator)
    params = fresh.get_params(deep=True)
    held = tuple(
        f"{name}__"
        for name, value in params.items()
        if name.split("__")[-1] == "teacher" or isinstance(value, FrozenEstimator)
    )
    seeds = {
        name: int(rng.randint(np.iinfo(np.int32).max))
        for name in sorted(params)
        if name.split("__")[-1] == "random_state" and not name.startswith(held)
    }
    return fresh.set_params(**seeds) if seeds else fresh


def _run(
    estimator: Any, X: Any, y: Any, rows: Any, seed: int, resample: bool
) -> tuple[np.ndarray, dict[str, Any] | None, int | None, bool]:
    """Fit one student; returns its predictions, structure, number of known rows, and kind."""
    rng = np.random.RandomState(seed)
    student = _reseeded(estimator, rng)
    if resample:
        chosen = rng.randint(X.shape[0], size=X.shape[0])
        X, y = take_rows(X, chosen), None if y is None else np.asarray(y)[chosen]
    student.fit(X, y)
    leaves, _ = find_leaves(student, take_rows(rows, slice(0, 1)))
    structure = None
    if leaves is not None:
        structure = {
            "columns": leaves.columns,
            "used": leaves.columns_used(),
            "root": leaves.root(),
            "size": len(leaves),
            "part": leaves.part,
        }
    inner, seen_rows = final_step_and_rows(student, rows)
    values = student_kind(inner) == "regressor"
    return predictions_of(student, rows), structure, count_seen(inner, seen_rows), values


def _agreement(predictions: list[np.ndarray]) -> np.ndarray:
    """Share of equal labels of each two runs: shape (n_runs, n_runs)."""
    labels = np.stack(predictions)
    return np.array([(each == labels).mean(axis=1) for each in labels])


def _concordance(predictions: list[np.ndarray]) -> np.ndarray:
    """Concordance of the values of each two runs, mean over outputs: shape (n_runs, n_runs)."""
    values = np.stack([each.reshape(len(each), -1) for each in predictions]).astype(float)
    mean, variance = values.mean(axis=1), values.var(axis=1)
    found = np.empty((len(values), len(values)))
    for i, each in enumerate(values):
        apart = ((each - values) ** 2).mean(axis=1)
        possible = variance[i] + variance + (mean[i] - mean) ** 2
        alike = 1.0 - np.divide(apart, possible, out=np.zeros_like(apart), where=possible > 0)
        found[i] = alike.mean(axis=1)
    return found
