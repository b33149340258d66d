"""Chunks, parents and memory, whatever the generator."""

import tracemalloc

import numpy as np
import pytest

from skdistill import MungeTransferSet
from skdistill.transfer import BaseTransferSet
from skdistill.transfer._tables import Encoded


class Counting(BaseTransferSet):
    """Rows that tell by which block they were drawn, and their place in it."""

    _parameter_rules = {}

    def __init__(self, teacher=None, block_rows=7, n_samples=20, parents=True, random_state=None):
        self.teacher = teacher
        self.block_rows = block_rows
        self.n_samples = n_samples
        self.parents = parents
        self.random_state = random_state
        self.categorical_features = "from_dtype"

    def _learn(self, rows):
        self._block_rows = self.block_rows
        self._sizes = []

    def _draw_block(self, size, rng):
        self._sizes.append(size)
        place = np.arange(size)
        numbers = np.column_stack([place + 0.5, np.full(size, rng.random())])
        return Encoded(numbers, np.empty((size, 0), np.int32)), place if self.parents else None


def counting(**parameters):
    """Fitted, with wide bounds."""
    return Counting(random_state=0, **parameters).fit([[-1e3, -1e3], [1e3 + 0.5, 1e3 + 0.5]])


def test_blocks_are_of_one_size_and_have_streams_of_their_own():
    """The last block alone is shorter; each has other random numbers, the same each time."""
    rows = counting()
    first = rows.sample()
    assert rows._sizes == [7, 7, 6]
    np.testing.assert_array_equal(first[:, 0] - 0.5, [*range(7), *range(7), *range(6)])
    assert len(np.unique(first[:, 1])) == 3
    np.testing.assert_array_equal(first[:14], rows.sample(14))


@pytest.mark.parametrize("chunk_size", [1, 3, 7, 8, 14, 19, 20, 1000])
def test_chunks_are_the_sample_in_parts(chunk_size):
    """Every chunk but the last has the given size; together they are the sample."""
    rows = counting()
    chunks = list(rows.iter_samples(chunk_size=chunk_size))
    assert [len(chunk) for chunk in chunks[:-1]] == [chunk_size] * (len(chunks) - 1)
    assert 0 < len(chunks[-1]) <= chunk_size
    np.testing.assert_array_equal(np.concatenate(chunks), rows.sample())
    pairs = list(rows.iter_samples(chunk_size=chunk_size, return_parents=True))
    np.testing.assert_array_equal(np.concatenate([p for _, p in pairs]), np.arange(20) % 7)
    np.testing.assert_array_equal(np.concatenate([r for r, _ in pairs]), rows.sample())


def test_chunks_are_drawn_when_they_are_taken():
    """No block is drawn before its chunk is requested; random_state=None is drawn once."""
    rows = counting(block_rows=5)
    chunks = rows.iter_samples(1000, chunk_size=10)
    assert rows._sizes == []
    next(chunks)
    assert rows._sizes == [5, 5]
    assert list(rows.iter_samples(0)) == []


def test_no_parents():
    """Rows without parents are an error where these are requested."""
    rows = counting(parents=False)
    assert rows.sample().shape == (20, 2)
    with pytest.raises(ValueError, match="Samples of a Counting come from no single row"):
        rows.sample(return_parents=True)
    chunks = rows.iter_samples(return_parents=True)
    with pytest.raises(ValueError, match="no parents to return"):
        next(chunks)


def test_parents_of_munged_rows():
    """Attributes that were not exchanged are the parent's own."""
    X = np.random.default_rng(0).normal(size=(50, 4))
    munge = MungeTransferSet(p_swap=0.3, random_state=0).fit(X)
    new, parents = munge.sample(170, return_parents=True)
    np.testing.assert_array_equal(new, munge.sample(170))
    assert ((new == X[parents]).mean(axis=0) > 0.4).all()
    assert np.bincount(parents).tolist().count(3) == 30  # three full passes, and 20 rows more
    assert np.bincount(parents).tolist().count(4) == 20
    rows, none = munge.sample(0, return_parents=True)
    assert rows.shape == (0, 4)
    assert none.shape == (0,)


@pytest.mark.parametrize("kind", ["array", "pandas", "polars"])
def test_memory(kind):
    """A sample takes less than three times its own memory; chunks take what one of them does."""
    X = np.random.default_rng(0).normal(size=(500, 20))
    if kind != "array":
        X = pytest.importorskip(kind).DataFrame({f"x{j}": X[:, j] for j in range(20)})
    munge = MungeTransferSet(random_state=0).fit(X)

    def peak(draw):
        tracemalloc.start()
        draw()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    munge.sample(100)
    size = 150_000 * 20 * 8
    assert peak(lambda: munge.sample(150_000)) < 3 * size
    chunks = munge.iter_samples(150_000, chunk_size=10_000)
    assert peak(lambda: [len(chunk) for chunk in chunks]) < size
