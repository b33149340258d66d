"""The protocols that packages meet by: what counts is what an object can do, not its class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, runtime_checkable

import numpy as np

__all__ = ["FrameLibrary", "Grower", "Predictor", "TransferSet"]


@runtime_checkable
class Predictor(Protocol):
    """Whatever predicts: estimators of any library, pipelines, and teachers of our own."""

    def predict(self, X: Any) -> Any:
        """Return labels or values of shape (n_samples,), or values (n_samples, n_outputs)."""


@runtime_checkable
class TransferSet(Protocol):
    """Whatever learns from rows and samples others, such as ``sklearn.neighbors.KernelDensity``."""

    def fit(self, X: Any, y: Any = None) -> Any:
        """Learn from rows."""

    def sample(self, n_samples: int) -> Any:
        """Return new rows of shape (n_samples, n_features)."""


@runtime_checkable
class Grower(Protocol):
    """Whatever grows trees."""

    def grow(self, task: Any) -> list[Any]:
        """Return fitted scikit-learn trees, the best one first, for a ``GrowthTask``."""


class FrameLibrary(Protocol):
    """What we need of a library of data frames; the rest of the package speaks numpy.

    Implementations are singletons without state, so that whatever learns from a
    frame can hold one and be pickled.
    """

    name: str

    def column(self, X: Any, j: int) -> Any:
        """Return the column at position j."""

    def take(self, X: Any, index: Any) -> Any:
        """Return the rows at a slice, a mask or positions."""

    def stack(self, first: Any, second: Any) -> Any:
        """Return the rows of one frame below those of another."""

    def build(self, columns: list[Any], names: Any) -> Any:
        """Return a frame of columns."""

    def kind_of(self, dtype: Any) -> str:
        """Return what a dtype holds.

        ``"number"`` (Booleans too), ``"time"`` (dates, durations), ``"category"``,
        ``"text"`` (text and objects: `column_kind` looks at what they hold) or
        ``"other"``.
        """

    def kinds(self, X: Any) -> list[str]:
        """Return `kind_of` the dtype of each column."""

    def column_kind(self, column: Any) -> str:
        """Return `kind_of` its dtype, where ``"text"`` is resolved by the content.

        Columns that hold numbers alone, beside missing values, are ``"number"``.
        """

    def numbers(self, column: Any) -> np.ndarray:
        """Return numbers of shape (n,): floats, with NaN, where values are missing.

        Raises ValueError, naming the column, where text is no number.
        """

    def iter_floats(self, X: Any) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield positions and values, of shape (n, k), of columns that may hold infinity."""

    def ticks(self, column: Any) -> np.ndarray:
        """Return times or large integers as int64; `skdistill._frames.NAT` where missing."""

    def factorize(self, column: Any) -> tuple[np.ndarray, list[Any]]:
        """Return codes (-1 where missing) and the distinct categories."""

    def hash_categories(self, column: Any) -> np.ndarray:
        """Return a 64-bit word for the content of each row."""

    def is_missing(self, column: Any) -> np.ndarray:
        """Return a mask, of NaN and nulls alike."""

    def missing_columns(self, X: Any) -> np.ndarray:
        """Return the positions of columns with missing values."""

    def type_of(self, column: Any) -> Any:
        """Return the `skdistill._frames.ColumnType` by which new values become such a column."""

    def is_whole(self, column_type: Any) -> bool:
        """Whether such a column holds integers alone."""

    def from_numbers(self, values: np.ndarray, column_type: Any) -> Any:
        """Return a column of numbers."""

    def from_ticks(self, ticks: np.ndarray, column_type: Any) -> Any:
        """Return a column of times, or of large integers."""

    def from_codes(self, codes: np.ndarray, categories: list[Any], column_type: Any) -> Any:
        """Return a column of categories, by their positions in a list; -1 is missing."""
