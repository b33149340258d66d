"""Teachers of the benchmarks, trained once and kept in a cache outside the repository.

What was trained lies in the folder ``SKDISTILL_BENCH_CACHE``, by default
``~/.cache/skdistill-bench``, below ``teachers``; what is missing is trained at
first use. The file's name holds everything that a teacher depends on, the
version of scikit-learn included, since pickles do not outlive it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import sklearn

__all__ = ["cache_folder", "cached"]


def cache_folder() -> Path:
    """Where trained teachers lie."""
    default = Path.home() / ".cache" / "skdistill-bench"
    return Path(os.environ.get("SKDISTILL_BENCH_CACHE", default)) / "teachers"


def cached(name: str, train: Callable[[], Any], folder: Path | None = None) -> Any:
    """Take a teacher from the cache, or train it and put it there.

    Parameters
    ----------
    name : str
        Identifies it, such as "phoneme-forest-seed0".
    train : callable
        Returns the fitted teacher.
    folder : Path, optional
        By default :func:`cache_folder`.

    Returns
    -------
    teacher : predictor
        Fitted.
    """
    path = (folder or cache_folder()) / f"{name}-sklearn{sklearn.__version__}.joblib"
    if path.exists():
        return joblib.load(path)
    teacher = train()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")  # never half a file under the real name
    joblib.dump(teacher, part, compress=("zlib", 1))
    part.replace(path)
    return teacher
