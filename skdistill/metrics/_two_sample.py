"""Classifier two-sample test: are two sets of rows distinguishable?

Source: D. Lopez-Paz, M. Oquab, "Revisiting classifier two-sample tests",
ICLR 2017.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, cross_val_score
from sklearn.utils import check_array, check_consistent_length, check_random_state

from skdistill._frames import NAT, library_of
from skdistill._rows import categorical_columns, is_frame, stack_rows, take_column
from skdistill._validation import Number

__all__ = ["check_two_samples", "two_sample_auc"]

# Columns of more categories than these are read by the rank of their frequency.
_MAX_CATEGORIES = 255


def check_two_samples(real: Any, synthetic: Any) -> tuple[Any, Any]:
    """Check that two sets of rows have the same kind and columns.

    Parameters
    ----------
    real, synthetic : array-like or DataFrame
        With the same columns.

    Returns
    -------
    real, synthetic : ndarray or DataFrame
        Data frames as they came, anything else as arrays.
    """
    if is_frame(real) != is_frame(synthetic):
        raise TypeError(
            "real and synthetic must be rows of one kind: two arrays, or two data frames. Got a "
            f"{type(real).__name__} and a {type(synthetic).__name__}."
        )
    if is_frame(real):
        names: tuple[Any, Any] = list(real.columns), list(synthetic.columns)
    else:
        real = check_array(real, ensure_all_finite="allow-nan", input_name="real")
        synthetic = check_array(synthetic, ensure_all_finite="allow-nan", input_name="synthetic")
        names = f"{real.shape[1]} columns", f"{synthetic.shape[1]} columns"
    if names[0] != names[1]:
        raise ValueError(
            "real and synthetic must have the same columns, in the same order. Got "
            f"{names[0]} and {names[1]}."
        )
    return real, synthetic


def two_sample_auc(
    real: Any,
    synthetic: Any,
    *,
    cv: Any = 5,
    groups: Any = None,
    classifier: Any = None,
    n_jobs: int | None = None,
    random_state: Any = None,
) -> float:
    """Measure how well a classifier distinguishes synthetic rows from real ones.

    A classifier is trained on both, with the label of where a row came from,
    and scored on held-out rows. The score shows how similar the synthetic rows
    are to the real ones, **not** how good a student they make. Rows that are
    more spread out than the real ones are recognised easily, and often give a
    more faithful student: choose a
    transfer set by the student.

    Parameters
    ----------
    real : array-like or DataFrame of shape (n_real, n_features)
        Real rows, preferably not those that the generator was fitted on.
    synthetic : array-like or DataFrame of shape (n_synthetic, n_features)
        Rows of a generator.
    cv : int or cross-validation splitter, default=5
        Folds, over the real rows followed by the synthetic ones. A number
        gives shuffled, stratified folds; with ``groups``, folds that keep
        groups together.
    groups : array-like of shape (n_real + n_synthetic,), default=None
        Rows that belong together, real ones first.
    classifier : estimator, default=None
        With ``predict_proba`` or ``decision_function``; a clone is fitted on
        rows as they are. By default a ``HistGradientBoostingClassifier`` that
        reads categories, missing values and numbers.
    n_jobs : int, default=None
        Folds at once.
    random_state : int, RandomState instance or None, default=None
        Seeds the folds and the default classifier.

    Returns
    -------
    auc : float
        Mean over the folds of the area under the ROC curve: 0.5 where the
        rows cannot be distinguished, 1.0 where they always can.

    Raises
    ------
    TypeError
        If one is a data frame and the other is not.
    ValueError
        If they have different columns.

    See Also
    --------
    skdistill.inspection.TwoSampleDisplay : Which columns differ.
    fidelity_report : Fidelity of a student.

    Notes
    -----
    Rows that a generator derived from single real rows
    (``sample(return_parents=True)``) are relatives of these. Folds that keep
    relatives together measure rows that are new altogether:
    ``groups=np.concatenate([np.arange(n_real), parents])``.

    The cost is that of one fit of the classifier a fold.

    References
    ----------
    .. [1] D. Lopez-Paz, M. Oquab, "Revisiting classifier two-sample tests",
       ICLR 2017. :arxiv:`1610.06545`

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill.metrics import two_sample_auc
    >>> rng = np.random.default_rng(1)
    >>> X = rng.normal(size=(400, 2))
    >>> alike, moved = rng.normal(size=(400, 2)), rng.normal(2.0, size=(400, 2))
    >>> print(f"{two_sample_auc(X, alike, random_state=0):.1f}")
    0.5
    >>> print(f"{two_sample_auc(X, moved, random_state=0):.1f}")
    1.0
    """
    real, synthetic = check_two_samples(real, synthetic)
    n_folds = cv if Number(2, whole=True).accepts(cv) else 2
    for name, given in (("real", real), ("synthetic", synthetic)):
        if given.shape[0] < n_folds:
            raise ValueError(
                f"{name} has {given.shape[0]} rows, too few for cv={cv}: each fold needs one."
            )
    rng = check_random_state(random_state)
    rows: Any = stack_rows(real, synthetic)
    origin = np.repeat([0, 1], [real.shape[0], synthetic.shape[0]])
    if groups is not None:
        check_consistent_length(rows, groups)
    if classifier is None:
        rows, categorical = _matrix(rows)
        classifier = HistGradientBoostingClassifier(
            categorical_features=categorical,
            class_weight="balanced",
            random_state=rng.randint(2**31 - 1),
        )
    else:
        classifier = clone(classifier)
    if isinstance(cv, (int, np.integer)) and not isinstance(cv, bool):
        folds = StratifiedKFold if groups is None else StratifiedGroupKFold
        cv = folds(int(cv), shuffle=True, random_state=rng.randint(2**31 - 1))
    scores = cross_val_score(
        classifier,
        rows,
        origin,
        groups=groups,
        cv=cv,
        scoring="roc_auc",
        n_jobs=n_jobs,
        error_score="raise",
    )
    return float(np.mean(scores))


def _matrix(rows: Any) -> tuple[np.ndarray, np.ndarray | None]:
    """Rows as numbers for gradient boosting, and which columns are categorical.

    Categories become codes by falling frequency; columns of too many categories
    are read as numbers, by that rank.
    """
    if not is_frame(rows):
        return rows, None
    library, n_columns = library_of(rows), rows.shape[1]
    matrix, categorical = np.empty((rows.shape[0], n_columns)), categorical_columns(rows)
    for j in range(n_columns):
        column = take_column(rows, j)
        if library.kind_of(column.dtype) == "time":
            ticks = library.ticks(column)
            matrix[:, j] = np.where(ticks == NAT, np.nan, ticks)
            continue
        if not categorical[j]:
            matrix[:, j] = library.numbers(column)
            continue
        codes, _ = library.factorize(column)
        counts = np.bincount(codes[codes >= 0])
        rank = np.empty(len(counts) + 1)
        rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
        rank[-1] = np.nan  # where code -1, missing, points to
        matrix[:, j] = rank[codes]
        categorical[j] = len(counts) <= _MAX_CATEGORIES
    return matrix, categorical
