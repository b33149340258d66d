"""Write what a benchmark measured into its own file in ``results/``.

``bench_rules.py`` owns ``results/rules.md``, stamped with the day, the machine
and the versions. Running it again replaces that file and no other. A quick look
(``--quick``) is printed alone, so that it never takes the place of a full run.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import sklearn

import skdistill

__all__ = ["add_output", "markdown_table", "stamp", "write_study"]

RESULTS = Path(__file__).parents[1] / "results"


def _cpu_model() -> str:
    """The processor's name where the system gives it."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    found = re.search(r"^model name\s*:\s*(.+)$", text, flags=re.MULTILINE)
    return found.group(1).strip() if found else platform.machine()


def stamp() -> str:
    """One line: day, machine and versions."""
    return (
        f"_{date.today().isoformat()}; {_cpu_model()}, {os.cpu_count()} cores; "
        f"Python {platform.python_version()}, numpy {np.__version__}, "
        f"scikit-learn {sklearn.__version__}, skdistill {skdistill.__version__}._"
    )


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Lay cells out as a Markdown table, the first column to the left, others to the right.

    Parameters
    ----------
    header : sequence of str
    rows : sequence of sequences
        Cells; floats are printed with two decimals.

    Returns
    -------
    table : str
    """
    cells = [[f"{c:.2f}" if isinstance(c, float) else str(c) for c in row] for row in rows]
    width = [max(len(row[j]) for row in [list(header), *cells]) for j in range(len(header))]

    def line(row: Sequence[str]) -> str:
        padded = [row[0].ljust(width[0])]
        padded += [cell.rjust(w) for cell, w in zip(row[1:], width[1:], strict=True)]
        return "| " + " | ".join(padded) + " |"

    rule = ["-" * width[0], *("-" * (w - 1) + ":" for w in width[1:])]
    return "\n".join([line(list(header)), line(rule), *(line(row) for row in cells)])


def add_output(parser: argparse.ArgumentParser, script: str) -> None:
    """Add the option ``--output``.

    Parameters
    ----------
    parser : ArgumentParser
        May have the option ``--quick``.
    script : str
        The benchmark's ``__file__``; ``bench_x.py`` writes ``results/x.md``.
    """
    file = RESULTS / f"{Path(script).stem.removeprefix('bench_')}.md"
    parser.set_defaults(study_file=file)
    parser.add_argument(
        "--output",
        type=Path,
        help=f"the results file (default: results/{file.name}; a quick look is only printed)",
    )


def write_study(title: str, body: str, options: argparse.Namespace) -> None:
    """Print a study, and write its file.

    Parameters
    ----------
    title : str
        Heading of the file.
    body : str
        Markdown; may hold headings of the second level and below.
    options : Namespace
        Of a parser that :func:`add_output` was called on.
    """
    text = f"# {title}\n\n{stamp()}\n\n{body.strip()}\n"
    print(text)
    quick = getattr(options, "quick", False)
    path = options.output or (None if quick else options.study_file)
    if path is not None:
        path.write_text(text)
