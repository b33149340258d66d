"""Teachers for the tests: counted, corrupted, noisy."""

import numpy as np

from skdistill._hashes import mix_words


class Counted:
    """A teacher that counts the rows it is queried with, and remembers how they came."""

    def __init__(self, teacher):
        self.teacher = teacher
        self.n_rows = 0
        self.batches = []

    def predict(self, X):
        self.n_rows += len(X)
        self.batches.append(len(X))
        return self.teacher.predict(X)


class Corrupted:
    """Wrong on a fixed share of the points, always on the same ones (two classes 0 and 1)."""

    classes_ = np.array([0, 1])

    def __init__(self, teacher, share, seed, n_features):
        self.teacher, self.share = teacher, share
        rng = np.random.default_rng(seed)
        self.key = rng.integers(0, 2**63, size=n_features, dtype=np.uint64)

    def predict(self, X):
        words = mix_words(np.asarray(X).astype(np.uint64) @ self.key)
        wrong = (words >> np.uint64(11)).astype(float) * 2.0**-53 < self.share
        return self.teacher.predict(X) ^ wrong


class Noisy:
    """Wrong on a share of the answers, at random each time."""

    classes_ = np.array([0, 1])

    def __init__(self, teacher, share, seed):
        self.teacher, self.share = teacher, share
        self.rng = np.random.default_rng(seed)

    def predict(self, X):
        return self.teacher.predict(X) ^ (self.rng.random(len(X)) < self.share)


def template(n_features, dtype=np.int8):
    """One row, which says how many columns there are and of what type."""
    return np.zeros((1, n_features), dtype=dtype)


def found(search):
    """Columns found, as a set."""
    return set(search.get_support(indices=True).tolist())


def full_table(search, junta):
    """The distiller's table as an array over the junta's own inputs, in their order."""
    table = search.truth_table_
    assert np.array_equal(table.features, junta.features)
    return table.predictions
