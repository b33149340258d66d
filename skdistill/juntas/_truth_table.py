"""The truth table of a junta: tidy, one row for each cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

__all__ = ["TruthTable"]

_ROWS_PRINTED = 64


class TruthTable(Mapping[str, np.ndarray]):
    """What a junta predicts for every combination of its relevant columns.

    A mapping from names to columns of equal length: ``dict(table)`` is what
    data frames of every kind are made from.

    Parameters
    ----------
    names : sequence of str
        Names of the relevant columns.
    categories : sequence of ndarray
        Levels of each.
    predictions : ndarray of shape (L_1, ..., L_k)
        Labels or values.
    features : ndarray of shape (k,), default=None
        Positions of the relevant columns among those of X.

    Attributes
    ----------
    names : list of str
        Relevant columns, in the order of X.
    prediction_name : str
        Name of the column of predictions.

    See Also
    --------
    JuntaDistiller : Where truth tables come from.

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill.juntas import TruthTable
    >>> bit = np.array([0, 1])
    >>> table = TruthTable(["a", "b"], [bit, bit], np.array([[0, 1], [1, 0]]))
    >>> print(table)
    a  b | prediction
    0  0 | 0
    0  1 | 1
    1  0 | 1
    1  1 | 0
    >>> table["prediction"].tolist()
    [0, 1, 1, 0]
    """

    def __init__(self, names: Any, categories: Any, predictions: np.ndarray, features: Any = None):
        self.names = [str(name) for name in names]
        self.categories = list(categories)
        self.predictions = predictions
        self.features = features
        self.prediction_name = "prediction"
        while self.prediction_name in self.names:
            self.prediction_name += "_"
        cells = np.indices(predictions.shape).reshape(predictions.ndim, predictions.size)
        self._columns: dict[str, np.ndarray] = {
            name: values[cell]
            for name, values, cell in zip(self.names, self.categories, cells, strict=True)
        }
        self._columns[self.prediction_name] = predictions.ravel()

    def __getitem__(self, name: str) -> np.ndarray:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    @property
    def n_cells(self) -> int:
        """Number of rows of the table."""
        return int(self.predictions.size)

    def to_frame(self) -> Any:
        """Return the table as a pandas DataFrame.

        Returns
        -------
        frame : DataFrame of shape (n_cells, k + 1)
            One row a cell.
        """
        import pandas as pd

        return pd.DataFrame(self._columns)

    def __str__(self) -> str:
        shown = min(self.n_cells, _ROWS_PRINTED)
        columns = [
            [name, *(str(value) for value in values[:shown].tolist())]
            for name, values in self._columns.items()
        ]
        width = [max(map(len, column)) for column in columns]
        lines = []
        for cells in zip(*columns, strict=True):
            padded = [cell.ljust(w) for cell, w in zip(cells, width, strict=True)]
            lines.append(f"{'  '.join(padded[:-1])} | {padded[-1]}".rstrip())
        if shown < self.n_cells:
            lines.append(f"... {self.n_cells - shown} more rows")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<TruthTable of {self.n_cells} cells on {', '.join(self.names) or 'no column'}>"
