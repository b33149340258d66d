"""Other packages that make small trees, as methods of the fidelity study.

Each sees the encoded training rows with the teacher's labels; those that query
the teacher themselves may. What is not installed is left out. Solvers get ten
seconds. Where a package counts depth and not leaves, it gets the greatest depth
that cannot exceed the leaves.

None of them is a requirement of skdistill; to install them::

    pip install trustee imodels interpret-community pystreed pycontree pydl8.5 six "numpy<2.3"

Left out: GOSDT, which has a price for leaves but no bound on them, and runs on
past its time limit; C4.5 of imodels, which grows depth first until its budget is
spent; PRELIM, which is in no package index; AutoGluon, whose distillation makes
boosted trees and networks but no single tree.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from _lib.cells import Cell, Method, Student
from _lib.trepan import TrepanTree

__all__ = ["MODULES", "PEERS", "missing_peers"]

_TIME_LIMIT = 10  # seconds


def _depth(leaves: int) -> int:
    return int(np.log2(leaves))


def _student(cell: Cell, model: Any, n_leaves: int, X_test: Any = None) -> Student:
    X_test = cell.X_test if X_test is None else X_test
    return Student(lambda: np.asarray(model.predict(X_test)).astype(np.intp), n_leaves)


class _KnownRows:
    """A teacher of encoded rows, all of which were labelled before."""

    def __init__(self, cell: Cell):
        self._known = {row.tobytes(): code for row, code in zip(cell.X, cell.labels, strict=True)}

    def predict(self, X: Any) -> np.ndarray:
        rows = np.ascontiguousarray(X, dtype=np.float64)
        return np.array([self._known[row.tobytes()] for row in rows])


def trustee(cell: Cell, leaves: int) -> Student:
    """Imitation with 5 x 50 trees, of which the steadiest is kept; 2,000 rows each."""
    from trustee import ClassificationTrustee

    np.random.seed(cell.seed)  # the only way to seed it
    X = cell.X.astype(np.float64)
    model = ClassificationTrustee(expert=_KnownRows(cell))
    n_samples = min(2000, int(0.7 * len(X)))
    model.fit(X, cell.labels, max_leaf_nodes=leaves, num_samples=n_samples)
    tree = model.explain()[0]
    return _student(cell, tree, tree.get_n_leaves())


def interpret_mimic(cell: Cell, leaves: int) -> Student:
    """The surrogate tree of ``MimicExplainer``: of probabilities for two classes."""
    from interpret_community.mimic.models.tree_model import DecisionTreeExplainableModel

    two = len(cell.classes) == 2
    target = cell.teacher.predict_proba(cell.data.X)[:, 1] if two else cell.labels
    model = DecisionTreeExplainableModel(multiclass=not two, max_leaf_nodes=leaves)
    model.fit(cell.X, target)
    found = model.predict
    n_leaves = model._tree.get_n_leaves()
    if two:
        return Student(lambda: (found(cell.X_test) > 0.5).astype(np.intp), n_leaves)
    return _student(cell, model, n_leaves)


def figs(cell: Cell, leaves: int) -> Student:
    """Sums of trees with as many leaves in all."""
    from imodels import FIGSClassifier

    for n_rules in range(leaves - 1, 0, -1):  # a sum of t trees has t more leaves than rules
        model = FIGSClassifier(max_rules=n_rules, random_state=cell.seed)
        model.fit(cell.X, cell.labels)
        n_leaves = model.complexity_ + len(model.trees_)
        if n_leaves <= leaves:
            break
    return _student(cell, model, n_leaves)


def hs_tree(cell: Cell, leaves: int) -> Student:
    """CART with hierarchical shrinkage, its strength chosen by cross-validation."""
    from imodels import HSTreeClassifierCV

    model = HSTreeClassifierCV(max_leaf_nodes=leaves).fit(cell.X, cell.labels)
    return _student(cell, model, model.estimator_.get_n_leaves())


def tao_tree(cell: Cell, leaves: int) -> Student:
    """Alternating optimisation of a CART tree."""
    from imodels import TaoTreeClassifier

    model = TaoTreeClassifier(model_args={"max_leaf_nodes": leaves, "random_state": cell.seed})
    model.fit(cell.X, cell.labels)
    return _student(cell, model, model.model.get_n_leaves())


def trepan(cell: Cell, leaves: int) -> Student:
    """See ``_lib/trepan.py``: our own, in the manner of the paper."""
    model = TrepanTree(leaves).fit(cell)
    return _student(cell, model, model.n_leaves)


def streed(cell: Cell, leaves: int) -> Student:
    """An optimal tree over five quantiles a column."""
    from pystreed import STreeDClassifier

    model = STreeDClassifier(
        max_depth=min(_depth(leaves) + 1, 6),
        max_num_nodes=leaves - 1,
        cost_complexity=0.0,
        time_limit=_TIME_LIMIT,
    )
    model.fit(cell.X, cell.labels)
    return _student(cell, model, model.get_n_leaves())


def contree(cell: Cell, leaves: int) -> Student:
    """An optimal tree of a depth, over all thresholds."""
    from pycontree import ConTree

    model = ConTree(max_depth=_depth(leaves), time_limit=_TIME_LIMIT)
    model.fit(cell.X, cell.labels)
    return _student(cell, model, model.get_num_leaf_nodes())


class _Quantiles:
    """Columns cut at some of their quantiles: zeros and ones."""

    def __init__(self, X: np.ndarray, n_cuts: int):
        levels = np.linspace(0, 1, n_cuts + 2)[1:-1]
        self.cuts = [np.unique(np.quantile(x, levels, method="lower")) for x in X.T]

    def __call__(self, X: np.ndarray) -> np.ndarray:
        parts = [x[:, np.newaxis] <= cuts for x, cuts in zip(X.T, self.cuts, strict=True)]
        return np.hstack(parts).astype(np.intp)


def dl85(cell: Cell, leaves: int) -> Student:
    """An optimal tree of a depth, over five quantiles a column."""
    from pydl85 import DL85Classifier

    cut = _Quantiles(cell.X, 5)
    model = DL85Classifier(max_depth=_depth(leaves), time_limit=_TIME_LIMIT)
    model.fit(cut(cell.X), cell.labels)
    return _student(cell, model, 2 ** _depth(leaves), cut(cell.X_test))


def _quiet(method: Method) -> Method:
    """Without the warnings and the lines that packages print."""

    def call(cell: Cell, leaves: int) -> Student:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            return method(cell, leaves)

    return call


_METHODS: dict[str, tuple[str | None, Callable[[Cell, int], Student]]] = {
    "trustee": ("trustee", trustee),
    "interpret mimic": ("interpret_community", interpret_mimic),
    "FIGS": ("imodels", figs),
    "HSTree": ("imodels", hs_tree),
    "TaoTree": ("imodels", tao_tree),
    "TREPAN-like": (None, trepan),
    "STreeD": ("pystreed", streed),
    "ConTree": ("pycontree", contree),
    "DL8.5": ("pydl85", dl85),
}
# The module that each needs; None: nothing beside this folder.
MODULES = {name: module for name, (module, _) in _METHODS.items()}
PEERS: dict[str, Method] = {name: _quiet(method) for name, (_, method) in _METHODS.items()}


def missing_peers() -> list[str]:
    """Names of the peers that are not installed."""
    return [name for name, module in MODULES.items() if module and find_spec(module) is None]
