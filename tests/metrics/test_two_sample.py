"""Whether a classifier tells two sets of rows apart."""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, ShuffleSplit, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from skdistill.metrics import two_sample_auc


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_same_distribution(rng):
    """Rows of one distribution cannot be told apart: 0.5 within three standard errors."""
    X, Z = rng.normal(size=(2, 300, 2))
    error = np.sqrt((2 * 300 + 1) / (12 * 300 * 300))
    assert abs(two_sample_auc(X, Z, cv=3, random_state=0) - 0.5) < 3 * error


def test_known_auc(rng):
    """Two normals at distance d: the best AUC is Φ(d / √2), which a linear classifier reaches."""
    X, Z = rng.normal(size=(3000, 1)), rng.normal(1.0, size=(2000, 1))
    auc = two_sample_auc(X, Z, classifier=LogisticRegression(), random_state=0)
    assert auc == pytest.approx(norm.cdf(1 / np.sqrt(2)), abs=0.02)
    assert two_sample_auc(X, Z + 20, classifier=LogisticRegression(), random_state=0) == 1.0


def test_levels_gaps_and_kinds(frame):
    """The default reads frames: what tells rows apart may be a level, a gap or a number alone."""
    real = frame.sample(400, replace=True, random_state=0, ignore_index=True)
    synthetic = frame.sample(400, replace=True, random_state=1, ignore_index=True)
    assert two_sample_auc(real, synthetic, cv=2, random_state=0) < 0.65
    for name, values in {"text": "c", "whole": None, "single": 9.0}.items():
        changed = synthetic.copy()
        changed[name] = changed[name].where(np.arange(400) % 10 == 0, values)
        changed[name] = changed[name].astype(frame[name].dtype)
        assert two_sample_auc(real, changed, cv=2, random_state=0) > 0.7, name


def test_many_levels(rng):
    """Columns of more levels than gradient boosting takes are read by their frequency."""
    pd = pytest.importorskip("pandas")
    names = np.array([f"name {k}" for k in range(400)])
    often = pd.DataFrame({"name": rng.choice(names[:40], 1500)})
    rare = pd.DataFrame({"name": rng.choice(names, 1500)})
    assert two_sample_auc(often, rare, cv=2, random_state=0) > 0.85


def test_polars(rng):
    """Frames of polars are read too."""
    pl = pytest.importorskip("polars")
    tables = [
        pl.DataFrame({"a": rng.normal(size=200), "b": rng.choice(levels, 200)})
        for levels in (["x", "y"], ["x", "z"])
    ]
    assert two_sample_auc(*tables, cv=2, random_state=0) > 0.7


def test_splitters_and_groups(rng):
    """A splitter is handed the groups; a number with groups keeps them together."""
    X = rng.normal(size=(100, 2))
    Z = X + 1e-6  # each synthetic row is a copy of its parent
    groups = np.tile(np.arange(100), 2)
    # Whoever has seen the real row takes the copy for real, and the other way round.
    nearest = KNeighborsClassifier(1)
    apart = two_sample_auc(X, Z, classifier=nearest, random_state=0)
    together = two_sample_auc(X, Z, classifier=nearest, groups=groups, random_state=0)
    assert apart < 0.3
    assert together == pytest.approx(0.5, abs=0.05)
    by_hand = cross_val_score(
        nearest,
        np.concatenate([X, Z]),
        np.repeat([0, 1], 100),
        groups=groups,
        cv=GroupKFold(4),
        scoring="roc_auc",
    ).mean()
    given = two_sample_auc(X, Z, classifier=nearest, groups=groups, cv=GroupKFold(4))
    assert given == pytest.approx(by_hand)
    split = ShuffleSplit(2, random_state=0)
    assert 0 <= two_sample_auc(X, Z, classifier=nearest, cv=split) <= 1


def test_same_seed_same_number(rng):
    """The folds and the classifier are seeded; the classifier given is not fitted."""
    X, Z = rng.normal(size=(2, 120, 2))
    assert two_sample_auc(X, Z, cv=2, random_state=3) == two_sample_auc(X, Z, cv=2, random_state=3)
    classifier = LogisticRegression()
    two_sample_auc(X, Z, classifier=classifier, random_state=3)
    assert not hasattr(classifier, "coef_")


def test_errors(frame):
    """Other kinds, other columns, too few rows, groups of another length."""
    X = np.zeros((20, 2))
    with pytest.raises(TypeError, match="rows of one kind"):
        two_sample_auc(frame, X)
    with pytest.raises(ValueError, match="2 columns and 1 columns"):
        two_sample_auc(X, X[:, :1])
    with pytest.raises(ValueError, match="same columns"):
        two_sample_auc(frame, frame[frame.columns[::-1]])
    with pytest.raises(ValueError, match="synthetic has 3 rows, too few for cv=5"):
        two_sample_auc(X, X[:3])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        two_sample_auc(X, X, groups=np.zeros(3))
