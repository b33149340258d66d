"""A provably minimal disjunctive normal form of a truth table.

All prime implicants come from the table of all subcubes (3^k of them for two
categories, the product of 2^L - 1 in general); a smallest set that covers the
cells of one class is a minimal DNF (Quine, 1952; McCluskey, 1956).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from skdistill._rows import as_rows
from skdistill.juntas._set_cover import smallest_cover
from skdistill.rules import Categories, read_columns

__all__ = ["Dnf", "minimal_dnf", "prime_implicants"]

MAX_CUBES = 1 << 24


def prime_implicants(on: np.ndarray) -> np.ndarray:
    """Return all the largest subcubes that lie inside a set of cells.

    Parameters
    ----------
    on : ndarray of shape (L_1, ..., L_k), dtype bool
        The cells.

    Returns
    -------
    masks : ndarray of shape (n_primes, k)
        Bit l of entry (i, j) tells whether category l of variable j is allowed.

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill.juntas._dnf import prime_implicants
    >>> prime_implicants(np.array([[False, True], [True, True]])).tolist()
    [[2, 3], [3, 2]]
    """
    n_cubes = float(np.prod([2.0**size - 1 for size in on.shape]))
    if n_cubes > MAX_CUBES:
        raise ValueError(
            f"A minimal DNF looks at all {n_cubes:.3g} subcubes of the truth table, more than "
            f"{MAX_CUBES}. Read the truth table or the tree instead."
        )
    # Axis after axis: from one entry a category to one entry a set of categories.
    inside = on
    for axis, size in enumerate(on.shape):
        source = np.moveaxis(inside, axis, 0)
        table = np.empty((2**size - 1, *source.shape[1:]), dtype=bool)
        for mask in range(1, 2**size):
            rest = mask & (mask - 1)
            category = source[(mask ^ rest).bit_length() - 1]
            table[mask - 1] = category & table[rest - 1] if rest else category
        inside = np.moveaxis(table, 0, axis)
    prime = inside.copy()
    for axis, size in enumerate(on.shape):
        source, target = np.moveaxis(inside, axis, 0), np.moveaxis(prime, axis, 0)
        for mask in range(1, 2**size):
            for category in range(size):
                if not mask >> category & 1:
                    target[mask - 1] &= ~source[(mask | 1 << category) - 1]
    return np.argwhere(prime) + 1


@dataclass(frozen=True)
class Dnf:
    """A disjunction of conjunctions; prints in the names of the columns.

    Parameters
    ----------
    label : object
        The class that the formula stands for.
    terms : tuple of tuple of Categories
        The formula holds where all conditions of one term do. No terms: it
        never holds. One term without conditions: it always does.
    proven : bool
        Whether no DNF of the same truth table has fewer terms. False where the
        time limit ended the search for a proof.
    n_primes : int
        How many prime implicants there are.
    bits : frozenset of str, default=frozenset()
        Columns of two categories, 0 and 1 or -1 and 1, which print as "name" and
        "not name".

    Examples
    --------
    >>> from skdistill.juntas import Dnf
    >>> from skdistill.rules import Categories
    >>> terms = ((Categories("owner", (1,)), Categories("debt", (0,))),)
    >>> print(Dnf("yes", terms, True, 1, frozenset({"owner", "debt"})))
    yes if
      owner and not debt
    """

    label: Any
    terms: tuple[tuple[Categories, ...], ...]
    proven: bool
    n_primes: int
    bits: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.terms)

    @property
    def n_literals(self) -> int:
        """Number of conditions over all terms."""
        return sum(map(len, self.terms))

    def __str__(self) -> str:
        if not self.terms:
            return f"never {self.label}"
        if not self.terms[0]:
            return f"always {self.label}"
        lines = [" and ".join(map(self._literal, term)) for term in self.terms]
        body = "\n".join(("  " if i == 0 else "  or ") + line for i, line in enumerate(lines))
        note = "" if self.proven else "\n  (the time limit ended the proof that this is minimal)"
        return f"{self.label} if\n{body}{note}"

    def _literal(self, condition: Categories) -> str:
        if condition.column in self.bits:
            return condition.column if condition.categories[0] == 1 else f"not {condition.column}"
        return str(condition)

    def covers(self, X: Any, feature_names: Sequence[str] | None = None) -> np.ndarray:
        """Return for which rows the formula holds.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Rows.
        feature_names : sequence of str, default=None
            Names of the columns of an array; ``x0``, ``x1``, ... by default.

        Returns
        -------
        held : ndarray of shape (n_samples,), dtype bool
            True where one term holds at least.
        """
        rows = as_rows(X)
        generated = feature_names is None
        names = list(feature_names or [f"x{j}" for j in range(rows.shape[1])])
        held = np.zeros(rows.shape[0], dtype=bool)
        for term in self.terms:
            met = np.ones(rows.shape[0], dtype=bool)
            for condition in term:
                column = read_columns(rows, [condition.column], names, generated=generated)
                met &= condition.covers(column[condition.column])
            held |= met
        return held


def minimal_dnf(
    on: np.ndarray,
    names: Sequence[str],
    categories: Sequence[np.ndarray],
    label: Any,
    time_limit: float,
) -> Dnf:
    """Find a DNF with as few terms as can be, and among those few literals.

    Parameters
    ----------
    on : ndarray of shape (L_1, ..., L_k), dtype bool
        Where the formula must hold.
    names : sequence of k str
        The variables.
    categories : sequence of k ndarrays
        Theirs.
    label : object
        What the formula stands for.
    time_limit : float
        Seconds for the proof.

    Returns
    -------
    dnf : Dnf
    """
    if not on.any():
        return Dnf(label, (), True, 0)
    if on.all():
        return Dnf(label, ((),), True, 1)
    primes = prime_implicants(on)
    cells = np.argwhere(on)
    covers = np.ones((len(cells), len(primes)), dtype=bool)
    for j in range(on.ndim):
        covers &= (primes[np.newaxis, :, j] >> cells[:, j, np.newaxis] & 1).astype(bool)
    full = np.array([2**size - 1 for size in on.shape])
    n_literals = (primes != full).sum(axis=1)
    chosen, proven = smallest_cover(covers, n_literals, time_limit)
    chosen = chosen[np.argsort(n_literals[chosen], kind="stable")]
    terms = tuple(_term(primes[i], names, categories) for i in chosen)
    bits = frozenset(
        name for name, values in zip(names, categories, strict=True) if _is_bit(values.tolist())
    )
    return Dnf(label, terms, proven, len(primes), bits)


def _is_bit(values: list[Any]) -> bool:
    """Whether these two values are read as no and yes."""
    return len(values) == 2 and values[1] == 1 and values[0] in (0, -1)


def _term(masks: np.ndarray, names: Sequence[str], categories: Sequence[np.ndarray]) -> Any:
    conditions = []
    for mask, name, values in zip(masks.tolist(), names, categories, strict=True):
        size = len(values)
        if mask == 2**size - 1:
            continue
        allowed = [value for i, value in enumerate(values.tolist()) if mask >> i & 1]
        others = [value for i, value in enumerate(values.tolist()) if not mask >> i & 1]
        # Of two ways to write it, the shorter; "is" before "is not".
        if len(allowed) <= len(others) or size == 2:
            conditions.append(Categories(name, tuple(allowed)))
        else:
            conditions.append(Categories(name, tuple(others), negated=True))
    return tuple(conditions)
