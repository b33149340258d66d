"""A transfer set inside another one: fitted on the same rows, drawn from in encoded form."""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill._validation import Instance
from skdistill.teachers import seeded_clone
from skdistill.transfer._base import BaseTransferSet
from skdistill.transfer._given._adapter import AdapterTransferSet
from skdistill.transfer._near._munge import MungeTransferSet
from skdistill.transfer._tables import Encoded

__all__ = ["BASE_RULE", "draw_inner", "fit_inner", "join", "merge"]

BASE_RULE = Instance(
    "a transfer set or another generator with fit and sample, or None",
    lambda value: (
        value is None
        or (hasattr(value, "fit") and hasattr(value, "sample") and not isinstance(value, type))
    ),
)


def fit_inner(
    given: Any, owner: Any, rows: Encoded, rng: np.random.Generator
) -> tuple[BaseTransferSet, Encoded]:
    """Fit a clone of a transfer set on the rows of another one.

    Parameters
    ----------
    given : transfer set, generator or None
        None is a :class:`MungeTransferSet`; a generator that is no transfer
        set is put into an :class:`AdapterTransferSet`.
    owner : BaseTransferSet
        Gives its categorical columns to the inner set, and takes over that
        one's table, which may have more categories and wider bounds (of a pool).
    rows : Encoded
        The owner's.
    rng : Generator
        Seeds every ``random_state`` that is left at None.

    Returns
    -------
    inner : BaseTransferSet
        Fitted.
    rows : Encoded
        The owner's, encoded anew.
    """
    if given is None:
        given = MungeTransferSet(n_jobs=getattr(owner, "n_jobs", None))
    elif not isinstance(given, BaseTransferSet):
        given = AdapterTransferSet(generator=given)
    inner = seeded_clone(given, np.random.RandomState(rng.integers(2**31 - 1)))
    inner.set_params(categorical_features=owner._table.categorical)
    X = owner._table.decode(rows)
    owner._table = inner.fit(X)._table
    return inner, owner._table.encode(X)


def draw_inner(
    inner: BaseTransferSet, size: int, rng: np.random.Generator
) -> tuple[Encoded, np.ndarray | None]:
    """Draw encoded rows and their parents, in blocks that the inner set can make."""
    sizes = [inner._block_rows] * (size // inner._block_rows)
    if size % inner._block_rows or not sizes:
        sizes.append(size % inner._block_rows)
    blocks = [inner._draw_block(part, rng) for part in sizes]
    parents = [block[1] for block in blocks]
    known = all(part is not None for part in parents)
    return join([block[0] for block in blocks]), (
        np.concatenate(parents) if known else None  # type: ignore[arg-type]
    )


def join(parts: list[Encoded]) -> Encoded:
    """Put encoded rows under each other."""
    if len(parts) == 1:
        return parts[0]
    return Encoded(
        np.concatenate([part.numbers for part in parts]),
        np.concatenate([part.codes for part in parts]),
    )


def merge(
    first: tuple[Encoded, np.ndarray | None],
    second: tuple[Encoded, np.ndarray | None],
    rng: np.random.Generator,
) -> tuple[Encoded, np.ndarray | None]:
    """Shuffle two blocks into one; parents are known where both know theirs."""
    rows = join([first[0], second[0]])
    order = rng.permutation(len(rows))
    parents = None
    if first[1] is not None and second[1] is not None:
        parents = np.concatenate([first[1], second[1]])[order]
    return rows.take(order), parents
