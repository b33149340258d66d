"""Input spaces: from what users write, to rows of their own kind, and back."""

import pickle

import numpy as np
import pytest
from scipy import sparse, stats

from skdistill.domains import (
    Categories,
    Distribution,
    Domain,
    Integers,
    Reals,
    as_domain,
    cube_coding,
)

SPEC = {
    "speed": (5, 50),
    "lanes": Integers(1, 4),
    "road": ["dry", "wet", "icy"],
    "leak": stats.loguniform(1e-4, 1e-1),
    "gear": [1, 2.5, 4],
    "lit": [False, True],
    "on": "binary",
    "turn": "sign",
}


def test_a_mapping_names_the_columns():
    """Each short word is a part; the size is infinite where one part's is."""
    domain = Domain(SPEC)
    assert domain.names == list(SPEC)
    assert domain.parts == [
        Reals(5, 50),
        Integers(1, 4),
        Categories(["dry", "wet", "icy"]),
        Distribution(stats.loguniform(1e-4, 1e-1)),
        Categories([1, 2.5, 4]),
        Categories([False, True]),
        Integers(0, 1),
        Categories([-1, 1]),
    ]
    assert domain.size == np.inf
    assert Domain([[0, 1], Integers(1, 5)]).size == 10
    assert Domain(domain.parts, domain.names).names == domain.names


def test_rows_are_frames_with_names_and_dtypes():
    """Floats, integers, categories, Booleans; every value is in the domain."""
    pytest.importorskip("pandas")
    domain = Domain(SPEC)
    X = domain.sample(500, random_state=0)
    kinds = ["float64", "int64", "category", "float64", "float64", "bool", "int64", "int64"]
    assert X.dtypes.astype(str).tolist() == kinds
    assert list(X.columns) == list(SPEC)
    assert X["road"].cat.categories.tolist() == ["dry", "wet", "icy"]
    assert set(X["gear"]) == {1, 2.5, 4}
    assert domain.contains(X).all()
    assert domain.sample(0).shape == (0, 8)
    assert domain.sample(1).shape == (1, 8)


def test_rows_in_polars():
    """The same values, with enumerations for categories."""
    pl = pytest.importorskip("polars")
    pandas = Domain(SPEC).sample(50, random_state=0)
    X = Domain(SPEC, like="polars").sample(50, random_state=0)
    assert isinstance(X, pl.DataFrame)
    assert X.schema["road"] == pl.Enum(["dry", "wet", "icy"])
    assert X.schema["lanes"] == pl.Int64
    for name in SPEC:
        assert X[name].to_list() == pandas[name].tolist()
    assert Domain(SPEC, like="polars").contains(X).all()


def test_rows_without_names_are_arrays():
    """Of the narrowest common dtype; words need names."""
    assert Domain([Integers(1, 4), [3, 5]]).sample(5).dtype == np.int64
    assert Domain([Integers(1, 4), (0, 1)]).sample(5).dtype == np.float64
    assert Domain([[False, True]] * 2).sample(5).dtype == bool
    assert isinstance(Domain({"a": (0, 1)}, like="array").sample(2), np.ndarray)
    with pytest.raises(ValueError, match="Name the columns"):
        Domain([["a", "b"]])


@pytest.mark.parametrize("dtype", [np.int8, np.float32, np.float64])
def test_arrays_keep_their_dtype(dtype):
    """Unless a value does not fit into it."""
    X = np.array([[0, 5], [1, 9]], dtype=dtype)
    assert as_domain("binary", X).sample(9).dtype == dtype
    assert as_domain("box", X).sample(9).dtype == dtype
    wide = as_domain([(0, 1), [0, 1000]], X).sample(9)
    assert wide.dtype == (np.float64 if dtype == np.int8 else dtype)
    assert as_domain([[0, 1], [0, 1000]], X).sample(9).dtype.itemsize >= X.dtype.itemsize
    assert set(as_domain([[0, 1], [0, 1000]], X).sample(99)[:, 1].tolist()) == {0, 1000}


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames_keep_everything(library):
    """Names, dtypes and categories of X; a range in an integer column makes it one of floats."""
    module = pytest.importorskip(library)
    rng = np.random.default_rng(0)
    data = {
        "a": rng.normal(size=30).astype(np.float32),
        "b": rng.integers(0, 5, 30).astype(np.int16),
        "c": ["u", "v", "w"] * 10,
        "d": [True, False] * 15,
    }
    X = module.DataFrame(data)
    domain = Domain.from_rows(X)
    new = domain.sample(200, random_state=0)
    assert type(new) is type(X)
    assert list(new.dtypes) == list(X.dtypes)
    assert list(new.columns) == list(X.columns)
    assert domain.contains(new).all()
    assert set(new["c"]) == {"u", "v", "w"}
    assert new["b"].min() == X["b"].min()
    assert new["b"].max() == X["b"].max()
    float_b = as_domain({"b": (0, 1)}, X).sample(20)["b"]
    assert "loat" in str(float_b.dtype)
    assert 0 < float_b.min() < float_b.max() < 1


def test_missing_values_are_left_out_of_what_is_learned():
    """Nullable dtypes and NaN alike."""
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame(
        {
            "n": pd.array([1, None, 5], dtype="Int64"),
            "f": [0.5, np.nan, 2.5],
            "c": pd.Categorical(["x", None, "y"], categories=["y", "x", "unused"]),
        }
    )
    domain = Domain.from_rows(X)
    assert domain.parts == [Integers(1, 5), Reals(0.5, 2.5), Categories(["x", "y"])]
    new = domain.sample(50)
    assert new.dtypes.equals(X.dtypes)
    assert not new.isna().any().any()


def test_whole_numbers_need_evidence():
    """Integer dtypes, or 20 values; never two rows with the ends of a range."""
    ends = np.array([[5.0, 0.0], [50.0, 1.0]])
    assert Domain.from_rows(ends).parts == [Reals(5, 50), Reals(0, 1)]
    assert Domain.from_rows(ends.astype(int)).parts == [Integers(5, 50), Integers(0, 1)]
    assert Domain.from_rows(np.tile(ends, (9, 1))).parts == [Reals(5, 50), Reals(0, 1)]
    assert Domain.from_rows(np.tile(ends, (10, 1))).parts == [Integers(5, 50), Integers(0, 1)]
    mixed = np.tile(ends, (10, 1))
    mixed[0, 0] = 7.5
    assert Domain.from_rows(mixed).parts == [Reals(5, 50), Integers(0, 1)]
    given = Domain.from_rows(ends, integer_features=[0])
    assert given.parts == [Integers(5, 50), Reals(0, 1)]
    assert Domain.from_rows(np.tile(ends, (10, 1)), integer_features=[]).parts[0] == Reals(5, 50)


def test_bounds_override_those_of_X():
    """By position, by name or one for each column; kinds stay as they are."""
    X = np.array([[5, 0], [50, 1]])
    for bounds in ({1: (0, 9)}, [None, (0, 9)], [None, [0, 9]]):
        assert Domain.from_rows(X, bounds=bounds).parts == [Integers(5, 50), Integers(0, 9)]
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"v": [1.0, 2.5], "w": [1.0, 1.0]})
    domain = Domain.from_rows(frame, bounds={"w": (0, 4)})
    assert domain.parts == [Reals(1, 2.5), Reals(0, 4)]
    assert Domain.from_rows(frame).parts[1] == Categories([1.0])
    assert Domain.from_rows(frame).sample(3)["w"].tolist() == [1, 1, 1]


def test_one_row_and_one_column():
    """A constant space of one point."""
    domain = Domain.from_rows([[3.0]])
    assert domain.size == 1
    assert domain.sample(4).tolist() == [[3.0]] * 4
    assert Domain({"a": ["x"]}).sample(2)["a"].tolist() == ["x", "x"]


def test_cubes():
    """The coding is read from X; points of a subcube hold the given values."""
    assert cube_coding(np.array([[0, 1], [1, 1]])) == "binary"
    assert cube_coding(np.array([[-1.0, 1], [1, 1]])) == "sign"
    assert cube_coding(np.array([[False, True]])) == "binary"
    for none in ([[1, 1]], [[0, -1]], [[0, 2]], [[0.5, 1]], [[np.nan, 1]]):
        assert cube_coding(np.array(none)) is None
    pd = pytest.importorskip("pandas")
    assert cube_coding(pd.DataFrame({"a": [0, 1], "b": [True, False]})) == "binary"
    assert cube_coding(pd.DataFrame({"a": ["u", "v"]})) is None
    assert cube_coding(pd.DataFrame({"a": pd.Categorical([0, 1])})) is None
    X = pd.DataFrame({"a": [-1, 1], "b": [1, 1]})
    cube = as_domain(cube_coding(X), X)
    points = cube.sample(4000, random_state=0, fixed={"b": -1})
    assert (points["b"] == -1).all()
    assert abs(points["a"].mean()) < 0.08
    assert points.dtypes.equals(X.dtypes)
    with pytest.raises(ValueError, match="0 is no value of column 'b'"):
        cube.sample(3, fixed={"b": 0})
    with pytest.raises(ValueError, match="no column 'c'"):
        cube.sample(3, fixed={"c": 1})


def test_wide_cubes_are_drawn_at_once():
    """A cube of 20,000 columns is one group of columns; points are fair."""
    cube = as_domain("binary", np.zeros((1, 20_000), dtype=np.int8))
    X = cube.sample(60, random_state=0)
    assert X.dtype == np.int8
    assert abs(X.mean() - 0.5) < 0.003
    assert np.array_equal(X, cube.sample(60, random_state=0))
    assert cube.contains(X).all()


def test_the_background_has_the_frequencies_of_X():
    """Each column by itself, without other values."""
    X = np.repeat([[0.0, 1], [3.0, 1], [9.0, 2]], [10, 30, 60], axis=0)
    domain = as_domain("background", X)
    new = domain.sample(20_000, random_state=0)
    values, counts = np.unique(new[:, 0], return_counts=True)
    assert values.tolist() == [0.0, 3.0, 9.0]
    assert stats.chisquare(counts, np.array([0.1, 0.3, 0.6]) * 20_000).pvalue > 0.001
    assert abs(np.corrcoef(new.T)[0, 1]) < 0.03
    assert domain.size == 6


def test_samples_follow_the_parts():
    """Independent columns, each with its distribution."""
    X = Domain(SPEC).sample(5000, random_state=0)
    assert stats.kstest(X["speed"], stats.uniform(5, 45).cdf).pvalue > 0.001
    assert stats.kstest(X["leak"], stats.loguniform(1e-4, 1e-1).cdf).pvalue > 0.001
    assert stats.chisquare(X["lanes"].value_counts()).pvalue > 0.001
    assert abs(stats.spearmanr(X["speed"], X["leak"])[0]) < 0.05


def test_seeds():
    """Numbers, generators, old random states; the same seed gives the same rows."""
    domain = Domain([(0, 1), (2, 3)])
    first = domain.sample(5, 3)
    assert np.array_equal(first, domain.sample(5, 3))
    assert np.array_equal(first, domain.sample(5, np.random.default_rng(3)))
    assert not np.array_equal(first, domain.sample(5, 4))
    old = domain.sample(5, np.random.RandomState(3))
    assert np.array_equal(old, domain.sample(5, np.random.RandomState(3)))
    with pytest.raises(ValueError, match="random_state"):
        domain.sample(5, "seed")


def test_domains_are_pickled():
    """With their template of rows."""
    domain = Domain(SPEC)
    again = pickle.loads(pickle.dumps(domain))
    assert again.sample(9, random_state=1).equals(domain.sample(9, random_state=1))


def test_one_entry_for_all_columns():
    """Ranges, values, parts and distributions; one for each in a list."""
    X = np.zeros((1, 3))
    assert as_domain((0, 1), X).parts == [Reals(0, 1)] * 3
    assert as_domain([0, 1, 5], X).parts == [Categories([0, 1, 5])] * 3
    assert as_domain(np.array([0, 1]), X).parts == [Categories([0, 1])] * 3
    assert as_domain(stats.norm(), X).n_features == 3
    assert as_domain(Integers(1, 2), n_features=2).parts == [Integers(1, 2)] * 2
    assert as_domain([(0, 1), [3, 4], "binary"], X).parts[2] == Integers(0, 1)
    assert as_domain([(0, 1), (0, 2)]).n_features == 2
    assert as_domain("sign", names=["a", "b"]).names == ["a", "b"]


def test_a_domain_is_matched_with_X():
    """Kind and dtypes of X; other columns are refused."""
    pd = pytest.importorskip("pandas")
    domain = Domain({"a": (0, 1), "b": Integers(0, 3)})
    X = pd.DataFrame({"a": np.zeros(2, np.float32), "b": np.zeros(2, np.int8)})
    assert as_domain(domain, X).sample(2).dtypes.equals(X.dtypes)
    assert as_domain(domain) is domain
    with pytest.raises(ValueError, match="2 columns, but X has 3"):
        as_domain(domain, np.zeros((1, 3)))
    with pytest.raises(ValueError, match="'b', 'a'"):
        as_domain(domain, X[["b", "a"]])


def test_checking_rows():
    """The first value outside is named with its column."""
    domain = Domain({"a": (0, 1), "b": ["u", "v"]})
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame({"a": [0.5, 2.0], "b": ["u", "v"]})
    assert domain.contains(X).tolist() == [True, False]
    with pytest.raises(ValueError, match=r"Column 'a' holds 2\.0, which .* Reals\(0, 1\)"):
        domain.check(X)
    domain.check(X[:1])
    with pytest.raises(ValueError, match="has the columns"):
        domain.check(X[["b", "a"]])
    with pytest.raises(ValueError, match="must have 2 columns"):
        domain.contains(np.zeros((3, 1)))


def test_unit_points():
    """Shape and range are checked."""
    domain = Domain([(0, 1), (0, 1)])
    for bad in ([0.5, 0.5], [[0.5]], [[0.5, 1.5]], [[np.nan, 0.5]]):
        with pytest.raises(ValueError, match="U must"):
            domain.from_unit(bad)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Domain({}), "at least one"),
        (lambda: Domain([]), "at least one"),
        (lambda: Domain("binary"), "parts must"),
        (lambda: Domain({"a": (1, 0)}), "column 'a' is invalid: Reals needs low < high"),
        (lambda: Domain({"a": (0, 1, 2)}), "For values write a list"),
        (lambda: Domain({"a": []}), "column 'a' is invalid.*empty"),
        (lambda: Domain({"a": [1, np.nan]}), "NaN"),
        (lambda: Domain({"a": "ternary"}), "column 'a' must be a pair"),
        (lambda: Domain({"a": 3}), "Got 3"),
        (lambda: Domain({"a": {1: 2}}), "must be a pair"),
        (lambda: Domain([(0, 1)], ["a", "b"]), "2 names"),
        (lambda: Domain([(0, 1)] * 2, ["a", "a"]), "'a' stands for two"),
        (lambda: Domain({"a": (0, 1)}, ["a"]), "names=None"),
        (lambda: Domain({"a": (0, 1)}, like="arrow"), "like must"),
        (lambda: Domain([(0, 1)], like="pandas"), "needs names"),
        (lambda: Domain([(0, 1)], like=np.zeros((2, 3))), "1 columns, but the rows have 3"),
        (lambda: as_domain("binary"), "n_features"),
        (lambda: as_domain("box"), "pass X"),
        (lambda: as_domain("ternary", np.zeros((1, 2))), "domain must"),
        (lambda: as_domain(7, np.zeros((1, 2))), "domain must"),
        (lambda: as_domain({"speed": (0, 1)}, np.zeros((1, 2))), "no column 'speed'"),
        (lambda: as_domain({5: (0, 1)}, np.zeros((1, 2))), "no column 5"),
        (lambda: as_domain([[0, 1]] * 2, np.zeros((1, 3))), "2 entries, but there are 3"),
        (lambda: as_domain(np.zeros((2, 2)), np.zeros((1, 2))), "bounds are pairs"),
        (lambda: as_domain("background", np.zeros((1, 2))), "1 sample"),
        (lambda: as_domain("background", np.array([[0.0], [np.nan]])), "NaN"),
        (lambda: as_domain(["a", "b"], np.zeros((1, 2))), "DataFrame"),
        (lambda: Domain.from_rows(np.array([[np.nan, 1.0]])), "column 0 .*missing values alone"),
        (lambda: Domain.from_rows(np.zeros((0, 2))), "0 rows"),
        (lambda: Domain.from_rows([[0.0, 1.0]], bounds={0: (3, 1)}), "column 0.*low < high"),
        (lambda: Domain.from_rows([[0.0, 1.0]], bounds=[(0, 1)]), "1 entries"),
        (lambda: Domain.from_rows([[0.0, 1.0]], bounds={7: (0, 1)}), "no column 7"),
        (lambda: Domain.from_rows([[0.0, 1.0]], bounds="wide"), "bounds must"),
        (lambda: Domain.from_rows([[0.0, 1.0]], bounds=[(0, 1), 3]), "pairs"),
        (lambda: Domain.from_rows([[0.0, 1.0]], integer_features="all"), "integer_features"),
        (lambda: Domain.from_rows([[0.0, 1.0]], integer_features=["x"]), "no column 'x'"),
        (lambda: Domain.from_rows([[0.0, 1.0]], categorical_features=[True]), "shape"),
        (lambda: Domain([(0, 1)]).sample(-1), "n_samples"),
        (lambda: Domain.from_rows([1.0, 2.0]), r"reshape\(-1, 1\)"),
        (lambda: as_domain("binary", [0, 1]), r"reshape\(-1, 1\)"),
        (lambda: Domain.from_rows([[0.0, np.inf]]), "column 1 contains infinity"),
    ],
)
def test_bad_domains(make, words):
    """Each message names the column or the parameter, and what would work."""
    with pytest.raises(ValueError, match=words):
        make()


def test_columns_that_cannot_hold_their_domain():
    """Categories in a column of numbers, ranges in one of categories, unknown ones, dates."""
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame({"n": [1.0, 2.0], "c": pd.Categorical(["u", "v"])})
    with pytest.raises(ValueError, match="'n' holds numbers"):
        as_domain({"n": ["a", "b"]}, X)
    with pytest.raises(ValueError, match="'c' holds categories"):
        as_domain({"c": (0, 1)}, X)
    with pytest.raises(ValueError, match=r"\['w'\], but the categories"):
        as_domain({"c": ["u", "w"]}, X)
    with pytest.raises(ValueError, match="bounds names column 'c'"):
        Domain.from_rows(X, bounds={"c": (0, 1)})
    with pytest.raises(ValueError, match="hold categories, not numbers"):
        Domain.from_rows(X, categorical_features=None)
    dates = pd.DataFrame({"when": pd.to_datetime(["2020-01-01", "2020-01-02"])})
    with pytest.raises(TypeError, match="'when'"):
        Domain.from_rows(dates)


def test_sparse_rows_are_refused():
    """With the way out."""
    with pytest.raises(TypeError, match="toarray"):
        Domain.from_rows(sparse.csr_matrix(np.eye(3)))


def test_a_mapping_leaves_the_rest_to_polars_rows():
    """By name; the others from the box or the background of the frame."""
    pl = pytest.importorskip("polars")
    X = pl.DataFrame({"a": [0.5, 1.5, 2.5], "b": [1, 2, 2], "c": ["u", "v", "v"]})
    box = as_domain({"a": [7.0]}, X)
    assert box.parts == [Categories([7.0]), Integers(1, 2), Categories(["u", "v"])]
    seen = as_domain({"a": (0, 1)}, X, rest="background").sample(3000, random_state=0)
    assert seen.schema == X.schema
    assert (seen["b"] == 2).mean() == pytest.approx(2 / 3, abs=0.04)
    assert (seen["c"] == "v").mean() == pytest.approx(2 / 3, abs=0.04)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_numbers_written_as_text(library):
    """They are numbers, and new rows have them as text again; words may be asked for."""
    module = pytest.importorskip(library)
    X = module.DataFrame({"n": ["1", "20", "3"], "f": ["0.5", "1.25", "2.0"], "w": ["u", "v", "v"]})
    domain = Domain.from_rows(X)
    assert domain.parts == [Integers(1, 20), Reals(0.5, 2.0), Categories(["u", "v"])]
    new = domain.sample(200, random_state=0)
    assert list(new.dtypes) == list(X.dtypes)
    assert {int(text) for text in new["n"]} == set(range(1, 21))
    assert all(0.5 <= float(text) <= 2 for text in new["f"])
    assert domain.contains(new).all()
    assert set(as_domain("background", X).sample(99, random_state=0)["n"]) == {"1", "20", "3"}
    assert cube_coding(module.DataFrame({"a": ["0", "1"]})) == "binary"
    chosen = as_domain({"n": ["1", "3"]}, X)
    assert set(chosen.sample(50, random_state=0)["n"]) == {"1", "3"}
    assert chosen.contains(chosen.sample(50)).all()
    with pytest.raises(ValueError, match="whole numbers as text"):
        as_domain({"n": (0, 1)}, X)
    with pytest.raises(ValueError, match="'w' holds categories"):
        as_domain({"w": (0, 1)}, X)
