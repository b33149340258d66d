"""Levels of a data frame as numbers, for trees.

Trees split numbers. Where there is one number a row to order by (two classes,
real values), a categorical column becomes the rank of its level by the mean of
that number: of all ways to part the levels in two, the best is then a split of
the ranks [1]_ [2]_, so one node says ``port in {C, Q}``. With more classes or
outputs a column becomes one indicator a level, and so does a column of three
levels, whose groupings are all one level against the others: so each node has
the choice of all three. Numeric columns pass.

References
----------
.. [1] W. D. Fisher, "On grouping for maximum homogeneity", JASA 53, 1958.
   :doi:`10.1080/01621459.1958.10501479`
.. [2] L. Breiman, J. Friedman, R. Olshen, C. Stone, "Classification and
   Regression Trees", 1984, section 4.2.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder
from sklearn.utils.validation import check_array

from skdistill._frames import is_frame, is_pandas, library_of
from skdistill._labels import ClassLabels, Labels
from skdistill._rows import categorical_columns, is_categorical_dtype

__all__ = [
    "EncodedColumn",
    "encode",
    "encode_constraints",
    "encoded_columns",
    "fit_encoder",
    "has_nullable",
    "level_order",
    "ordering_values",
    "tree_feature_names",
    "without_na",
]


@dataclass(frozen=True)
class EncodedColumn:
    """What a column that a tree reads means in X.

    Parameters
    ----------
    name : object
        Name of the column of X.
    level : tuple
        Of an indicator: the one level that it is 1 for. Empty otherwise.
    levels : tuple
        Of ranks: the level of each rank, from 0; None stands for missing.
        Empty otherwise, and for numbers both are.
    """

    name: Any
    level: tuple[Any, ...] = ()
    levels: tuple[Any, ...] = ()


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
        if is_categorical_dtype(dtype):
            levels = X[name].astype(object)
            X[name] = levels.where(levels.notna(), np.nan)
        else:
            X[name] = X[name].astype(np.float64)
    return X


def ordering_values(labels: Labels) -> np.ndarray | None:
    """Return the number that levels are ordered by on each row; None where there are several.

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


def _levels_by_mean(column: Any, values: np.ndarray, weight: np.ndarray) -> tuple[Any, ...]:
    """Levels of a column by the weighted mean of the values there; None stands for missing."""
    codes, levels = library_of(column.to_frame()).factorize(column)
    mass = np.bincount(codes + 1, weight, minlength=len(levels) + 1)
    total = np.bincount(codes + 1, weight * values, minlength=len(levels) + 1)
    mean = np.divide(total, mass, out=np.zeros_like(total), where=mass > 0)
    # Sums of equal numbers in another order are not to part what is equal.
    mean = np.round(mean / (np.abs(values).max() or 1.0), 12)
    named: list[tuple[float, bool, str, Any]] = [
        (mean[code + 1], False, str(level), level) for code, level in enumerate(levels)
    ]
    if (codes < 0).any():
        named.append((mean[0], True, "", None))
    return tuple(entry[-1] for entry in sorted(named, key=lambda entry: entry[:-1]))


def _as_objects() -> FunctionTransformer:
    """Reads pandas columns of any levels, with None for every kind of gap."""
    import pandas as pd

    # A method of pandas itself, so that whoever loads a pickle needs only that.
    return FunctionTransformer(
        pd.DataFrame.to_numpy,
        kw_args={"dtype": object, "na_value": None},
        feature_names_out="one-to-one",
    )


def _ranks(orders: list[tuple[Any, ...]]) -> OrdinalEncoder:
    categories = [np.empty(len(levels), dtype=object) for levels in orders]
    for array, levels in zip(categories, orders, strict=True):
        array[:] = levels
    return OrdinalEncoder(
        categories=categories,
        handle_unknown="use_encoded_value",
        unknown_value=np.nan,
        dtype=np.float32,
    )


def _indicators() -> OneHotEncoder:
    return OneHotEncoder(handle_unknown="ignore", sparse_output=False, dtype=np.float32)


def _level_encoders(
    X: Any, levels: np.ndarray, values: np.ndarray | None, weight: np.ndarray | None
) -> list[tuple[str, Any, list[Any]]]:
    """Encoders of the columns of levels: as ranks or indicators, read as they are or as objects."""
    library, names = library_of(X), list(X.columns)
    orders: dict[Any, tuple[Any, ...]] = {}
    groups: dict[str, list[Any]] = {}
    for j in np.flatnonzero(levels).tolist():
        column = library.column(X, j)
        kind, careful = "levels", bool(library.is_missing(column).any())
        if values is not None:
            order = _levels_by_mean(
                column, values, np.ones(len(values)) if weight is None else weight
            )
            # Every grouping of three levels is one of them against the others.
            if len(order) != 3:
                orders[names[j]], kind = order, "ranks"
                careful = not all(isinstance(level, str) for level in order)
        # polars has one kind of gap and of levels; in pandas gaps are None or
        # NaN, and encoders take levels that are numbers in their own order only.
        careful = careful and is_pandas(X)
        groups.setdefault(f"{kind}_of_objects" if careful else kind, []).append(names[j])
    encoders: list[tuple[str, Any, list[Any]]] = []
    for group, columns in sorted(groups.items()):
        kind, _, read_as = group.partition("_of_")
        encoder: Any = _indicators()
        if kind == "ranks":
            encoder = _ranks([orders[name] for name in columns])
        if read_as:
            encoder = Pipeline([(read_as, _as_objects()), (kind, encoder)])
        encoders.append((group, encoder, columns))
    return encoders


def fit_encoder(
    X: Any, values: np.ndarray | None = None, sample_weight: np.ndarray | None = None
) -> ColumnTransformer | None:
    """Fit the encoder that a tree needs to read X; None where it needs none.

    Parameters
    ----------
    X : ndarray, sparse matrix or DataFrame of shape (n_samples, n_features)
    values : ndarray of shape (n_samples,), default=None
        What levels are ordered by, see `ordering_values`. None gives
        indicators of all levels.
    sample_weight : ndarray of shape (n_samples,), default=None
        Of the rows, in the means.

    Returns
    -------
    encoder : ColumnTransformer or None
        Numeric columns first, then the ranks or the indicators of each
        categorical one; a gap is a level like any other. A level that ``fit``
        did not see has no rank but NaN, and is none of the indicators' levels.
        Three levels are indicators always: they contain all groupings.
    """
    levels = categorical_columns(X)
    if not levels.any():
        return None
    plain = without_na(X)
    names = np.array([*X.columns, None], dtype=object)[:-1]
    encoder = ColumnTransformer(
        [
            ("numbers", "passthrough", names[~levels].tolist()),
            *_level_encoders(plain, levels, values, sample_weight),
        ],
        verbose_feature_names_out=False,
        sparse_threshold=0,
    )
    encoder.fit(plain)
    # scikit-learn remembers names that are text alone.
    encoder.columns_ = list(X.columns)
    return encoder


def encode(encoder: ColumnTransformer | None, X: Any) -> Any:
    """Return rows as a tree reads them: float32, gaps and unknown ranks as NaN.

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


def encoded_columns(encoder: ColumnTransformer) -> list[EncodedColumn]:
    """Return what each column that a tree reads means, in their order.

    Parameters
    ----------
    encoder : ColumnTransformer
        Of `fit_encoder`.

    Returns
    -------
    columns : list of EncodedColumn
        As many as ``encode`` returns columns.
    """
    found = [EncodedColumn(name) for name in encoder.transformers_[0][2]]
    for kind, fitted, names in encoder.transformers_[1:]:
        if kind == "remainder":
            continue
        fitted = fitted[-1] if isinstance(fitted, Pipeline) else fitted
        for name, levels in zip(names, fitted.categories_, strict=True):
            if kind.startswith("levels"):
                found += [EncodedColumn(name, level=(level,)) for level in levels]
            else:
                found.append(EncodedColumn(name, levels=tuple(levels.tolist())))
    return found


def level_order(encoder: ColumnTransformer | None) -> dict[Any, list[Any]]:
    """Return the levels of each column of ranks, from rank 0; None stands for missing.

    Parameters
    ----------
    encoder : ColumnTransformer or None

    Returns
    -------
    order : dict of object to list
        By the name of the column.
    """
    columns = [] if encoder is None else encoded_columns(encoder)
    return {column.name: list(column.levels) for column in columns if column.levels}


def encode_constraints(encoder: ColumnTransformer, monotonic_cst: Any) -> np.ndarray:
    """Turn monotonicity in each column of X into that of each column of the tree.

    Parameters
    ----------
    encoder : ColumnTransformer
    monotonic_cst : array-like of int of shape (n_features,)

    Returns
    -------
    constraints : ndarray of shape (n_encoded,)
        Zero for levels.

    Raises
    ------
    ValueError
        If there is not one a column, or one on a column of levels.
    """
    names, given = encoder.columns_, np.asarray(monotonic_cst)
    if given.shape != (len(names),):
        raise ValueError(f"monotonic_cst has shape {given.shape}, but X has {len(names)} columns.")
    by_name = dict(zip(names, given.tolist(), strict=True))
    columns = encoded_columns(encoder)
    of_levels = {column.name for column in columns if column.level or column.levels}
    forbidden = [name for name in names if name in of_levels and by_name[name]]
    if forbidden:
        raise ValueError(
            f"monotonic_cst must be 0 for the columns {forbidden}: levels have no order. Turn "
            "them into numbers first, or leave them free."
        )
    return np.array([by_name[column.name] for column in columns])


def tree_feature_names(encoder: ColumnTransformer | None, X: Any) -> np.ndarray:
    """Names of the columns that a tree's nodes speak of.

    Parameters
    ----------
    encoder : ColumnTransformer or None
    X : array-like or DataFrame of shape (n_samples, n_features)

    Returns
    -------
    names : ndarray of shape (n_encoded,), dtype object
        ``x0``, ``x1``, ... for arrays; the column's own name for numbers and
        ranks; ``column=level`` for indicators, with ``column=missing`` for gaps.
    """
    if encoder is None:
        names = X.columns if is_frame(X) else [f"x{j}" for j in range(X.shape[1])]
        return np.array([str(name) for name in names], dtype=object)
    return np.array([_node_name(column) for column in encoded_columns(encoder)], dtype=object)


def _node_name(column: EncodedColumn) -> str:
    if not column.level:
        return str(column.name)
    (level,) = column.level
    return f"{column.name}={'missing' if level is None or level != level else level}"
