"""Levels of a data frame as columns of zeros and ones, for trees.

Trees split numbers. A categorical column becomes one column a level, named
``column=level``, so that a rule can speak of the level; numeric columns pass.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OneHotEncoder
from sklearn.utils.validation import check_array

from skdistill._frames import is_frame, is_pandas, library_of
from skdistill._rows import categorical_columns, is_level_dtype

__all__ = [
    "encode",
    "encode_constraints",
    "fit_encoder",
    "has_nullable",
    "tree_feature_names",
    "without_na",
]


def _is_nullable(dtype: Any) -> bool:
    """Whether gaps of a pandas dtype, or of the levels of one, are ``pandas.NA``."""
    inner = getattr(getattr(dtype, "categories", None), "dtype", dtype)
    return str(getattr(inner, "na_value", None)) == "<NA>"


def has_nullable(X: Any) -> bool:
    """Whether X is a data frame with a column in which gaps would be ``pandas.NA``."""
    return is_pandas(X) and any(map(_is_nullable, X.dtypes))


def without_na(X: Any) -> Any:
    """Return a frame in which gaps are NaN: scikit-learn's encoders know no ``pandas.NA``.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_features)
        Not changed.

    Returns
    -------
    X : DataFrame of shape (n_samples, n_features)
        Nullable numbers as floats, nullable levels as objects. Frames of polars
        come back as they are: those the encoders do know.
    """
    if not is_pandas(X):
        return X
    X = X.copy(deep=False)
    for name, dtype in X.dtypes.items():
        if not _is_nullable(dtype):
            continue
        if is_level_dtype(dtype):
            levels = X[name].astype(object)
            X[name] = levels.where(levels.notna(), np.nan)
        else:
            X[name] = X[name].astype(np.float64)
    return X


def fit_encoder(X: Any) -> ColumnTransformer | None:
    """Fit the encoder that a tree needs to read X; None where it needs none.

    Parameters
    ----------
    X : ndarray, sparse matrix or DataFrame of shape (n_samples, n_features)

    Returns
    -------
    encoder : ColumnTransformer or None
        Numeric columns first, then the indicators of each categorical one.
        A level that ``fit`` did not see is none of the known ones.
    """
    levels = categorical_columns(X)
    if not levels.any():
        return None
    names = np.array([*X.columns, None], dtype=object)[:-1]
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False, dtype=np.float32)
    encoder = ColumnTransformer(
        [
            ("numbers", "passthrough", names[~levels].tolist()),
            ("levels", one_hot, names[levels].tolist()),
        ],
        verbose_feature_names_out=False,
        sparse_threshold=0,
    )
    return encoder.fit(without_na(X))


def encode(encoder: ColumnTransformer | None, X: Any) -> Any:
    """Return rows as a tree reads them: float32, gaps as NaN.

    Parameters
    ----------
    encoder : ColumnTransformer or None
    X : ndarray, csr_matrix or DataFrame of shape (n_samples, n_features)

    Returns
    -------
    X : ndarray or csr_matrix of shape (n_samples, n_encoded)
    """
    if encoder is not None:
        X = encoder.transform(without_na(X))
    if is_frame(X):
        library = library_of(X)
        columns = [library.numbers(library.column(X, j)) for j in range(X.shape[1])]
        X = np.column_stack([column.astype(np.float32) for column in columns])
    return check_array(X, dtype=np.float32, accept_sparse="csr", ensure_all_finite="allow-nan")


def encode_constraints(encoder: ColumnTransformer, monotonic_cst: Any) -> np.ndarray:
    """Turn monotonicity in each column of X into that of each column of the tree.

    Parameters
    ----------
    encoder : ColumnTransformer
    monotonic_cst : array-like of int of shape (n_features,)

    Returns
    -------
    constraints : ndarray of shape (n_encoded,)
        Zero for the indicators of levels.

    Raises
    ------
    ValueError
        If there is not one a column, or one on a column of levels.
    """
    columns, given = list(encoder.feature_names_in_), np.asarray(monotonic_cst)
    if given.shape != (len(columns),):
        raise ValueError(
            f"monotonic_cst has shape {given.shape}, but X has {len(columns)} columns."
        )
    by_name = dict(zip(columns, given.tolist(), strict=True))
    levels = encoder.named_transformers_["levels"]
    forbidden = [name for name in levels.feature_names_in_ if by_name[name]]
    if forbidden:
        raise ValueError(
            f"monotonic_cst must be 0 for the columns {forbidden}: levels have no order. Turn "
            "them into numbers first, or leave them free."
        )
    numbers = [by_name[name] for name in encoder.transformers_[0][2]]
    return np.array(numbers + [0] * sum(map(len, levels.categories_)))


def tree_feature_names(encoder: ColumnTransformer | None, X: Any) -> np.ndarray:
    """Names of the columns that a tree's nodes speak of.

    Parameters
    ----------
    encoder : ColumnTransformer or None
    X : array-like or DataFrame of shape (n_samples, n_features)

    Returns
    -------
    names : ndarray of shape (n_encoded,), dtype object
        ``x0``, ``x1``, ... for arrays; ``column=level`` for indicators, with
        ``column=missing`` for gaps.
    """
    if encoder is None:
        names = X.columns if is_frame(X) else [f"x{j}" for j in range(X.shape[1])]
        return np.array([str(name) for name in names], dtype=object)
    passed = encoder.transformers_[0][2]
    one_hot = encoder.named_transformers_["levels"]
    indicators = [
        f"{name}={'missing' if level is None or level != level else level}"
        for name, levels in zip(one_hot.feature_names_in_, one_hot.categories_, strict=True)
        for level in levels
    ]
    return np.array([*map(str, passed), *indicators], dtype=object)
