"""Transformations of rows that often change no label.

Each is a callable ``f(X, rng) -> X`` for an :class:`InvarianceTransferSet`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from skdistill._frames import is_frame, library_of

__all__ = ["GroupPermutation", "ImageShift", "UnitScaling"]


def _positions(X: Any, columns: Sequence[Any]) -> np.ndarray:
    """Positions of columns given by position, or by name in a frame."""
    names = list(X.columns) if is_frame(X) else []
    found = [names.index(c) if c in names else c for c in columns]
    wrong = [c for c in found if not isinstance(c, (int, np.integer)) or not -1 < c < X.shape[1]]
    if wrong:
        raise ValueError(
            f"X has no columns {wrong}: "
            + (f"it has {names}." if names else f"its shape is {X.shape}.")
        )
    return np.array(found, dtype=np.intp)


@dataclass(frozen=True)
class ImageShift:
    """Move images by a few pixels, each by its own random step.

    Parameters
    ----------
    image_shape : tuple of int
        (height, width) or (height, width, channels): how the columns of a row
        are laid out, rows of pixels first, channels last.
    max_shift : int, default=1
        Maximum number of pixels, up, down and sideways.
    fill : float or "edge", default=0.0
        What moves in: a number, or the nearest pixel of the image.

    See Also
    --------
    InvarianceTransferSet : Applies it.

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill.transfer import ImageShift
    >>> image = np.arange(6.0).reshape(1, 6)
    >>> ImageShift((2, 3), max_shift=1)(image, np.random.default_rng(9)).reshape(2, 3)
    array([[0., 0., 1.],
           [0., 3., 4.]])
    """

    image_shape: tuple[int, ...]
    max_shift: int = field(default=1, kw_only=True)
    fill: Any = field(default=0.0, kw_only=True)

    def __call__(self, X: Any, rng: np.random.Generator) -> Any:
        """Return moved images.

        Parameters
        ----------
        X : ndarray or DataFrame of shape (n_samples, n_features)
            Images, one a row.
        rng : Generator
            Where the steps come from.

        Returns
        -------
        X : ndarray or DataFrame of shape (n_samples, n_features)
            The images, moved.
        """
        shape = tuple(self.image_shape)
        if len(shape) not in (2, 3) or int(np.prod(shape)) != X.shape[1]:
            raise ValueError(
                f"image_shape={shape} does not describe rows of {X.shape[1]} columns. Give "
                "(height, width) or (height, width, channels) whose product is that number."
            )
        if is_frame(X):
            library = library_of(X)
            matrix = np.column_stack(
                [library.numbers(library.column(X, j)) for j in range(X.shape[1])]
            )
            moved = self(matrix, rng)
            columns = [
                library.from_numbers(moved[:, j], library.type_of(library.column(X, j)))
                for j in range(X.shape[1])
            ]
            return library.build(columns, X.columns)
        steps = rng.integers(-self.max_shift, self.max_shift + 1, size=(2, len(X)))
        return shift_images(X.reshape(-1, *shape), *steps, fill=self.fill).reshape(X.shape)


def shift_images(
    images: np.ndarray, down: np.ndarray, right: np.ndarray, *, fill: Any
) -> np.ndarray:
    """Move each image by its own step.

    Parameters
    ----------
    images : ndarray of shape (n, height, width) or (n, height, width, channels)
    down, right : ndarray of shape (n,), dtype int
        Pixels; negative ones go up and to the left.
    fill : float or "edge"
        What moves in.

    Returns
    -------
    moved : ndarray of the shape of images
    """
    n, height, width = images.shape[:3]
    from_row = np.arange(height) - down[:, np.newaxis]
    from_column = np.arange(width) - right[:, np.newaxis]
    rows, columns = np.clip(from_row, 0, height - 1), np.clip(from_column, 0, width - 1)
    moved = images[np.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]]
    if not isinstance(fill, str):
        moved[(rows != from_row)[:, :, None] | (columns != from_column)[:, None, :]] = fill
    return np.asarray(moved)


@dataclass(frozen=True)
class GroupPermutation:
    """Let groups of columns change places, anew in each row.

    For things that come several times a row in no particular order: sensors of
    one kind, players, cards of a hand.

    Parameters
    ----------
    groups : list of lists of columns
        Positions or names; all groups are of one length, and what stands
        first in one goes where the first of another stood.

    See Also
    --------
    InvarianceTransferSet : Applies it.

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill.transfer import GroupPermutation
    >>> two_cards = np.array([[10.0, 1.0, 7.0, 3.0]])  # rank and suit, twice
    >>> GroupPermutation([[0, 1], [2, 3]])(two_cards, np.random.default_rng(0))
    array([[ 7.,  3., 10.,  1.]])
    """

    groups: Sequence[Sequence[Any]]

    def __call__(self, X: Any, rng: np.random.Generator) -> Any:
        """Return rows whose groups of columns have changed places.

        Parameters
        ----------
        X : ndarray or DataFrame of shape (n_samples, n_features)
            Rows.
        rng : Generator
            Where the permutations come from.

        Returns
        -------
        X : ndarray or DataFrame of shape (n_samples, n_features)
            The rows, with the same values in other columns.
        """
        if len({len(group) for group in self.groups}) != 1:
            raise ValueError(
                f"groups must have one length. Got {[len(group) for group in self.groups]}."
            )
        places = np.array([_positions(X, group) for group in self.groups])
        order = np.argsort(rng.random((X.shape[0], len(places))), axis=1)
        if not is_frame(X):
            X = X.copy()
            for slot in places.T:
                X[:, slot] = np.take_along_axis(X[:, slot], order, axis=1)
            return X
        return _permute_frame(X, places, order)


def _permute_frame(X: Any, places: np.ndarray, order: np.ndarray) -> Any:
    """Let columns of a frame change places; `order` is of shape (n_samples, n_groups)."""
    library, n = library_of(X), X.shape[0]
    columns = [library.column(X, j) for j in range(X.shape[1])]
    for slot in places.T:
        dtypes = {str(columns[j].dtype) for j in slot}
        if len(dtypes) > 1:
            raise TypeError(
                f"Columns {[X.columns[j] for j in slot]} change places, but differ in dtype: "
                f"{sorted(dtypes)}."
            )
        # Under each other, the columns of a slot are one column, taken from anew.
        names = [X.columns[slot[0]]]
        tall = None
        for j in slot:
            part = library.build([columns[j]], names)
            tall = part if tall is None else library.stack(tall, part)
        for k, j in enumerate(slot):
            columns[j] = library.column(library.take(tall, order[:, k] * n + np.arange(n)), 0)
    return library.build([_bare(column) for column in columns], X.columns)


def _bare(column: Any) -> Any:
    """A column without its row labels."""
    return column.array if hasattr(column, "array") else column


@dataclass(frozen=True)
class UnitScaling:
    """Multiply columns by a factor, the same for all of them in a row.

    For columns of which only ratios matter: amounts in one currency, lengths
    in one unit, brightness.

    Parameters
    ----------
    columns : list of columns
        Positions or names.
    factor : float, default=2.0
        Minimum 1. Each row has its own factor, between ``1 / factor`` and
        ``factor``, even on the scale of its logarithm.

    See Also
    --------
    InvarianceTransferSet : Applies it.

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill.transfer import UnitScaling
    >>> X = np.array([[1.0, 2.0, 5.0]])
    >>> X = UnitScaling([0, 1])(X, np.random.default_rng(0))
    >>> (X[:, 1] / X[:, 0]).tolist(), X[0, 2].item()
    ([2.0], 5.0)
    """

    columns: Sequence[Any]
    factor: float = field(default=2.0, kw_only=True)

    def __call__(self, X: Any, rng: np.random.Generator) -> Any:
        """Return rows in other units.

        Parameters
        ----------
        X : ndarray or DataFrame of shape (n_samples, n_features)
            Rows.
        rng : Generator
            Where the factors come from.

        Returns
        -------
        X : ndarray or DataFrame of shape (n_samples, n_features)
            The rows, with ``columns`` multiplied.
        """
        if not self.factor >= 1:
            raise ValueError(f"factor must be at least 1, got {self.factor!r}.")
        chosen = _positions(X, self.columns)
        by = np.exp(rng.uniform(-1, 1, size=X.shape[0]) * np.log(self.factor))
        if not is_frame(X):
            _check_float(X.dtype)
            X = X.copy()
            X[:, chosen] *= by[:, np.newaxis].astype(X.dtype)
            return X
        library = library_of(X)
        columns = [_bare(library.column(X, j)) for j in range(X.shape[1])]
        for j in chosen:
            column = library.column(X, j)
            values = library.numbers(column)
            _check_float(values.dtype)
            columns[j] = library.from_numbers(values * by, library.type_of(column))
        return library.build(columns, X.columns)


def _check_float(dtype: np.dtype) -> None:
    if dtype.kind != "f":
        raise TypeError(
            f"UnitScaling multiplies floats, but a column holds {dtype}. Convert it first: "
            "X.astype(float)."
        )
