"""What the teacher is queried with: the right values, in the user's own kind of rows."""

import numpy as np
import pytest
from scipy import stats

from skdistill.domains import Categories, Domain, Integers
from skdistill.juntas import JuntaDistiller
from tests.juntas._teachers import template


class Witnessed:
    """A teacher that keeps the rows that it was queried with."""

    def __init__(self, function):
        self.function, self.queried = function, []

    def __call__(self, X):
        self.queried.append(X.copy())
        return self.function(X)


@pytest.mark.parametrize(
    ("domain", "values"), [("binary", {0, 1}), ("sign", {-1, 1}), ([3, 5, 9], {3, 5, 9})]
)
@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.float32, np.float64])
def test_values_and_dtype(domain, values, dtype):
    """Every queried value is one of the domain's, in the dtype of X."""
    teacher = Witnessed(lambda X: X[:, 2] == max(values))
    search = JuntaDistiller(teacher, domain=domain, random_state=0).fit(template(9, dtype))
    queried = np.concatenate(teacher.queried)
    assert queried.dtype == dtype
    assert set(np.unique(queried).tolist()) == values
    assert search.get_support(indices=True).tolist() == [2]
    assert search.truth_table_["x2"].tolist() == sorted(values)


def test_background_values_were_seen_in_their_column():
    """Also where columns have different types and many values."""
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.integers(0, 3, 60), rng.normal(size=60), rng.integers(5, 9, 60)])
    teacher = Witnessed(lambda X: (X[:, 0] == 1) & (X[:, 2] > 6))
    search = JuntaDistiller(teacher, random_state=0).fit(X)
    queried = np.concatenate(teacher.queried)
    for j in range(3):
        assert np.isin(queried[:, j], X[:, j]).all()
    assert search.get_support(indices=True).tolist() == [0, 2]
    assert search.score(X, (X[:, 0] == 1) & (X[:, 2] > 6)) == 1.0


def test_frames_keep_names_dtypes_and_categories():
    """The teacher sees a frame like X, and the table speaks of its values."""
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "colour": pd.Categorical(rng.choice(["red", "green", "blue"], 80)),
            "size": rng.integers(1, 5, 80),
            "weight": rng.normal(size=80),
            "job": rng.choice(["smith", "baker"], 80).astype(object),
        }
    )
    teacher = Witnessed(lambda X: np.where((X["colour"] == "red") | (X["size"] >= 3), "y", "n"))
    search = JuntaDistiller(teacher, random_state=0).fit(X)
    for frame in teacher.queried:
        assert frame.dtypes.equals(X.dtypes)
        assert list(frame.columns) == list(X.columns)
    assert search.get_feature_names_out().tolist() == ["colour", "size"]
    assert search.truth_table_.to_frame().shape == (12, 3)
    assert np.array_equal(search.predict(X), teacher.function(X))
    tree = search.to_tree()
    assert np.array_equal(tree.predict(X), teacher.function(X))
    assert str(search.to_dnf()) == "y if\n  colour = red\n  or size in {3, 4}"
    assert np.array_equal(search.to_dnf().covers(X), teacher.function(X) == "y")


def test_a_box_has_no_table_but_an_anchored_student():
    """Continuous ranges: predict queries the teacher, the other columns at the anchor."""
    rng = np.random.default_rng(0)

    def teacher(X):
        return 3 * X[:, 0] + np.sin(X[:, 4])

    search = JuntaDistiller(teacher, domain=(-1, 1), tol=1e-6, random_state=0).fit(np.zeros((1, 8)))
    assert search.status_ == "certified"
    assert search.get_support(indices=True).tolist() == [0, 4]
    X = rng.uniform(-1, 1, size=(100, 8))
    assert np.allclose(search.predict(X), teacher(X))
    assert not hasattr(search, "truth_table_")
    with pytest.raises(AttributeError, match="continuous range"):
        _ = search.truth_table_


def test_a_mapping_mixes_levels_boxes_and_the_background():
    """By name or by position; columns that are not named come from X."""
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.integers(0, 2, 50), "b": rng.normal(size=50), "c": [1, 2] * 25})
    teacher = Witnessed(lambda X: (X["a"] > 5) & (X["c"] == 2))
    domain = {"a": [0, 10], "b": (0, 1)}
    search = JuntaDistiller(teacher, domain=domain, random_state=0).fit(X)
    queried = pd.concat(teacher.queried)
    assert set(queried["a"]) == {0, 10}
    assert queried["b"].between(0, 1).all()
    assert search.get_feature_names_out().tolist() == ["a", "c"]


def test_numbers_between_values_go_to_the_nearest():
    """So that predict takes any number in a numeric column."""
    search = JuntaDistiller(
        lambda X: X[:, 0], domain=[0.0, 1.0, 10.0], tol=1e-9, random_state=0
    ).fit(np.zeros((1, 2)))
    rows = np.array([[0.4, 0], [0.6, 0], [5.0, 0], [6.0, 0], [99.0, 0]])
    assert search.predict(rows).tolist() == [0, 1, 1, 10, 10]


def test_a_category_outside_the_domain_is_an_error():
    """Words have no nearest value."""
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame({"a": ["u", "v"] * 10, "b": [0, 1] * 10})
    search = JuntaDistiller(lambda X: (X["a"] == "u").to_numpy(), random_state=0).fit(X)
    with pytest.raises(ValueError, match="category 'w'"):
        search.predict(pd.DataFrame({"a": ["w"], "b": [0]}))


@pytest.mark.parametrize(
    ("domain", "X", "words"),
    [
        ("ternary", template(3), "domain must be"),
        (7, template(3), "domain must be"),
        ([4], template(3), "single value"),
        ([[0, 1], [2, 2], [0, 1]], template(3), "twice"),
        ([0, 1, 1], template(3), "twice"),
        ([0.0, np.nan], template(3), "NaN"),
        ([[0, 1]] * 2, template(3), "2 entries, but there are 3 columns"),
        ([["a", "b"]] * 3, template(3), "DataFrame"),
        ({"speed": [0, 1]}, template(3), "'speed'"),
        ((1, 1), template(3), "low < high"),
        ((0, np.inf), template(3), "finite"),
        ("sign", template(3, np.uint8), "signed"),
        ("background", template(3), "1 sample"),
        ("background", np.array([[0.0, np.nan], [1.0, 2.0]]), "NaN"),
    ],
)
def test_bad_domains(domain, X, words):
    """Each message names what is wrong."""
    with pytest.raises(ValueError, match=words):
        JuntaDistiller(lambda X: X[:, 0] > 0, domain=domain).fit(X)


@pytest.mark.parametrize("mode", ["certified", "exact"])
def test_integers_distributions_and_probabilities(mode):
    """Every part of skdistill.domains that has few values has a table."""
    teacher = Witnessed(lambda X: (X[:, 0] >= 3) ^ (X[:, 2] == 1) ^ (X[:, 3] > 6))
    domain = [
        Integers(1, 4),
        "sign",
        Categories([0, 1], [0.8, 0.2]),
        stats.randint(5, 9),
        Integers(0, 2),
    ]
    search = JuntaDistiller(teacher, domain=domain, mode=mode, max_variables=4, random_state=0)
    search.fit(template(5, np.int64))
    assert search.get_support(indices=True).tolist() == [0, 2, 3]
    queried = np.concatenate(teacher.queried)
    for j, values in enumerate([{1, 2, 3, 4}, {-1, 1}, {0, 1}, {5, 6, 7, 8}, {0, 1, 2}]):
        assert set(queried[:, j].tolist()) == values
    assert search.truth_table_.predictions.shape == (4, 2, 4)
    assert np.array_equal(search.predict(queried[:200]), teacher.function(queried[:200]))
    if mode == "certified":
        assert search.to_tree().tree_.weighted_n_node_samples[0] == pytest.approx(32)


def test_ranges_that_are_not_uniform():
    """Distributions of real numbers, and integers too many for a table."""
    teacher = Witnessed(lambda X: (X[:, 0] > 0.01) & (X[:, 1] > 500_000))
    domain = [stats.loguniform(1e-4, 1), Integers(0, 10**6), (0, 1)]
    search = JuntaDistiller(teacher, domain=domain, random_state=0).fit(np.zeros((1, 3)))
    assert search.get_support(indices=True).tolist() == [0, 1]
    queried = np.concatenate(teacher.queried)
    assert np.array_equal(queried[:, 1], np.rint(queried[:, 1]))
    assert abs(np.mean(queried[:, 0] < 0.01) - 0.5) < 0.15
    assert queried[:, 0].min() >= 1e-4
    assert np.array_equal(search.predict(queried[:50]), teacher.function(queried[:50]))


def test_a_domain_with_names():
    """A Domain is matched with the columns of X; a single value holds a column still."""
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame({"a": [0.0, 1.0], "b": [1, 2], "c": pd.Categorical(["u", "v"])})
    teacher = Witnessed(lambda X: (X["c"] == "v").to_numpy())
    domain = Domain({"a": (0, 1), "b": [2], "c": ["u", "v"]})
    search = JuntaDistiller(teacher, domain=domain, random_state=0).fit(X)
    assert search.get_feature_names_out().tolist() == ["c"]
    queried = pd.concat(teacher.queried)
    assert set(queried["b"]) == {2}
    assert teacher.queried[0].dtypes.equals(X.dtypes)
    with pytest.raises(ValueError, match="domain has the columns"):
        JuntaDistiller(teacher, domain=domain).fit(X[["b", "a", "c"]])


def test_a_category_that_the_dtype_does_not_have_is_an_error():
    """It became a missing value, which the teacher was queried with."""
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame({"c": pd.Categorical(["u", "v"])})
    with pytest.raises(ValueError, match=r"\['w'\], but the categories"):
        JuntaDistiller(lambda X: X["c"] == "w", domain={"c": ["u", "w"]}).fit(X)
