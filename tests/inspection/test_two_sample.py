"""Real and synthetic rows side by side."""

import numpy as np
import pytest
from scipy.stats import ks_2samp
from sklearn.base import BaseEstimator
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.mixture import GaussianMixture

from skdistill import AdapterTransferSet, MungeTransferSet
from skdistill.inspection import TwoSampleDisplay
from skdistill.metrics import two_sample_auc
from skdistill.transfer import BootstrapTransferSet


def display_of(real, synthetic, **params):
    return TwoSampleDisplay.from_rows(real, synthetic, random_state=0, **{"cv": 2} | params)


def test_distances(pyplot):
    """Numbers by Kolmogorov and Smirnov's distance; the most different column comes first."""
    rng = np.random.default_rng(0)
    X, Z = rng.normal(size=(80, 3)), rng.normal([0.0, 2.0, 0.7], size=(120, 3))
    display = display_of(X, Z, classifier=LogisticRegression())
    assert [column.name for column in display.columns] == ["column 1", "column 2", "column 0"]
    for column in display.columns:
        j = int(column.name[-1])
        assert column.distance == pytest.approx(ks_2samp(X[:, j], Z[:, j]).statistic)
        assert column.real.sum() == pytest.approx(1)
        counts = np.histogram(Z[:, j], bins=column.edges)[0]
        np.testing.assert_allclose(column.synthetic, counts / 120)
    assert display.auc == two_sample_auc(
        X, Z, classifier=LogisticRegression(), cv=2, random_state=0
    )
    assert f"{display.auc:.2f}" in display.figure_.get_suptitle()


def test_levels(pyplot):
    """Levels by the total variation; a missing level is one of them, rare ones go together."""
    pd = pytest.importorskip("pandas")
    real = pd.DataFrame({"home": ["own"] * 30 + ["rent"] * 10, "many": list("abcdefghij") * 4})
    synthetic = pd.DataFrame(
        {"home": ["own"] * 10 + ["free"] * 10 + [None] * 20, "many": list("klmnopqrst") * 4}
    )
    display = display_of(real, synthetic)
    many, home = display.columns
    assert (home.name, home.distance) == ("home", 0.75)
    shares = dict(zip(home.categories, zip(home.real, home.synthetic, strict=True), strict=True))
    assert shares == {
        "own": (0.75, 0.25),
        "rent": (0.25, 0),
        "free": (0, 0.25),
        "missing": (0, 0.5),
    }
    assert many.distance == pytest.approx(1)
    assert len(many.categories) == 10
    assert many.categories[-1] == "others"
    assert many.real.sum() == pytest.approx(1)
    labels = [text.get_text() for text in display.axes_[1].get_xticklabels()]
    assert labels == home.categories


def test_every_kind_of_column(pyplot, frame):
    """A frame with gaps and all dtypes, drawn on axes given or on a new figure."""
    synthetic = MungeTransferSet(random_state=0).fit(frame).sample(100)
    display = display_of(frame, synthetic)
    assert len(display.columns) == frame.shape[1]
    assert len(display.axes_) == 9
    assert len(display.plot(max_columns=4).axes_) == 4
    figure, axes = pyplot.subplots(1, 2)
    display.plot(axes=axes)
    assert display.figure_ is figure
    for ax, column in zip(axes, display.columns, strict=False):
        assert ax.get_title() == f"{column.name}: distance {column.distance:.2f}"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["real", "synthetic"]


def test_from_transfer_set(pyplot):
    """An unfitted set is cloned and fitted on X; a fitted one is drawn from as it is."""
    X = load_wine().data[:, :5]
    given = MungeTransferSet(random_state=0)
    draw = {"cv": 2, "classifier": LogisticRegression(), "random_state": 0}
    one = TwoSampleDisplay.from_transfer_set(given, X, **draw)
    assert not hasattr(given, "n_samples_")
    fitted = MungeTransferSet(random_state=0).fit(X)
    two = TwoSampleDisplay.from_transfer_set(fitted, X, n_samples=len(X), **draw)
    rows, parents = fitted.sample(len(X), random_state=0, return_parents=True)
    families = np.concatenate([np.arange(len(X)), parents])
    assert one.auc == two.auc == two_sample_auc(X, rows, groups=families, **draw)
    np.testing.assert_array_equal(one.columns[0].synthetic, two.columns[0].synthetic)


def test_relatives_stay_together(pyplot):
    """Copies of the real rows cannot be told apart, whoever belongs to whom."""
    X = load_wine().data
    persons = np.arange(len(X)) // 3
    for groups in (None, persons):
        display = TwoSampleDisplay.from_transfer_set(
            BootstrapTransferSet(random_state=0), X, groups=groups, cv=3, random_state=0
        )
        assert display.auc == pytest.approx(0.5, abs=0.06)
    mixture = AdapterTransferSet(generator=GaussianMixture(), random_state=0)
    assert TwoSampleDisplay.from_transfer_set(mixture, X, cv=2, random_state=0).auc > 0.5
    with pytest.raises(ValueError, match="belong to no group"):
        TwoSampleDisplay.from_transfer_set(mixture, X, groups=persons)
    with pytest.raises(ValueError, match="groups has 3 entries"):
        TwoSampleDisplay.from_transfer_set(BootstrapTransferSet(), X, groups=[1, 2, 3])
    plain = TwoSampleDisplay.from_transfer_set(PlainGenerator(), X, cv=2, random_state=0)
    assert len(plain.columns) == 13


class PlainGenerator(BaseEstimator):
    """A generator that is no transfer set."""

    def fit(self, X):
        self.means_ = X.mean(axis=0)
        return self

    def sample(self, n, random_state=None):
        return np.random.default_rng(random_state).normal(self.means_, size=(n, len(self.means_)))


def test_polars(pyplot):
    """Frames of polars are compared too."""
    pl = pytest.importorskip("polars")
    real = pl.DataFrame({"a": [1.0, 2.0, None] * 10, "b": ["x", "y", None] * 10})
    synthetic = pl.DataFrame({"a": [1.0, 2.0, 3.0] * 10, "b": ["x", "x", "z"] * 10})
    a, b = sorted(display_of(real, synthetic).columns, key=lambda column: column.name)
    assert a.distance == pytest.approx(1 / 3)
    assert b.distance == pytest.approx(2 / 3)
