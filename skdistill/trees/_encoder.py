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

from skdistill._rows import categorical_columns, is_frame

__all__ = ["encode", "fit_encoder", "tree_feature_names"]


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
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False, dtype=np.float32)
    encoder = ColumnTransformer(
        [
            ("numbers", "passthrough", list(X.columns[~levels])),
            ("levels", one_hot, list(X.columns[levels])),
        ],
        verbose_feature_names_out=False,
        sparse_threshold=0,
    )
    return encoder.fit(X)


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
        X = encoder.transform(X)
    if is_frame(X) or (isinstance(X, np.ndarray) and X.dtype.kind == "O"):
        import pandas as pd

        X = pd.DataFrame(X).to_numpy(dtype=np.float32, na_value=np.nan)
    return check_array(X, dtype=np.float32, accept_sparse="csr", ensure_all_finite="allow-nan")


def tree_feature_names(encoder: ColumnTransformer | None, X: Any) -> np.ndarray:
    """Names of the columns that a tree's nodes speak of.

    Parameters
    ----------
    encoder : ColumnTransformer or None
    X : array-like or DataFrame of shape (n_samples, n_features)

    Returns
    -------
    names : ndarray of shape (n_encoded,), dtype object
        ``x0``, ``x1``, ... for arrays; ``column=level`` for indicators.
    """
    if encoder is None:
        names = X.columns if is_frame(X) else [f"x{j}" for j in range(X.shape[1])]
        return np.array([str(name) for name in names], dtype=object)
    passed = encoder.transformers_[0][2]
    one_hot = encoder.named_transformers_["levels"]
    indicators = [
        f"{name}={level}"
        for name, levels in zip(one_hot.feature_names_in_, one_hot.categories_, strict=True)
        for level in levels
    ]
    return np.array([*map(str, passed), *indicators], dtype=object)
