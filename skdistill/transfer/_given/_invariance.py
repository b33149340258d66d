"""Rows under transformations that are known to change no label.

Source: P. Simard, Y. LeCun, J. Denker, B. Victorri, "Transformation invariance
in pattern recognition: tangent distance and tangent propagation", 1998.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from skdistill._frames import is_frame
from skdistill._validation import Instance
from skdistill.transfer._base import COMMON_RULES, BaseTransferSet
from skdistill.transfer._given._inner import BASE_RULE, draw_inner, fit_inner
from skdistill.transfer._given._transformations import ImageShift
from skdistill.transfer._tables import (
    ArrayLayout,
    Encoded,
    NumberColumn,
    Table,
    balanced_rows,
    seeds_of,
)

__all__ = ["InvarianceTransferSet"]

_TRANSFORMATIONS = Instance(
    'a list of callables f(X, rng) -> X, or the word "shift"',
    lambda value: (
        not isinstance(value, (str, dict))
        and hasattr(value, "__len__")
        and all(callable(item) or item == "shift" for item in value)
    ),
)


class InvarianceTransferSet(BaseTransferSet):
    """Real rows under transformations that you know to change no label.

    An image stays the same digit when it moves by a pixel, a hand of cards the
    same hand in any order. No density model can learn such an invariance from
    the rows; as a transformation, the student learns it from the teacher.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        Labels the rows in :meth:`fit_resample`; not used otherwise. Fitted, or
        unfitted (then a clone is fitted on ``X, y``).
    transformations : list of callable, default=()
        At least one. Applied one after the other, each as ``f(X, rng) -> X`` on rows of the
        kind of X with a ``numpy.random.Generator``: for example
        :class:`~skdistill.transfer.ImageShift`,
        :class:`~skdistill.transfer.GroupPermutation`,
        :class:`~skdistill.transfer.UnitScaling`, or a function of your own.
        ``"shift"`` is an ``ImageShift`` with the next three parameters.
    image_shape : tuple of int, default=None
        For ``"shift"``: (height, width) or (height, width, channels).
    max_shift : int, default=1
        For ``"shift"``: maximum number of pixels.
    fill : float or "edge", default=0.0
        For ``"shift"``: what moves in.
    base : transfer set or generator, default=None
        Where the rows come from that are changed: None takes the real ones,
        each as often as any other. A clone is fitted, with this set's
        ``categorical_features``.
    n_samples : int or "auto", default="auto"
        Number of samples drawn by default. "auto" adds to the rows of X until
        there are 10,000; from 10,000 rows on, it draws as many as X has.
    categorical_features : "from_dtype", None, mask, positions or names, \
            default="from_dtype"
        Categorical columns. "from_dtype" takes a frame's columns of a
        categorical dtype, of text, and of objects, unless text or objects hold
        only numbers.
    random_state : int, RandomState instance or None, default=None
        Seeds :meth:`fit` and :meth:`sample`.

    Attributes
    ----------
    base_ : BaseTransferSet or None
        The fitted base.
    n_samples_ : int
        Number of samples drawn by default.
    categorical_features_ : ndarray of shape (n_features,), dtype bool
        Which columns are categorical.
    teacher_ : predictor
        The fitted teacher; only after :meth:`fit_resample`.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where X has them.

    See Also
    --------
    MungeTransferSet : Where nothing of the kind is known.
    MixtureTransferSet : Such rows and others together.

    Notes
    -----
    Rows may leave the bounds of the columns seen; categories must be among
    those seen. Columns of integers stay so where their dtype, or the changed
    rows, are.

    The teacher labels the changed rows, so the student learns what the teacher
    predicts there. A teacher that has not learned the invariance itself passes
    its errors on.

    References
    ----------
    .. [1] P. Simard, Y. LeCun, J. Denker, B. Victorri, "Transformation
       invariance in pattern recognition: tangent distance and tangent
       propagation", Neural Networks: Tricks of the Trade, 1998.
       :doi:`10.1007/3-540-49430-8_13`

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skdistill import InvarianceTransferSet
    >>> X, _ = load_digits(return_X_y=True)
    >>> moved = InvarianceTransferSet(
    ...     transformations=["shift"], image_shape=(8, 8), random_state=0)
    >>> moved.fit(X).sample(1000).shape
    (1000, 64)
    """

    _parameter_rules = {
        "transformations": [_TRANSFORMATIONS],
        "base": [BASE_RULE],
        **COMMON_RULES,
    }

    def __init__(
        self,
        teacher: Any = None,
        *,
        transformations: Any = (),
        image_shape: tuple[int, ...] | None = None,
        max_shift: int = 1,
        fill: Any = 0.0,
        base: Any = None,
        n_samples: Any = "auto",
        categorical_features: Any = "from_dtype",
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.transformations = transformations
        self.image_shape = image_shape
        self.max_shift = max_shift
        self.fill = fill
        self.base = base
        self.n_samples = n_samples
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _learn(self, rows: Encoded) -> None:
        rng = np.random.Generator(np.random.SFC64(seeds_of(self.random_state)))
        if not len(self.transformations):
            raise ValueError(
                "InvarianceTransferSet has no transformations. Pass transformations=[...]: "
                'callables f(X, rng) -> X, or "shift".'
            )
        self._steps = [self._step(given) for given in self.transformations]
        self.base_ = None
        if self.base is not None:
            self.base_, rows = fit_inner(self.base, self, rows, rng)
        self._rows = rows
        self._read = self._table  # for rows as they were; new ones may leave the bounds
        # One pass over the real rows shows what a column may become.
        changed = self._change(rows, rng)
        fraction = changed.numbers != np.rint(changed.numbers)
        whole = self._table.whole & ~np.any(fraction & ~np.isnan(changed.numbers), axis=0)
        self._table = _unbounded(self._read, whole)

    def _step(self, given: Any) -> Any:
        if not isinstance(given, str):
            return given
        if self.image_shape is None:
            raise ValueError(
                'transformations has "shift", but image_shape=None. Give the layout of the images, '
                "for example image_shape=(28, 28)."
            )
        return ImageShift(tuple(self.image_shape), max_shift=self.max_shift, fill=self.fill)

    def _change(self, rows: Encoded, rng: np.random.Generator) -> Encoded:
        """Apply all transformations to encoded rows."""
        X = self._read.decode(rows)
        for step in self._steps:
            changed = step(X, rng)
            if getattr(changed, "shape", None) != X.shape or is_frame(changed) != is_frame(X):
                raise ValueError(
                    f"The transformation {step!r} must return rows of the kind and shape that it "
                    f"was given, a {type(X).__name__} of shape {X.shape}. It returned a "
                    f"{type(changed).__name__} of shape {getattr(changed, 'shape', None)}."
                )
            X = changed
        return self._read.encode(X)

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, np.ndarray | None]:
        parents: np.ndarray | None
        if self.base_ is None:
            parents = balanced_rows(self._n_rows, size, rng)
            rows = self._rows.take(parents)
        else:
            rows, parents = draw_inner(self.base_, size, rng)
        return self._change(rows, rng), parents


def _unbounded(table: Table, whole: np.ndarray) -> Table:
    """Return a table whose columns hold whatever their dtypes hold.

    Parameters
    ----------
    table : Table
    whole : ndarray of shape (n_numeric,), dtype bool
        Which columns of floats hold whole numbers.
    """
    low, high, whole = table.low.copy(), table.high.copy(), whole.copy()
    for j, dtype in enumerate(_number_dtypes(table)):
        if dtype.kind == "f":
            low[j], high[j] = -np.inf, np.inf
            continue
        whole[j] = True
        if dtype.kind in "iu":
            bounds = np.iinfo(dtype)
            # A float next to the largest 64-bit number may lie beyond it.
            low[j], high[j] = bounds.min, min(bounds.max, 2**62)
    return replace(table, low=low, high=high, whole=whole)


def _number_dtypes(table: Table) -> list[np.dtype]:
    """How numbers are stored; steps of times count as Booleans: they keep their bounds."""
    if isinstance(table.layout, ArrayLayout):
        return [table.layout.dtype] * len(table.low)
    columns = [
        column
        for column, mark in zip(table.layout.columns, table.categorical, strict=True)
        if not mark
    ]
    return [c.storage if isinstance(c, NumberColumn) else np.dtype(bool) for c in columns]
