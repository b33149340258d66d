"""The loop that the fidelity studies share: cells x numbers of leaves x methods.

Single measurements go into a CSV file if one is given; what it has already is
not measured again, except for the methods that are to be measured anew.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from _lib.cells import Cell, Method, agreement, measure
from _lib.results import add_output

__all__ = ["LEAVES", "run", "study_parser"]

LEAVES = (8, 16, 32)
_KEY = ["set", "teacher", "seed", "leaves", "method"]


def study_parser(doc: str, heading: str, script: str) -> argparse.ArgumentParser:
    """The options of a study; a study may add its own.

    Parameters
    ----------
    doc : str
        Its first line describes the command.
    heading : str
        Of the results file.
    script : str
        The benchmark's ``__file__``.
    """
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few tables, one seed")
    parser.add_argument("--sets", nargs="+", help="names of tables (default: all)")
    parser.add_argument("--seeds", type=int, default=3, help="how many seeds (default: 3)")
    parser.add_argument("--methods", nargs="+", help="these columns alone are measured")
    parser.add_argument("--raw", type=Path, help="a CSV file for every single measurement")
    parser.add_argument("--again", nargs="+", default=[], help="methods to measure anew")
    parser.add_argument("--cache", type=Path, help="where trained teachers lie")
    parser.add_argument("--heading", default=heading, help="of the results file")
    add_output(parser, __file__)
    return parser


def _read_raw(path: Path | None, again: Sequence[str]) -> pd.DataFrame:
    """What was measured before and still holds."""
    if path is None or not path.exists():
        return pd.DataFrame(columns=_KEY)
    raw = pd.read_csv(path)
    return raw[~raw["method"].isin(again)]


def _measure_cell(
    cell: Cell,
    methods: dict[str, Method],
    known: set[tuple],
    score: Callable[..., float],
    foreign: Collection[str],
) -> list[dict[str, Any]]:
    """All methods and sizes of a cell that are not known yet."""
    records = []
    for leaves in LEAVES:
        for name, method in methods.items():
            record = {**cell.key, "n": len(cell.X), "leaves": leaves, "method": name}
            if tuple(record[k] for k in _KEY) in known:
                continue
            try:
                records.append(record | measure(cell, method, leaves, score))
            except Exception as error:
                if name not in foreign:  # those may raise anything
                    raise
                print(f"{name} failed at {cell.key}, {leaves} leaves: {error}", file=sys.stderr)
    return records


def run(
    cells: Iterable[Cell],
    methods: dict[str, Method],
    options: argparse.Namespace,
    *,
    score: Callable[..., float] = agreement,
    foreign: Collection[str] = (),
) -> pd.DataFrame:
    """Measure what is not known yet.

    Parameters
    ----------
    cells : iterable of Cell
        Made one by one, after the cache's place is known.
    methods : dict of callables
    options : Namespace
        From :func:`study_parser`.
    score : callable
        Of the teacher's and a student's predictions.
    foreign : collection of str
        Methods that may fail; that is printed, and the cell stays empty.

    Returns
    -------
    results : DataFrame
        One measurement a row.
    """
    if options.cache:
        os.environ["SKDISTILL_BENCH_CACHE"] = str(options.cache)
    methods = {name: methods[name] for name in options.methods or methods}
    results = _read_raw(options.raw, options.again)
    known = set(results[_KEY].itertuples(index=False, name=None))
    for cell in cells:
        records = _measure_cell(cell, methods, known, score, foreign)
        if not records:
            continue
        results = pd.concat([results, pd.DataFrame(records)], ignore_index=True)
        if options.raw:
            results.to_csv(options.raw, index=False)
        print(f"{cell.key} {sum(r['seconds'] for r in records):.0f} s", file=sys.stderr)
    return results
