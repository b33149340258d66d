"""A bench for the contract: one distiller, its data, its teacher and the teacher's log."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.contract._cases import CASES, Case


@dataclass
class Bench:
    """A case with data and a log of the fits of every teacher made here."""

    case: Case
    X: Any
    y: Any
    log: Path = field(repr=False)

    def new_teacher(self, **params):
        return self.case.teacher_class(log=str(self.log), **params)

    def fitted_teacher(self, **params):
        """A fitted teacher; its own fit is wiped from the log."""
        teacher = self.new_teacher(**params).fit(self.X, self.y)
        self.log.unlink()
        return teacher

    @property
    def fits(self):
        """Rows of each fit of a teacher so far, in order, over all processes."""
        if not self.log.exists():
            return []
        return [int(line.split()[0]) for line in self.log.read_text().splitlines()]


def _make_bench(request, cancer, diabetes, tmp_path):
    case = request.param
    X, y = cancer if case.kind == "classifier" else diabetes
    return Bench(case, X, y, tmp_path / "fits.log")


bench = pytest.fixture(_make_bench, name="bench", params=CASES, ids=lambda case: case.name)
# The same with those alone that learn true labels too, with or without a teacher.
learner = pytest.fixture(
    _make_bench,
    name="learner",
    params=[case for case in CASES if "alpha" in case.instance.get_params()],
    ids=lambda case: case.name,
)
