"""The architecture keeps itself: imports, settings, docstrings, and lists of public names."""

import configparser
import doctest
import importlib
import inspect
import os
import pkgutil
import pydoc
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from sklearn.base import BaseEstimator

import skdistill
from tests._instances import distillers, query_learners, transfer_sets

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = ["skdistill"] + [
    f"skdistill.{module.name}"
    for module in pkgutil.iter_modules(skdistill.__path__)
    if not module.name.startswith("_")
]


def public_names():
    """(package, name) of every public class and function; a name once, from its own package."""
    found = {}
    packages = list(PACKAGES)
    for package in packages:
        module = importlib.import_module(package)
        for name in module.__all__:
            thing = getattr(module, name)
            if inspect.ismodule(thing):
                packages.append(thing.__name__)
            elif not name.startswith("_"):
                found[thing] = (package, name)
    return sorted(found.values())


def documented():
    """Public names with a docstring: classes, their own public methods, and functions."""
    found = {}
    for package, name in public_names():
        thing = getattr(importlib.import_module(package), name)
        found[thing] = f"{package}.{name}"
        if inspect.isclass(thing):
            for method, function in inspect.getmembers(thing, inspect.isfunction):
                ours = function.__module__.split(".")[0] == "skdistill"
                if ours and not method.startswith("_"):
                    found.setdefault(function, f"{package}.{name}.{method}")
    return sorted(found.values())


def run_python(code):
    """Run code in a fresh interpreter, in the root of the repository."""
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
    )


def test_import_contracts():
    """Every room imports lower ones alone: import-linter keeps its contracts."""
    pytest.importorskip("importlinter")
    done = run_python("from importlinter.cli import lint_imports; raise SystemExit(lint_imports())")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", done.stdout)


HEAVY = ("torch", "skorch", "matplotlib", "pandas", "imblearn", "lightgbm", "xgboost", "shap")
IMPORT_ALL = f"import sys, importlib\nfor name in {PACKAGES}: importlib.import_module(name)\n"


def test_importing_is_light():
    """Importing every package loads nothing heavy that scikit-learn did not load by itself."""
    done = run_python(
        "import sys, sklearn.base\n"  # which looks for pandas
        "def heavy():\n"
        f"    return {set(HEAVY)} & {{name.split('.')[0] for name in sys.modules}}\n"
        f"before = heavy()\n{IMPORT_ALL}"
        "print('loaded:', sorted(heavy() - before))"
    )
    assert done.stdout.strip() == "loaded: []", done.stdout + done.stderr


def test_importing_needs_nothing_heavy():
    """Every package imports where none of the optional libraries is installed."""
    blocked = (
        "import sys\n"
        "class Blocked:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.split('.')[0] in {HEAVY}: raise ImportError(name)\n"
        "sys.meta_path.insert(0, Blocked())\n"
    )
    done = run_python(blocked + IMPORT_ALL + "print('imported')")
    assert done.stdout.strip() == "imported", done.stdout + done.stderr


def test_no_setting_stands_twice():
    """setup.cfg is read by import-linter alone; everything else stands in pyproject.toml."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    assert parser.sections()
    assert {section.split(":")[0] for section in parser.sections()} == {"importlinter"}
    assert "importlinter" not in PYPROJECT["tool"]
    for other in (".importlinter", "setup.py", "pytest.ini", "tox.ini", "mypy.ini", "ruff.toml"):
        assert not (ROOT / other).exists(), other


def test_metadata():
    """The version stands in the package alone; the type marker is there."""
    assert "version" not in PYPROJECT["project"]
    assert PYPROJECT["project"]["dynamic"] == ["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+(\.dev\d+)?", skdistill.__version__)
    assert (ROOT / "skdistill" / "py.typed").exists()


def test_public_names_are_sorted_and_there():
    """__all__ of every package: sorted, without repeats, and every name exists."""
    for package in PACKAGES:
        module = importlib.import_module(package)
        names = list(module.__all__)
        assert len(set(names)) == len(names)
        assert names == sorted(names), package
        for name in names:
            assert hasattr(module, name)


@pytest.mark.parametrize("name", documented())
def test_docstrings(name):
    """numpydoc's validation accepts the docstring, with the checks of pyproject.toml."""
    validate = pytest.importorskip("numpydoc.validate").validate
    left_out = set(PYPROJECT["tool"]["numpydoc_validation"]["checks"]) - {"all"}
    if getattr(pydoc.locate(name), "_is_protocol", False):
        left_out |= {"PR01"}  # typing gives protocols the signature (*args, **kwargs)
    errors = [error for error in validate(name)["errors"] if error[0] not in left_out]
    assert errors == []


@pytest.mark.parametrize(("package", "name"), public_names())
def test_examples(package, name):
    """Every public class and function shows an example, which pytest runs as a doctest."""
    thing = getattr(importlib.import_module(package), name)
    (found,) = doctest.DocTestFinder(recurse=False).find(thing, name)
    assert "Examples\n" in inspect.getdoc(thing)
    assert len(found.examples) > 1
    assert "--doctest-modules" in PYPROJECT["tool"]["pytest"]["ini_options"]["addopts"]
    assert "skdistill" in PYPROJECT["tool"]["pytest"]["ini_options"]["testpaths"]


def test_every_estimator_is_checked():
    """Public estimators with fit all stand in tests/_instances.py."""
    checked = {type(instance) for instance in [*distillers(), *query_learners(), *transfer_sets()]}
    public = set()
    for package, name in public_names():
        thing = getattr(importlib.import_module(package), name)
        if inspect.isclass(thing) and issubclass(thing, BaseEstimator) and hasattr(thing, "fit"):
            public |= set() if inspect.isabstract(thing) else {thing}
    assert public
    assert public <= checked, public - checked


def listed_names():
    """What the tables of the API reference list: (module, name) in the order of the pages."""
    for page in sorted((ROOT / "doc" / "api").glob("*.rst")):
        module, inside = "skdistill", False
        for line in page.read_text(encoding="utf-8").splitlines():
            if found := re.match(r"\.\. currentmodule:: (\S+)", line):
                module = found[1]
            if line and not line.startswith(" "):
                inside = line.startswith(".. autosummary::")
            elif inside and re.fullmatch(r"   \w+", line):
                yield module, line.strip()


def test_the_reference_lists_every_public_name():
    """doc/api lists everything that a package exports, once, and nothing else."""
    exported = {}
    for package in PACKAGES:
        for name in importlib.import_module(package).__all__:
            if not name.startswith("_"):
                exported[id(getattr(importlib.import_module(package), name))] = f"{package}.{name}"
    listed = [id(getattr(importlib.import_module(m), name)) for m, name in listed_names()]
    assert sorted(path for key, path in exported.items() if key not in listed) == []
    assert sorted(f"{m}.{name}" for m, name in listed_names() if name.startswith("_")) == []
    assert len(listed) == len(set(listed)) == len(exported)
