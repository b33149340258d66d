"""How faithful are trees of 8, 16 and 32 leaves on held-out rows?

For each table, teacher and seed, 60 percent of the rows train the teacher and
are handed to the methods; fidelity is the agreement with the teacher on the
other 40 percent. The yardsticks are scikit-learn's CART on the teacher's hard
labels, and the same with MUNGE rows up to 10,000 in all. Against them stand the
distilled tree as it comes, each of its growers alone, and other packages where
they are installed (``_lib/peers.py``).

Run::

    python benchmarks/bench_fidelity.py                  # without other packages
    python benchmarks/bench_fidelity.py --peers          # with all that are installed
    python benchmarks/bench_fidelity.py --quick          # five tables, one seed
    python benchmarks/bench_fidelity.py --raw cells.csv  # keep and reuse measurements

With ``--raw``, what the file has already is not measured again, except for the
methods named after ``--again``: so other packages are measured once, even in an
environment of their own, and ours as often as it changes. Needs
``pip install "skdistill[benchmarks]"``.
"""

from __future__ import annotations

import os

# One thread on all sides, so that CPU time is comparable.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import importlib
import sys
import warnings
from collections.abc import Sequence

from _lib.cells import Method, cells
from _lib.data import SETS, TEACHERS, split, trained_teacher
from _lib.fidelity_report import report
from _lib.methods import tree_methods
from _lib.peers import MODULES, PEERS, missing_peers
from _lib.results import write_study
from _lib.study import run, study_parser
from sklearn.tree import DecisionTreeClassifier

from skdistill import DistilledTreeClassifier

QUICK_SETS = ("banana", "magic", "satimage", "german", "breast_cancer")


def installed_peers(names: Sequence[str]) -> dict[str, Method]:
    """Other packages by name; those that are not installed are reported and left out."""
    peers, missing = {}, missing_peers()
    for name in names:
        if name in missing:
            print(f"{name} is left out: {MODULES[name]} is not installed", file=sys.stderr)
            continue
        if MODULES[name]:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                importlib.import_module(MODULES[name])  # so that no fit is charged for it
        peers[name] = PEERS[name]
    return peers


def main(arguments: Sequence[str] | None = None) -> None:
    parser = study_parser(__doc__, "Fidelity of distilled trees", __file__)
    parser.add_argument("--peers", nargs="*", choices=PEERS, help="other packages (default: all)")
    options = parser.parse_args(arguments)
    sets = options.sets or (QUICK_SETS if options.quick else SETS)
    seeds = range(1 if options.quick else options.seeds)
    methods = tree_methods(DecisionTreeClassifier, DistilledTreeClassifier)
    if options.peers is not None:
        methods |= installed_peers(options.peers or list(PEERS))
    todo = cells(sets, seeds, TEACHERS, split, trained_teacher)
    results = run(todo, methods, options, foreign=PEERS)
    body = report(results, DistilledTreeClassifier.__name__, list(PEERS))
    write_study(options.heading, body, options)


if __name__ == "__main__":
    main()
