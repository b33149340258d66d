"""Rows under harmless changes."""

import numpy as np
import pytest
from sklearn.datasets import load_digits, load_iris
from sklearn.linear_model import LogisticRegression

from skdistill import (
    DistilledTreeClassifier,
    InvarianceTransferSet,
    MungeTransferSet,
)
from skdistill.transfer import GroupPermutation, ImageShift, UnitScaling


def shifted(image, down, right, fill):
    """One image moved, pixel by pixel."""
    height, width = image.shape[:2]
    moved = np.empty_like(image)
    for i in range(height):
        for j in range(width):
            k, m = i - down, j - right
            inside = 0 <= k < height and 0 <= m < width
            if inside or fill == "edge":
                moved[i, j] = image[min(max(k, 0), height - 1), min(max(m, 0), width - 1)]
            else:
                moved[i, j] = fill
    return moved


@pytest.mark.parametrize("fill", [0, 7, "edge"])
@pytest.mark.parametrize("shape", [(4, 5), (3, 4, 3)])
def test_shift_images(fill, shape):
    """Every image is moved by one of the 25 steps, as by a plain loop over pixels."""
    rng = np.random.default_rng(0)
    images = rng.integers(10, 99, size=(40, *shape))
    shift = ImageShift(shape, max_shift=2, fill=fill)
    moved = shift(images.reshape(40, -1), rng).reshape(images.shape)
    steps = [(i, j) for i in range(-2, 3) for j in range(-2, 3)]
    for image, new in zip(images, moved, strict=True):
        assert any(np.array_equal(new, shifted(image, i, j, fill)) for i, j in steps)
    assert not np.array_equal(moved, images)


def test_image_shift_draws_all_steps():
    """Each of the nine steps by at most a pixel is as likely as any other."""
    pixel = np.zeros((9000, 9))
    pixel[:, 4] = 1
    moved = ImageShift((3, 3))(pixel, np.random.default_rng(0))
    np.testing.assert_allclose(moved.mean(axis=0), 1 / 9, atol=0.015)
    still = ImageShift((3, 3), max_shift=0)(pixel, np.random.default_rng(0))
    np.testing.assert_array_equal(still, pixel)


def test_groups_change_places():
    """Rows keep their groups as sets; each order is as likely as any other."""
    X = np.tile([1.0, 10, 2, 20, 3, 30, 0], (6000, 1))
    new = GroupPermutation([[0, 1], [2, 3], [4, 5]])(X, np.random.default_rng(0))
    assert np.all(new[:, [1, 3, 5]] == 10 * new[:, [0, 2, 4]])
    assert np.all(np.sort(new[:, [0, 2, 4]], axis=1) == [1, 2, 3])
    assert np.all(new[:, 6] == 0)
    orders, counts = np.unique(new[:, [0, 2, 4]], axis=0, return_counts=True)
    assert len(orders) == 6
    np.testing.assert_allclose(counts / 6000, 1 / 6, atol=0.02)


def test_groups_of_a_frame(frame):
    """Columns of categories change places too, missing values and dtypes go with them."""
    frame["other"] = frame["text"].iloc[::-1].to_numpy()
    frame["other"] = frame["other"].astype("string")
    new = GroupPermutation([["text"], ["other"]])(frame, np.random.default_rng(0))
    assert (new.dtypes == frame.dtypes).all()
    pairs = [
        table[["text", "other"]].fillna("missing").to_numpy().tolist() for table in (frame, new)
    ]
    assert [sorted(pair) for pair in pairs[0]] == [sorted(pair) for pair in pairs[1]]
    assert pairs[0] != pairs[1]
    with pytest.raises(TypeError, match="differ in dtype"):
        GroupPermutation([["text"], ["byte"]])(frame, np.random.default_rng(0))


def test_units_keep_ratios(frame):
    """All columns of a row get one factor, in the given bounds, and missing values stay."""
    X = np.random.default_rng(0).uniform(1, 2, size=(5000, 3))
    new = UnitScaling([0, 2], factor=3.0)(X, np.random.default_rng(0))
    by = new[:, 0] / X[:, 0]
    np.testing.assert_allclose(new[:, 2] / X[:, 2], by)
    np.testing.assert_array_equal(new[:, 1], X[:, 1])
    assert 1 / 3 <= by.min() < 0.34
    assert 2.9 < by.max() <= 3
    assert abs(np.log(by).mean()) < 0.03
    table = UnitScaling(["double", "single"])(frame, np.random.default_rng(0))
    assert (table.dtypes == frame.dtypes).all()
    assert table["double"].isna().equals(frame["double"].isna())
    with pytest.raises(TypeError, match="UnitScaling multiplies floats"):
        UnitScaling(["byte"])(frame, np.random.default_rng(0))


def test_polars():
    """Frames of polars come back as they were."""
    pl = pytest.importorskip("polars")
    table = pl.DataFrame(
        {"a": [1.0, 2.0, None] * 20, "b": [3.0, 4.0, 5.0] * 20, "c": ["x", None, "y"] * 20}
    )
    rows = InvarianceTransferSet(
        transformations=[GroupPermutation([["a"], ["b"]]), UnitScaling(["a", "b"])],
        random_state=0,
    )
    new = rows.fit(table).sample(100)
    assert new.schema == table.schema
    assert set(new["c"].unique()) == {"x", "y", None}
    assert new["a"].null_count() + new["b"].null_count() > 20


def test_rows_are_moved_images():
    """Every row is its parent under one of the nine steps, and each real row comes as often."""
    X = load_digits().data[:100]
    rows, parents = (
        InvarianceTransferSet(transformations=["shift"], image_shape=(8, 8), random_state=0)
        .fit(X)
        .sample(900, return_parents=True)
    )
    np.testing.assert_array_equal(np.bincount(parents), 9)
    steps = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    for new, old in zip(rows[:60], X[parents[:60]], strict=True):
        nine = [shifted(old.reshape(8, 8), i, j, 0.0).ravel() for i, j in steps]
        assert (np.array(nine) == new).all(axis=1).any()


def test_bounds_may_be_left():
    """Harmless rows are not cut at the bounds seen; whole numbers give way to fractions."""
    X = np.random.default_rng(0).integers(1, 9, size=(50, 2)).astype(float)
    scaled = InvarianceTransferSet(transformations=[UnitScaling([0, 1])], random_state=0)
    rows, parents = scaled.fit(X).sample(500, return_parents=True)
    np.testing.assert_allclose(rows[:, 0] / rows[:, 1], X[parents, 0] / X[parents, 1])
    assert rows.max() > X.max()


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32])
def test_dtypes(dtype):
    """Images of any dtype come back in it, on a base too."""
    X = load_digits().data[:200].astype(dtype)
    for base in (None, MungeTransferSet()):
        moved = InvarianceTransferSet(
            transformations=["shift"], image_shape=(8, 8), fill="edge", base=base, random_state=0
        ).fit(X)
        rows = moved.sample(300)
        assert rows.dtype == dtype
        assert rows.min() >= 0
        assert rows.max() <= X.max()


def test_own_function_on_a_frame(frame):
    """A callable gets rows of the kind of X and a generator; what it returns is encoded again."""
    kinds = set()

    def swap(table, rng):
        kinds.add((type(table).__name__, type(rng).__name__))
        table["flag"] = ~table["flag"]
        table.loc[rng.random(len(table)) < 0.5, "thing"] = "p"
        return table

    rows = InvarianceTransferSet(transformations=[swap], random_state=0).fit(frame)
    new, parents = rows.sample(400, return_parents=True)
    assert kinds == {("DataFrame", "Generator")}
    assert (new.dtypes == frame.dtypes).all()
    assert (new["flag"].to_numpy() == ~frame["flag"].to_numpy()[parents]).all()
    same = new["double"].to_numpy() == frame["double"].to_numpy()[parents]
    assert (same | new["double"].isna().to_numpy()).all()


def test_several_in_order_and_seeds():
    """Transformations are applied one after the other; seeds hold whatever the chunks."""
    X = load_iris().data
    steps = [lambda X, rng: X + 1, lambda X, rng: X * 2, UnitScaling([0], factor=1.5)]
    rows = InvarianceTransferSet(transformations=steps, random_state=0).fit(X)
    new, parents = rows.sample(20_000, return_parents=True)
    np.testing.assert_allclose(new[:, 1:], (X[parents, 1:] + 1) * 2)
    np.testing.assert_array_equal(
        new, np.concatenate(list(rows.iter_samples(20_000, chunk_size=7_777)))
    )


def test_in_a_distiller():
    """The identity gives the rows of X; a distiller takes the set as any other."""
    X, y = load_iris(return_X_y=True)
    identity = InvarianceTransferSet(transformations=[lambda X, rng: X], random_state=0)
    same, parents = identity.fit(X).sample(300, return_parents=True)
    np.testing.assert_array_equal(same, X[parents])
    teacher = LogisticRegression(max_iter=1000).fit(X, y)
    rows = InvarianceTransferSet(
        transformations=[UnitScaling([0, 1, 2, 3], factor=1.1)], n_samples=500
    )
    tree = DistilledTreeClassifier(teacher, transfer_set=rows, random_state=0).fit(X)
    assert tree.n_queries_ == 650


def unknown_category(table, rng):
    table["thing"] = "new"
    return table


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"transformations": ["shift"]}, ValueError, "image_shape=None"),
        ({}, ValueError, "has no transformations"),
        ({"transformations": ["turn"]}, ValueError, "'transformations' parameter"),
        ({"transformations": "shift"}, ValueError, "'transformations' parameter"),
        (
            {"transformations": ["shift"], "image_shape": (3, 3)},
            ValueError,
            "does not describe rows of 10 columns",
        ),
        ({"transformations": [lambda X, rng: X[:-1]]}, ValueError, "kind and shape"),
        ({"transformations": [unknown_category]}, ValueError, "categories that fit did not see"),
        (
            {"transformations": [GroupPermutation([["thing"], ["nothing"]])]},
            ValueError,
            "X has no columns",
        ),
        (
            {"transformations": [GroupPermutation([[0, 1], [2]])]},
            ValueError,
            "groups must have one length",
        ),
        (
            {"transformations": [UnitScaling([0], factor=0.5)]},
            ValueError,
            "factor must be at least 1",
        ),
    ],
)
def test_errors_come_at_fit(frame, params, error, message):
    """All transformations are tried at fit, and errors say which parameter is wrong."""
    with pytest.raises(error, match=message):
        InvarianceTransferSet(**params).fit(frame)
