"""Bad input to MUNGE: each has a message that names what is wrong and the way out."""

import numpy as np
import pytest
from scipy import sparse

from skdistill import MungeTransferSet

X = np.random.default_rng(0).normal(size=(20, 3))


@pytest.mark.parametrize(
    ("parameter", "values"),
    [
        ("p_swap", [-0.1, 1.5, float("nan"), "half", None, True]),
        ("local_variance", [0, -1.0, float("nan"), "s"]),
        ("n_neighbors", [0, -3, 2.5, None]),
        ("algorithm", ["kd_tree", None, 5]),
        ("n_samples", [-1, 2.5, "many", None]),
        ("categorical_features", ["sex", 3]),
    ],
)
def test_parameters(parameter, values):
    """The message names the parameter and what it got; the constructor itself takes anything."""
    for value in values:
        munge = MungeTransferSet(**{parameter: value})
        with pytest.raises(ValueError, match=f"'{parameter}' parameter of MungeTransferSet") as e:
            munge.fit(X)
        assert repr(value) in str(e.value)


@pytest.mark.parametrize("n_samples", [-1, 2.5, "ten"])
def test_sample_wants_a_count(n_samples):
    """No rows less than none, and no half ones."""
    with pytest.raises(ValueError, match="n_samples must be an integer >= 0"):
        MungeTransferSet(random_state=0).fit(X).sample(n_samples)


@pytest.mark.parametrize(
    ("which", "message"),
    [
        ([3], "not all among the 3 columns"),
        ([-4], "not all among the 3 columns"),
        ([True, False], r"shape \(2,\), but X has 3 columns"),
        (["a"], r"does not have: \['a'\]. X is an array: give positions"),
    ],
)
def test_categorical_features_of_arrays(which, message):
    """Positions out of range, masks of the wrong length, names where there are none."""
    with pytest.raises(ValueError, match=message):
        MungeTransferSet(categorical_features=which).fit(X)


def test_categorical_features_of_frames(frame):
    """Unknown names are listed; categorical columns cannot be declared numbers."""
    with pytest.raises(ValueError, match=r"does not have: \['colour'\]. Its columns are"):
        MungeTransferSet(categorical_features=["size", "colour"]).fit(frame)
    for which in (None, ["size"]):
        with pytest.raises(ValueError, match=r"are categorical, not numeric. Add them to"):
            MungeTransferSet(categorical_features=which).fit(frame)


def test_unseen_categories(frame):
    """transform lists the categories that fit did not see."""
    munge = MungeTransferSet(random_state=0).fit(frame)
    with pytest.raises(
        ValueError, match=r"Column 'thing' has categories that fit did not see: \['z'"
    ):
        munge.transform(frame.assign(thing="z"))
    coded = MungeTransferSet(categorical_features=[0]).fit(np.round(X))
    with pytest.raises(ValueError, match=r"Column 0 has categories that fit did not see: \[99"):
        coded.transform(np.full((2, 3), 99.0))


def test_mixed_types():
    """Categories that cannot be sorted are named by their column."""
    pd = pytest.importorskip("pandas")
    mixed = pd.DataFrame({"odd": pd.Series([1, "b", 2.0], dtype=object)})
    with pytest.raises(TypeError, match="Column 'odd' mixes types"):
        MungeTransferSet().fit(mixed)


def test_infinite_values():
    """Infinity never passes, in arrays and in frames."""
    pd = pytest.importorskip("pandas")
    broken = X.copy()
    broken[3, 1] = np.inf
    with pytest.raises(ValueError, match="infinity"):
        MungeTransferSet().fit(broken)
    with pytest.raises(ValueError, match="infinity in column 'b'"):
        MungeTransferSet().fit(pd.DataFrame(broken, columns=["a", "b", "c"]))
    with pytest.raises(ValueError, match="infinity"):
        MungeTransferSet().fit(X).transform(broken)


def test_columns_of_other_kinds():
    """Columns that are neither numbers, categories nor times are named, with the way out."""
    pd = pytest.importorskip("pandas")
    period = pd.DataFrame({"a": [1.0, 2.0], "span": pd.period_range("2024", periods=2, freq="M")})
    with pytest.raises(TypeError, match=r"Column 'span' of X holds period.*numbers first"):
        MungeTransferSet().fit(period)
    pl = pytest.importorskip("polars")
    with pytest.raises(TypeError, match=r"Column 'many' of X holds List\(Int64\), which Munge"):
        MungeTransferSet().fit(pl.DataFrame({"many": [[1], [2, 3]]}))


@pytest.mark.parametrize("chunk_size", [0, -1, 2.5, None])
def test_chunks_want_a_count(chunk_size):
    """Said when chunks are requested, not when the first one is taken."""
    munge = MungeTransferSet(random_state=0).fit(X)
    with pytest.raises(ValueError, match="chunk_size must be an integer >= 1"):
        munge.iter_samples(10, chunk_size=chunk_size)
    with pytest.raises(ValueError, match="n_samples must be an integer >= 0"):
        munge.iter_samples(-1)


def test_unknown_columns_of_a_frame():
    """A frame with another column than that of fit is refused by name."""
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame(X, columns=["a", "b", "c"])
    munge = MungeTransferSet().fit(table)
    with pytest.raises(ValueError, match=r"feature names should match(.|\n)*- d"):
        munge.transform(table.rename(columns={"c": "d"}))


def test_sparse_empty_and_other_columns():
    """Sparse rows, no rows, and rows of another width."""
    with pytest.raises(TypeError, match="dense data is required"):
        MungeTransferSet().fit(sparse.csr_matrix(X))
    with pytest.raises(ValueError, match="0 sample"):
        MungeTransferSet().fit(np.empty((0, 3)))
    with pytest.raises(ValueError, match=r"2 features.*3 features"):
        MungeTransferSet().fit(X).transform(X[:, :2])
