"""Random juntas: functions of few of many inputs, as teachers whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from skdistill._rows import is_frame
from skdistill._validation import Number, OneOf

__all__ = ["Junta", "make_junta"]

_FAMILIES = ("random", "parity", "conjunction", "majority", "tree", "multiplexer")


@dataclass(frozen=True)
class Junta:
    """A function of few inputs, by its truth table; a teacher whose truth is known.

    Parameters
    ----------
    features : ndarray of shape (k,)
        The relevant columns.
    table : ndarray of shape (2,) * k
        The label for each combination of their values, 0 and 1 in turn.
    n_features : int
        Columns in all.

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill.datasets import Junta
    >>> either = Junta(np.array([1, 3]), np.array([[0, 1], [1, 1]]), 5)
    >>> either.predict(np.eye(5, dtype=int)).tolist()
    [0, 1, 0, 1, 0]
    """

    features: np.ndarray
    table: np.ndarray
    n_features: int

    @property
    def classes_(self) -> np.ndarray:
        """Labels that occur."""
        return np.unique(self.table)

    def predict(self, X: Any) -> np.ndarray:
        """Predict the label of each row.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Values above zero count as 1, the others as 0.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Entries of the table.
        """
        rows = X.to_numpy() if is_frame(X) else np.asarray(X)
        bits = (rows[:, self.features] > 0).astype(np.intp)
        return (
            self.table[tuple(bits.T)] if len(self.features) else np.full(len(rows), self.table[()])
        )


def make_junta(
    n_features: int = 100,
    n_relevant: int = 5,
    *,
    family: str = "random",
    n_classes: int = 2,
    random_state: Any = None,
) -> Junta:
    """Draw a random function that depends on exactly ``n_relevant`` inputs.

    Parameters
    ----------
    n_features : int, default=100
        Columns.
    n_relevant : int, default=5
        Relevant ones, chosen at random; at most 20.
    family : str, default="random"
        "random": a uniformly random truth table. "parity": the exclusive or.
        "conjunction": 1 for a single combination of values. "majority": more
        ones than zeros. "tree": a random decision tree that tests every
        relevant input. "multiplexer": the first inputs are the address of the
        one among the others that is the label.
    n_classes : int, default=2
        Labels 0, ..., n_classes - 1 of the families "random" and "tree".
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    junta : Junta
        Each of its relevant inputs changes some label.

    Raises
    ------
    ValueError
        If a number is out of range, or no multiplexer has so many inputs.

    Examples
    --------
    >>> from skdistill.datasets import make_junta
    >>> junta = make_junta(1000, 3, family="parity", random_state=0)
    >>> len(junta.features), junta.table.ravel().tolist()
    (3, [0, 1, 1, 0, 1, 0, 0, 1])
    """
    for name, value, rule in (
        ("n_features", n_features, Number(1, whole=True)),
        ("n_relevant", n_relevant, Number(0, min(20, n_features), whole=True)),
        ("family", family, OneOf(*_FAMILIES)),
        ("n_classes", n_classes, Number(2, whole=True)),
    ):
        if not rule.accepts(value):
            raise ValueError(f"{name} must be {rule}, got {value!r}.")
    rng = check_random_state(random_state)
    features = np.sort(rng.choice(n_features, n_relevant, replace=False))
    if n_relevant == 0:
        return Junta(features, np.zeros((), dtype=np.int64), n_features)
    bits = np.indices((2,) * n_relevant)
    while True:
        table = _table(family, bits, n_classes, rng)
        if all(_matters(table, j) for j in range(n_relevant)):
            return Junta(features, table, n_features)


def _matters(table: np.ndarray, j: int) -> bool:
    return bool(np.any(table.take(0, axis=j) != table.take(1, axis=j)))


def _table(family: str, bits: np.ndarray, n_classes: int, rng: np.random.RandomState) -> np.ndarray:
    """A truth table of shape (2,) * k; bits has shape (k, 2, ..., 2)."""
    k = len(bits)
    if family == "random":
        return rng.randint(n_classes, size=bits.shape[1:])
    if family == "parity":
        parity: np.ndarray = bits.sum(axis=0) % 2
        return parity
    if family == "conjunction":
        wanted = rng.randint(2, size=k).reshape((k,) + (1,) * k)
        conjunction: np.ndarray = (bits == wanted).all(axis=0).astype(np.int64)
        return conjunction
    if family == "majority":
        majority: np.ndarray = (2 * bits.sum(axis=0) > k).astype(np.int64)
        return majority
    if family == "tree":
        return _random_tree(bits, n_classes, rng)
    return _multiplexer(bits, rng)


def _random_tree(bits: np.ndarray, n_classes: int, rng: np.random.RandomState) -> np.ndarray:
    """A tree of k inner nodes: each input is tested once, at a random leaf so far."""
    k = len(bits)
    leaf = np.zeros(bits.shape[1:], dtype=np.int64)
    for n_leaves, j in enumerate(rng.permutation(k), start=1):
        leaf[(leaf == rng.randint(n_leaves)) & (bits[j] == 1)] = n_leaves
    return rng.randint(n_classes, size=k + 1)[leaf]


def _multiplexer(bits: np.ndarray, rng: np.random.RandomState) -> np.ndarray:
    k = len(bits)
    n_address = next((a for a in range(1, 5) if a + 2**a == k), None)
    if n_address is None:
        raise ValueError(f"A multiplexer has 3, 6, 11 or 20 inputs, got n_relevant={k}.")
    order = rng.permutation(k)
    address = np.zeros(bits.shape[1:], dtype=np.int64)
    for j in order[:n_address]:
        address = 2 * address + bits[j]
    data = bits[order[n_address:]]
    addressed: np.ndarray = np.take_along_axis(data, address[np.newaxis], axis=0)[0]
    return addressed
