"""Check that rows of a certificate are fresh.

A certificate is about fresh rows. Distillers keep hashes of the real rows
that they were fitted on, sorted and with repeats, in ``row_hashes_``. Rows of
coarse tables repeat by nature, so a fresh row may equal a known one. How often
to expect that follows from the known rows: by exchangeability a fresh row
is among them about as often as one of them has a twin among the others (the
estimate of Good and Turing).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from scipy.stats import hypergeom

from skdistill.exceptions import DistillationWarning

__all__ = ["FITTED", "check_fresh"]

# Whose rows they are, for messages.
FITTED = "that the student was fitted on"

# Fresh rows are taken for known ones this rarely.
_FALSE_ALARM = 0.001


@dataclass(frozen=True)
class _Overlap:
    """How many of some rows are known, and how many are expected to be.

    Parameters
    ----------
    n_known, n_rows : int
        Rows that equal a known one, of how many.
    n_twins, n_memory : int
        Known rows that have a twin among the known ones, of how many.
    """

    n_known: int
    n_rows: int
    n_twins: int
    n_memory: int

    @property
    def is_beyond_nature(self) -> bool:
        """Whether more are known than twins among the known ones explain.

        Fisher's exact test: were the rows fresh, those that are known and those
        that have a twin would fall on both sides in proportion.
        """
        found = self.n_twins + self.n_known
        chance = hypergeom.sf(self.n_known - 1, self.n_memory + self.n_rows, found, self.n_rows)
        return bool(chance < _FALSE_ALARM)

    @property
    def share(self) -> float:
        """Estimated share of rows that are known not by nature.

        With a share f of copies among fresh rows of which r repeat by nature,
        f + (1 - f) r are known.
        """
        natural = self.n_twins / self.n_memory
        if natural == 1:
            return 0.0
        return max(0.0, (self.n_known / self.n_rows - natural) / (1 - natural))


def check_fresh(
    hashes: np.ndarray, memory: np.ndarray, owner: str, *, stacklevel: int = 3
) -> np.ndarray:
    """Refuse rows that are all known, warn of some, and return which equal known ones.

    Parameters
    ----------
    hashes : ndarray of shape (n,), dtype uint64
        Of the rows of a certificate.
    memory : ndarray of shape (m,), dtype uint64
        Of the known rows, sorted, repeats included.
    owner : str
        Whose they are, for messages, as in :data:`FITTED`.
    stacklevel : int, default=3
        Of the warning.

    Returns
    -------
    known : ndarray of shape (n,), dtype bool
        Which rows equal a known one, by nature or not.

    Raises
    ------
    ValueError
        If the rows are the very known ones, or all known and not by nature.
    """
    if not len(memory):
        return np.zeros(len(hashes), dtype=bool)
    unique, counts = np.unique(memory, return_counts=True)
    place = np.minimum(np.searchsorted(unique, hashes), len(unique) - 1)
    known: np.ndarray = unique[place] == hashes
    overlap = _Overlap(
        n_known=int(np.count_nonzero(known)),
        n_rows=len(hashes),
        n_twins=int(counts[counts > 1].sum()),
        n_memory=len(memory),
    )
    beyond = overlap.is_beyond_nature
    everything = known.all() and (beyond or overlap.n_twins == 0)
    if everything or (len(hashes) == len(memory) and np.array_equal(np.sort(hashes), memory)):
        raise ValueError(
            f"All {overlap.n_rows} rows of X are rows {owner}: they show nothing about fresh ones. "
            "Keep some rows aside, for example with sklearn.model_selection.train_test_split."
        )
    if beyond:
        warnings.warn(
            f"{overlap.n_known} of the {overlap.n_rows} rows of X equal rows {owner}, where "
            f"{overlap.n_twins / overlap.n_memory:.1%} would repeat by nature: about "
            f"{overlap.share:.1%} of X is not fresh, and the bound may not hold. Leave those rows "
            "out.",
            DistillationWarning,
            stacklevel=stacklevel,
        )
    return known
