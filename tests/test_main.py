"""The main job, on every data set that it offers."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine

from skdistill.__main__ import main

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("data", "bunch"),
    [
        ("breast_cancer", load_breast_cancer()),
        ("iris", load_iris()),
        ("wine", load_wine()),
        ("diabetes", load_diabetes()),
    ],
)
def test_every_data_set(data, bunch, capsys):
    """Teacher, student, report on unseen rows, and one rule a leaf in the data's own columns."""
    main(["--data", data, "--leaves", "5"])
    text = capsys.readouterr().out
    n_rows = len(bunch.data)
    n_test = -(-n_rows * 2 // 5)
    assert f"on {data}." in text
    assert "one tree with 5 leaves, 10000 rows queried" in text
    assert f"Fidelity on {n_test} rows" in text
    rules = text.split("Rules (coverage and fidelity in-sample)\n")[1].splitlines()
    assert len(rules) == 5
    assert all(rule.startswith("if ") and "coverage" in rule for rule in rules)
    assert any(name in rules[0] for name in bunch.feature_names)
    coverage = [float(re.search(r"coverage ([\d.]+)", rule)[1]) for rule in rules]
    assert sum(coverage) == pytest.approx(1, abs=0.03)
    if data == "diabetes":
        assert float(re.search(r"\n  r2 +([\d.]+)", text)[1]) > 0.5
    else:
        assert float(re.search(r"\n  fidelity +([\d.]+)", text)[1]) > 0.85
        assert "accuracy of student" in text
        predicted = {re.search(r"then (\w+)", rule)[1] for rule in rules}
        assert predicted <= set(bunch.target_names)


def test_seeds(capsys):
    """The same seed prints the same; another one does not."""
    texts = []
    for seed in ("0", "0", "1"):
        main(["--data", "iris", "--seed", seed])
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1] != texts[2]


def test_as_a_module():
    """``python -m skdistill`` is the command."""
    done = subprocess.run(
        [sys.executable, "-m", "skdistill", "--data", "iris", "--leaves", "3"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "petal" in done.stdout
    assert done.stdout.count("\nif ") == 3


def test_wrong_arguments(capsys):
    """Unknown data sets are refused with the list of the known ones."""
    with pytest.raises(SystemExit):
        main(["--data", "moons"])
    assert "breast_cancer" in capsys.readouterr().err
