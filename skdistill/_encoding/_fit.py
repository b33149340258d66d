"""Which columns are categorical, and the order of their categories."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from skdistill._encoding._encoder import FrameEncoder
from skdistill._frames import is_frame, library_of
from skdistill._labels import ClassLabels, Labels
from skdistill._rows import categorical_columns
from skdistill.exceptions import DistillationWarning

__all__ = ["fit_encoder", "ordering_values"]

# A column with a category for at least this share of the rows, and that many rows,
# looks like an identifier.
_ID_SHARE, _ID_ROWS = 0.8, 30


def ordering_values(labels: Labels) -> np.ndarray | None:
    """Return the number that categories are ordered by on each row; None where there are several.

    Parameters
    ----------
    labels : Labels
        Of n rows.

    Returns
    -------
    values : ndarray of shape (n,) or None
        The probability of the second of two classes, or 1 where it is the
        label, or the value of a single output.
    """
    if isinstance(labels, ClassLabels):
        return labels.distribution()[:, 1] if len(labels.classes) == 2 else None
    targets = labels.targets
    return targets[:, 0] if targets.shape[1] == 1 else None


def fit_encoder(
    X: Any,
    values: np.ndarray | None = None,
    sample_weight: np.ndarray | None = None,
    *,
    n_real: int | None = None,
) -> FrameEncoder | None:
    """Fit the encoder that a tree needs to read X; None where it needs none.

    Parameters
    ----------
    X : ndarray, sparse matrix or DataFrame of shape (n_samples, n_features)
    values : ndarray of shape (n_samples,), default=None
        What categories are ordered by, see `ordering_values`. None gives
        indicators of all categories.
    sample_weight : ndarray of shape (n_samples,), default=None
        Of the rows, in the means.
    n_real : int, default=None
        How many rows are real, the first ones; all by default. By these a column is
        judged to be an identifier.

    Returns
    -------
    encoder : FrameEncoder or None
        A missing value is a category like any other, where there are some. A
        column of three categories has indicators always: they contain all
        groupings. None where all columns of X are numbers by their dtype.

    Warns
    -----
    DistillationWarning
        If a column has nearly as many categories as there are real rows.
    """
    if not is_frame(X):
        return None
    library = library_of(X)
    categorical = categorical_columns(X)
    numeric = np.array([kind == "number" for kind in library.kinds(X)])
    if numeric.all():
        return None
    _warn_of_identifiers(X, categorical, X.shape[0] if n_real is None else n_real)
    weight = np.ones(X.shape[0]) if sample_weight is None else sample_weight
    ranks: dict[int, tuple[Any, ...]] = {}
    indicators: dict[int, tuple[Any, ...]] = {}
    for j in np.flatnonzero(categorical).tolist():
        codes, found = library.factorize(library.column(X, j))
        missing = bool((codes < 0).any())
        if values is None or len(found) + missing == 3:
            indicators[j] = (*_in_order(found), *([None] if missing else []))
        else:
            ranks[j] = _by_mean(codes, found, values, weight)
    written = ~numeric & ~categorical  # numbers in columns of text or objects
    nullable = frozenset(j for j, dtype in enumerate(X.dtypes) if written[j] or _is_nullable(dtype))
    return FrameEncoder(tuple(X.columns), ranks, indicators, nullable, library.name)


def _is_nullable(dtype: Any) -> bool:
    """Whether missing values of a pandas dtype, or of its categories, are ``pandas.NA``."""
    inner = getattr(getattr(dtype, "categories", None), "dtype", dtype)
    return str(getattr(inner, "na_value", None)) == "<NA>"


def _in_order(categories: list[Any]) -> list[Any]:
    """Categories in their own order, or by their text where they have none."""
    try:
        return sorted(categories)
    except TypeError:
        return sorted(categories, key=lambda category: (str(category), type(category).__name__))


def _by_mean(
    codes: np.ndarray, categories: list[Any], values: np.ndarray, weight: np.ndarray
) -> tuple[Any, ...]:
    """Categories by the weighted mean of the values there; None stands for missing."""
    n_codes = len(categories) + 1
    mass = np.bincount(codes + 1, weight, minlength=n_codes)
    total = np.bincount(codes + 1, weight * values, minlength=n_codes)
    mean = np.divide(total, mass, out=np.zeros_like(total), where=mass > 0)
    # Sums of equal numbers in another order are not to part what is equal.
    mean = np.round(mean / (np.abs(values).max() or 1.0), 12)
    named: list[tuple[float, bool, str, str, Any]] = [
        (mean[code + 1], False, str(category), type(category).__name__, category)
        for code, category in enumerate(categories)
    ]
    if (codes < 0).any():
        named.append((mean[0], True, "", "", None))
    return tuple(entry[-1] for entry in sorted(named, key=lambda entry: entry[:-1]))


def _warn_of_identifiers(X: Any, categorical: np.ndarray, n_real: int) -> None:
    """Warn of categorical columns in which nearly every real row has a category of its own."""
    library = library_of(X)
    found = []
    for j in np.flatnonzero(categorical).tolist():
        codes, categories = library.factorize(library.column(X, j)[:n_real])
        known = int((codes >= 0).sum())
        if known >= _ID_ROWS and len(categories) >= _ID_SHARE * known:
            found.append(f"{X.columns[j]!r} ({len(categories)} categories in {known} rows)")
    if found:
        warnings.warn(
            f"Nearly every row has a category of its own in {', '.join(found)}. That looks like "
            "an identifier: rules on it hold for the rows of fit and for no others. Leave the "
            "column out, or turn it into a number if it is one.",
            DistillationWarning,
            stacklevel=5,
        )
