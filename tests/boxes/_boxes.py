"""Small binned problems, and all the boxes that there are."""

import itertools

import numpy as np

from skdistill.boxes import bin_rows


def binned(seed, n_rows=60, n_columns=3, n_values=4, n_classes=2, missing=0.0):
    """Rows of few values with random labels that depend on them; values beside."""
    rng = np.random.default_rng(seed)
    X = rng.integers(n_values, size=(n_rows, n_columns)).astype(np.float32)
    score = X @ rng.normal(size=(n_columns, n_classes)) + rng.normal(size=(n_rows, n_classes))
    if missing:
        X[rng.random(X.shape) < missing] = np.nan
    mass = np.eye(n_classes)[score.argmax(axis=1)] * rng.integers(1, 4, size=(n_rows, 1))
    rows, _, values = bin_rows(X, mass, np.arange(n_columns))
    return rows, values


def all_boxes(rows, max_length):
    """Every box of at most so many conditions, with and without missing values."""
    of_column = []
    for j, n_bins in enumerate(rows.n_bins.tolist()):
        intervals = [
            (low, high)
            for low in range(n_bins)
            for high in range(low + 1, n_bins + 1)
            if (low, high) != (0, n_bins) or rows.missing[j]
        ]
        takes = (False, True) if rows.missing[j] else (False,)
        own = [(low, high, missing) for low, high in intervals for missing in takes]
        own = [each for each in own if each != (0, n_bins, True)]
        of_column.append([*own, *([(0, 0, True)] if rows.missing[j] else [])])
    for length in range(max_length + 1):
        for columns in itertools.combinations(range(len(of_column)), length):
            for conditions in itertools.product(*(of_column[j] for j in columns)):
                yield dict(zip(columns, conditions, strict=True))
