"""MUNGE as a transformer: a row-aligned synthetic copy."""

import numpy as np
import pytest
from scipy import stats
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

from skdistill import MungeTransferSet
from tests.transfer.test_munge_sample import SWAP, pairs_far_apart


def test_each_row_depends_on_its_content_alone():
    """Order, batch and repeats of rows make no difference."""
    X = load_breast_cancer().data
    munge = MungeTransferSet(random_state=0).fit(X)
    new = munge.transform(X)
    order = np.random.default_rng(0).permutation(len(X))
    np.testing.assert_allclose(munge.transform(X[order]), new[order])
    np.testing.assert_allclose(munge.transform(X[100:110]), new[100:110])
    np.testing.assert_allclose(munge.transform(np.vstack([X[:3], X[:3]])), np.tile(new[:3], (2, 1)))
    assert (new != X).any(axis=1).mean() > 0.99


def test_frames_stay_frames(frame):
    """Dtypes, categories and order of rows are kept; the caller's frame is not touched."""
    before = frame.copy(deep=True)
    munge = MungeTransferSet(random_state=0).fit(frame)
    new = munge.transform(frame)
    assert frame.equals(before)
    assert new.dtypes.equals(frame.dtypes)
    assert len(new) == len(frame)
    np.testing.assert_array_equal(
        munge.transform(frame.iloc[::-1])["single"], new["single"].to_numpy()[::-1]
    )
    assert list(munge.get_feature_names_out()) == list(frame.columns)


@pytest.mark.parametrize("width", [2, 40])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_whole_swaps_give_the_nearest_other_row(width, dtype):
    """With one neighbour and no noise the copy is the nearest different row."""
    X = np.random.default_rng(0).normal(size=(300, width)).astype(dtype)
    munge = MungeTransferSet(p_swap=1, local_variance=SWAP, n_neighbors=1, random_state=0)
    new = munge.fit(X).transform(X)
    drawn = (X - X.mean(axis=0)) / X.std(axis=0)
    distance = np.linalg.norm(drawn - drawn[:, np.newaxis], axis=2)
    np.fill_diagonal(distance, np.inf)
    np.testing.assert_array_equal(new, X[np.argmin(distance, axis=1)])


@pytest.mark.parametrize("s", [1.0, 4.0])
def test_numbers_are_normal_around_the_neighbour(s):
    """The draw is normal with deviation |difference| / s, here over many pairs at once."""
    X = pairs_far_apart(1000, 2.0)
    munge = MungeTransferSet(p_swap=1, local_variance=s, n_neighbors=1, random_state=0).fit(X)
    partner = X.reshape(-1, 2)[:, ::-1].reshape(-1)
    noise = (munge.transform(X)[:, 0] - partner)[10:-10]  # away from the bounds
    assert stats.kstest(noise, stats.norm(0.0, 2.0 / s).cdf).pvalue > 0.01


def test_share_of_exchanged_attributes():
    """p_swap is the share of attributes that change; none at zero."""
    X = load_iris().data + np.random.default_rng(0).normal(size=(150, 4)) * 1e-3
    for p in (0.0, 0.25, 0.75):
        new = MungeTransferSet(p_swap=p, random_state=0).fit(X).transform(X)
        assert stats.binomtest(int((new != X).sum()), X.size, p).pvalue > 0.001


def test_new_rows_are_brought_near_the_fitted_ones():
    """Rows that fit never saw are exchanged with rows that it did."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 2))
    munge = MungeTransferSet(p_swap=1, local_variance=SWAP, random_state=0).fit(X)
    new = munge.transform(X + 0.01)
    assert {tuple(row) for row in new} <= {tuple(row) for row in X}


def test_random_without_a_seed():
    """No random_state: other rows each time."""
    X = load_iris().data
    munge = MungeTransferSet().fit(X)
    assert (munge.transform(X) != munge.transform(X)).any()


def test_it_is_a_transformer_or_a_sampler_never_both():
    """A teacher hides transform; without one there is no fit_resample."""
    X, y = load_iris(return_X_y=True)
    plain, teaching = MungeTransferSet(), MungeTransferSet(GaussianNB())
    for name in ("transform", "fit_transform"):
        assert hasattr(plain, name)
        assert not hasattr(teaching, name)
    assert not hasattr(plain, "fit_resample")
    assert hasattr(teaching, "fit_resample")
    with pytest.raises(AttributeError, match="fit_resample"):
        plain.fit_resample(X, y)
    with pytest.raises(AttributeError, match="transform"):
        teaching.fit(X).transform(X)


def test_set_output_and_names():
    """pandas on demand, in a pipeline too; names of arrays are scikit-learn's."""
    pd = pytest.importorskip("pandas")
    X = load_iris().data
    munge = MungeTransferSet(random_state=0).set_output(transform="pandas")
    new = munge.fit_transform(X)
    assert isinstance(new, pd.DataFrame)
    assert list(new.columns) == ["x0", "x1", "x2", "x3"] == list(munge.get_feature_names_out())
    np.testing.assert_array_equal(new, MungeTransferSet(random_state=0).fit(X).transform(X))
    pipeline = make_pipeline(MungeTransferSet(random_state=0), GaussianNB())
    labels = pipeline.fit(X, load_iris().target).predict(X)
    assert (labels == load_iris().target).mean() > 0.9


def test_unfitted():
    """Sampling and transforming before fit say so; a clone is unfitted."""
    fitted = MungeTransferSet(random_state=0).fit(load_iris().data)
    for munge in (MungeTransferSet(), clone(fitted)):
        with pytest.raises(NotFittedError):
            munge.sample(3)
        with pytest.raises(NotFittedError):
            munge.transform(load_iris().data)
