"""An encoder as scikit-learn's own transformers, for export."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder

from skdistill._encoding._encoder import EncodedColumn, FrameEncoder

__all__ = ["to_transformer"]


def to_transformer(encoder: FrameEncoder) -> ColumnTransformer:
    """Build the same encoder out of scikit-learn's transformers.

    Parameters
    ----------
    encoder : FrameEncoder

    Returns
    -------
    transformer : ColumnTransformer
        Fitted. Its pickle needs scikit-learn, and the library of the frames.

    Raises
    ------
    TypeError
        If a column has categories of several types, such as text and numbers.

    Notes
    -----
    A column is read through a method of pandas only where scikit-learn's
    encoders cannot read it: converters such as skl2onnx know no functions.
    """
    steps: list[tuple[str, Any, list[int]]] = []
    for kind, run in groupby(encoder.columns, key=lambda column: _kind(encoder, column)):
        columns = list(run)
        name = f"{kind.replace(' ', '_')}_{len(steps)}"
        places = list(dict.fromkeys(column.place for column in columns))
        steps.append((name, _step(kind, columns), places))
    transformer = ColumnTransformer(
        steps, verbose_feature_names_out=False, sparse_threshold=0, remainder="drop"
    )
    return transformer.fit(_one_row(encoder))


def _kind(encoder: FrameEncoder, column: EncodedColumn) -> str:
    """How scikit-learn can read a column; neighbours of one kind share a step."""
    kind, categories = "numbers", column.categories
    if column.category:
        # All that stand together are one step, those of another column are another.
        kind, categories = f"indicator {column.place}", encoder.indicators[column.place]
    elif categories:
        kind = "ranks"
    if encoder.library != "pandas":
        return kind
    types = {type(category) for category in categories} - {type(None)}
    if len(types) > 1 and not all(issubclass(kind, (int, float)) for kind in types):
        found = ", ".join(sorted(kind.__name__ for kind in types))
        raise TypeError(
            f"Column {column.name!r} has categories of several types ({found}), which scikit-learn "
            f"cannot encode. Turn them into text before fit: X[{column.name!r}].astype(str)."
        )
    # Encoders take categories that are numbers in their own order only, and know no pandas.NA.
    careful = column.place in encoder.nullable or types - {str} or None in categories
    return f"{kind} of objects" if careful else kind


def _step(kind: str, columns: Sequence[EncodedColumn]) -> Any:
    """Return the transformer of neighbouring columns of one kind."""
    if kind == "numbers":
        return "passthrough"
    if kind == "numbers of objects":
        return _method_of_pandas(dtype="float64", na_value=np.nan)
    encoder: Any
    if kind.startswith("ranks"):
        encoder = OrdinalEncoder(
            categories=[_as_objects(column.categories) for column in columns],
            handle_unknown="use_encoded_value",
            unknown_value=np.nan,
            dtype=np.float32,
        )
    else:
        encoder = OneHotEncoder(
            categories=[_as_objects([column.category[0] for column in columns])],
            handle_unknown="ignore",
            sparse_output=False,
            dtype=np.float32,
        )
    if kind.endswith("of objects"):
        read = _method_of_pandas(dtype=object, na_value=None)
        return Pipeline([("read", read), ("encode", encoder)])
    return encoder


def _method_of_pandas(**arguments: Any) -> FunctionTransformer:
    """Read frames with one value for everything missing.

    A method of pandas itself, so that whoever loads a pickle needs only that.
    """
    import pandas as pd

    return FunctionTransformer(
        pd.DataFrame.to_numpy, kw_args=arguments, feature_names_out="one-to-one"
    )


def _as_objects(categories: Sequence[Any]) -> np.ndarray:
    array = np.empty(len(categories), dtype=object)
    array[:] = categories
    return array


def _one_row(encoder: FrameEncoder) -> Any:
    """Return a row of the right columns: all that the transformers learn is given to them."""
    values = {
        j: ["" if j in encoder.ranks or j in encoder.indicators else 0.0]
        for j in range(len(encoder.names))
    }
    if encoder.library == "polars":
        import polars as pl

        return pl.DataFrame({encoder.names[j]: column for j, column in values.items()})
    import pandas as pd

    row = pd.DataFrame(values)
    if len(set(encoder.names)) == len(encoder.names):
        row.columns = list(encoder.names)  # repeated names select columns by position alone
    return row
