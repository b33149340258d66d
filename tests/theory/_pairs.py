"""Teachers and students that are cheap, and one that remembers its rows."""

import numpy as np

from skdistill._rows import row_hashes


class Remembering:
    """A student that says the first column's sign and remembers the rows it was fitted on."""

    def fit(self, X):
        self.row_hashes_ = np.sort(row_hashes(X))
        return self

    def predict(self, X):
        return (np.asarray(X)[:, 0] > 0) * 1


def teacher(X):
    """Differs from :class:`Remembering` on a twentieth of uniform rows in (-1, 1)."""
    return (np.asarray(X)[:, 0] > 0.1) * 1


def uniform_rows(seed, n, d=2):
    """Rows in (-1, 1)^d."""
    return np.random.default_rng(seed).uniform(-1, 1, size=(n, d))
