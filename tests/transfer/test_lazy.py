"""The package loads a family when one of its names is used for the first time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from skdistill import transfer

ROOT = Path(__file__).resolve().parents[2]


def loaded_after(code):
    """Modules of transfer sets that a fresh interpreter has after some code.

    The parent package is a bare one, since its own names include transfer sets.
    """
    bare = (
        "import sys, types\n"
        "package = types.ModuleType('skdistill')\n"
        f"package.__path__ = [{str(ROOT / 'skdistill')!r}]\n"
        "sys.modules['skdistill'] = package\n"
    )
    shown = (
        "\nprint(*sorted(name for name in sys.modules if name.startswith('skdistill.transfer')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", bare + code + shown],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_families_are_loaded_when_used():
    """Nothing at first; then what the name needs, and no other family."""
    code = (
        "import skdistill.transfer\n"
        "assert not any(name.startswith('skdistill.transfer.') for name in sys.modules)\n"
        "from skdistill.transfer import LocalGaussianTransferSet"
    )
    families = {name.split(".")[2] for name in loaded_after(code) if name.count(".") >= 2}
    assert families == {"_base", "_tables", "_near"}


def test_names():
    """Every public name is there and listed; others are an AttributeError."""
    for name in transfer.__all__:
        assert getattr(transfer, name).__name__ == name
    assert set(transfer.__all__) <= set(dir(transfer))
    with pytest.raises(AttributeError, match="no attribute 'MungedTransferSet'"):
        _ = transfer.MungedTransferSet
