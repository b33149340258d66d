"""The tidy table."""

import numpy as np
import pytest

from skdistill.datasets import make_junta
from skdistill.juntas import JuntaDistiller, TruthTable
from tests.juntas._teachers import template


def test_one_row_a_cell_in_the_order_of_the_columns():
    """Every combination once, the last column fastest, with the teacher's answers."""
    junta = make_junta(40, 4, random_state=0)
    table = JuntaDistiller(junta, domain="sign", random_state=0).fit(template(40)).truth_table_
    assert table.names == [f"x{j}" for j in junta.features]
    rows = np.column_stack([table[name] for name in table.names])
    assert np.array_equal(rows, 2 * np.indices((2,) * 4).reshape(4, -1).T - 1)
    assert np.array_equal(table["prediction"], junta.table.ravel())
    assert table.n_cells == 16


def test_frames_are_made_from_it():
    """As a mapping of equal columns."""
    pd = pytest.importorskip("pandas")
    table = TruthTable(["a"], [np.array(["u", "v"])], np.array([1.5, 2.5]))
    assert pd.DataFrame(dict(table)).equals(table.to_frame())
    assert table.to_frame().to_dict("list") == {"a": ["u", "v"], "prediction": [1.5, 2.5]}


def test_a_column_called_prediction():
    """The predictions then have another name."""
    table = TruthTable(["prediction"], [np.array([0, 1])], np.array([5, 6]))
    assert list(table) == ["prediction", "prediction_"]
    assert table["prediction_"].tolist() == [5, 6]


def test_how_it_prints():
    """Aligned; long tables are cut, and say so."""
    bits = [np.array([0, 1])] * 7
    table = TruthTable([f"column {j}" for j in range(7)], bits, np.zeros((2,) * 7, dtype=int))
    lines = str(table).splitlines()
    assert len(lines) == 66
    assert lines[-1] == "... 64 more rows"
    assert len({line.index("|") for line in lines[:-1]}) == 1
    assert repr(table).startswith("<TruthTable of 128 cells on column 0")


def test_not_fitted_is_not_there():
    """An attribute error, as for every fitted attribute."""
    assert not hasattr(JuntaDistiller(lambda X: X[:, 0]), "truth_table_")
