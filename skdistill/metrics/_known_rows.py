"""Which rows does a student know from its fit?"""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill._hashes import row_hashes
from skdistill._rows import as_rows, is_frame

__all__ = ["count_seen", "hash_rows"]


def hash_rows(X: Any) -> np.ndarray | None:
    """Return the hashes of rows of any kind, as a student's ``row_hashes_`` has them.

    Parameters
    ----------
    X : array-like, sparse matrix or DataFrame of shape (n, n_features)

    Returns
    -------
    hashes : ndarray of shape (n,), dtype uint64, or None
        None for arrays that hold no numbers.
    """
    rows = as_rows(X)
    if is_frame(rows) and all(getattr(dtype, "kind", "") == "f" for dtype in rows.dtypes):
        rows = rows.to_numpy()  # the same hashes, three times as fast
    if not is_frame(rows) and rows.dtype.kind not in "fiub":
        try:  # students validate such arrays as numbers too
            rows = rows.astype(np.float64)
        except (TypeError, ValueError):
            return None
    return row_hashes(rows)


def count_seen(student: Any, rows: Any) -> int | None:
    """How many rows equal one that a student remembers from its fit.

    Parameters
    ----------
    student : fitted estimator
        Out of its pipelines and searches.
    rows : array-like or DataFrame of shape (n, n_features)
        As it sees them.

    Returns
    -------
    n_seen : int or None
        None where the student remembers no rows.
    """
    known = getattr(student, "row_hashes_", None)
    if known is None or not len(known):
        return None
    hashes = hash_rows(rows)
    if hashes is None:
        return None
    place = np.minimum(np.searchsorted(known, hashes), len(known) - 1)  # they are sorted
    return int(np.count_nonzero(known[place] == hashes))
