"""Write what a benchmark measured into ``RESULTS.md``, under its own heading.

Every benchmark owns one second-level section, stamped with the day, the machine
and the versions. Running it again replaces that section and leaves the rest.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import sklearn

import skdistill

__all__ = ["RESULTS", "markdown_table", "stamp", "write_section"]

RESULTS = Path(__file__).with_name("RESULTS.md")
_TITLE = "# Benchmark results\n\nEach section is written by the script that it names.\n"


def _cpu_model() -> str:
    """The processor's name where the system tells it."""
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


def write_section(heading: str, body: str, path: Path = RESULTS) -> None:
    """Print a section and put it into the results file, in place of its predecessor.

    Parameters
    ----------
    heading : str
        Of the second level; one a benchmark.
    body : str
        Markdown; may hold headings of the third level and below.
    path : Path
        Made if it is not there.
    """
    section = f"## {heading}\n\n{stamp()}\n\n{body.strip()}\n"
    print(section)
    text = path.read_text() if path.exists() else _TITLE
    head, *sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    kept = {part.splitlines()[0]: part.strip() + "\n" for part in sections}
    kept[f"## {heading}"] = section
    path.write_text("\n".join([head.strip() + "\n", *kept.values()]))
