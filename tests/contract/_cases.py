"""Which distillers must keep the contract, and teachers that log their fits.

Every distiller of ``tests._instances.distillers`` is here of itself; one that
needs more than a teacher to be built is added to ``CASES`` in a line.
"""

import os
from dataclasses import dataclass
from typing import Any

from sklearn.base import clone, is_classifier
from sklearn.linear_model import LogisticRegression, Ridge

from skdistill import DistilledClassifier, MungeTransferSet
from skdistill.trees import CartGrower
from tests._instances import distillers


class LoggedClassifier(LogisticRegression):
    """A classifier that writes a line into a file at each fit, in whatever process."""

    def __init__(self, C=1.0, log=None):
        super().__init__(C=C)
        self.log = log

    def fit(self, X, y):
        _write_line(self.log, len(X))
        return super().fit(X, y)


class LoggedRegressor(Ridge):
    """The same for real values."""

    def __init__(self, alpha=1.0, log=None):
        super().__init__(alpha=alpha)
        self.log = log

    def fit(self, X, y):
        _write_line(self.log, len(X))
        return super().fit(X, y)


def _write_line(log, n_rows):
    with open(log, "a", encoding="utf-8") as file:
        file.write(f"{n_rows} {os.getpid()}\n")


@dataclass(frozen=True)
class Case:
    """A distiller under contract: how it is built, and from which kind of teacher."""

    instance: Any

    @property
    def name(self):
        return "".join(repr(self.instance).split())

    @property
    def kind(self):
        return "classifier" if is_classifier(self.instance) else "regressor"

    @property
    def knob(self):
        """The parameter of the logged teacher that a search may want to reach."""
        return "C" if self.kind == "classifier" else "alpha"

    @property
    def teacher_class(self):
        return LoggedClassifier if self.kind == "classifier" else LoggedRegressor

    def make(self, teacher, **params):
        """The distiller, seeded, with this teacher; fewer rows than by default, for speed."""
        distiller = clone(self.instance).set_params(teacher=teacher, random_state=0)
        return distiller.set_params(**{"max_queries": 1000, **params})

    def grid(self):
        """What a search may vary: the size of the tree, where there is one, and the rows."""
        names = self.instance.get_params(deep=True)
        sizes = {n: [3, 6] for n in ("max_leaf_nodes", "student__max_leaf_nodes") if n in names}
        return {**sizes, "transfer_set__p_swap": [0.2, 0.7]}

    def make_for_grid(self, teacher):
        munge = MungeTransferSet(n_samples=300, n_neighbors=3, random_state=1)
        return self.make(teacher, transfer_set=munge)


def _quick(distiller):
    """CART in place of the default grower, which is under contract in one case."""
    if distiller.get_params().get("grower") != "auto" or distiller.teacher is None:
        return distiller
    return distiller.set_params(grower=CartGrower())


CASES = [Case(_quick(distiller)) for distiller in distillers()]
CASES.append(Case(DistilledClassifier(student=LogisticRegression(), labels="soft")))
