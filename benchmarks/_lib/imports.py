"""What all of skdistill costs to import beside the scikit-learn modules that it uses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import median

__all__ = ["import_seconds", "measure_imports", "run_python", "used_modules"]


# Names are loaded when they are first used, so that the bare import would load nothing.
EVERYTHING = "import skdistill; [getattr(skdistill, name) for name in skdistill.__all__]"


def run_python(*arguments: str, root: Path | None = None) -> str:
    """Run Python in a fresh process and return what it prints.

    Parameters
    ----------
    *arguments : str
        Of the interpreter.
    root : Path, optional
        A checkout whose skdistill is imported; the installed one by default.

    Returns
    -------
    text : str
    """
    path = [] if root is None else [str(root)]
    path += [part for part in [os.environ.get("PYTHONPATH")] if part]
    env = os.environ | {"PYTHONPATH": os.pathsep.join(path)}
    done = subprocess.run(
        [sys.executable, *arguments], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stderr}")
    return done.stdout


def import_seconds(statement: str, root: Path | None = None) -> float:
    """CPU seconds of an import in a fresh process, without the start of the interpreter."""
    code = f"import time; t = time.process_time(); {statement}; print(time.process_time() - t)"
    return float(run_python("-c", code, root=root))


def used_modules(root: Path | None = None) -> list[str]:
    """The scikit-learn modules that all public names bring in."""
    code = "print(*[m for m in sys.modules if m.split('.')[0] == 'sklearn'])"
    return run_python("-c", f"import sys; {EVERYTHING}; {code}", root=root).split()


def measure_imports(repeats: int, root: Path | None = None) -> dict[str, float]:
    """Median CPU seconds of both imports, in turns, and their median ratio.

    Parameters
    ----------
    repeats : int
    root : Path, optional
        A checkout; the installed skdistill by default.

    Returns
    -------
    seconds : dict
        With the keys "ours", "theirs" and "ratio".
    """
    reference = "import " + ", ".join(used_modules(root))
    pairs = [
        (import_seconds(EVERYTHING, root), import_seconds(reference, root))
        for _ in range(repeats + 1)
    ][1:]  # the first one warms the disk
    return {
        "ours": median(ours for ours, _ in pairs),
        "theirs": median(theirs for _, theirs in pairs),
        "ratio": median(ours / theirs for ours, theirs in pairs),
    }
