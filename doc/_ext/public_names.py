"""Every public name of the package, documented once and found by any path.

A name that ``skdistill`` itself exports is documented there, any other in its package. The
build warns (and so fails) where a name is missing from the reference or stands in it twice.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import Counter
from pathlib import Path

from sphinx.util import logging

import skdistill

logger = logging.getLogger(__name__)


def documented_paths() -> dict[str, list[str]]:
    """Map each public name to the paths under which the reference has it.

    There is one for each object of that name, mostly one alone.
    """
    paths: dict[str, dict[int, str]] = {}
    for module in [*pkgutil.iter_modules(skdistill.__path__), None]:
        name = "skdistill" if module is None else f"skdistill.{module.name}"
        if not name.startswith("skdistill._"):
            package = importlib.import_module(name)
            for public in package.__all__:
                # Last comes the top level, whose path replaces that of the package.
                paths.setdefault(public, {})[id(getattr(package, public))] = f"{name}.{public}"
    del paths["__version__"]
    return {name: list(found.values()) for name, found in paths.items()}


def listed_paths(folder: Path) -> list[str]:
    """Every entry of the autosummary tables in the pages of a folder."""
    listed = []
    for page in sorted(folder.glob("*.rst")):
        module, inside = "", False
        for line in page.read_text().splitlines():
            if found := re.match(r"\.\. currentmodule:: (\S+)", line):
                module = found[1]
            elif line.startswith(".. autosummary::"):
                inside = True
            elif inside and re.match(r"   \w", line):
                listed.append(f"{module}.{line.strip()}")
            elif line and not line.startswith(" "):
                inside = False
    return listed


def check_reference(app) -> None:
    """Warn where the reference and the package's ``__all__`` differ."""
    public = {path for paths in app.public_names.values() for path in paths}
    listed = Counter(listed_paths(Path(app.srcdir) / "api"))
    for path in sorted(public - listed.keys()):
        logger.warning("%s is public but stands on no page of doc/api", path)
    for path in sorted(listed.keys() - public):
        logger.warning("%s stands in doc/api but is not public", path)
    for path in (path for path, count in listed.items() if count > 1):
        logger.warning("%s stands in doc/api more than once", path)


def resolve(app, env, node, contnode):
    """Find a public name by its path, a longer one, or the bare name.

    Labels and terms of scikit-learn's own guide, which its inherited docstrings speak of, become
    text.
    """
    if node.get("refdomain") == "std" and node.get("reftype") in ("ref", "term"):
        return contnode if node["refdoc"].startswith("api/generated/") else None
    if node.get("refdomain") != "py":
        return None
    parts = node["reftarget"].lstrip("~.").split(".")
    for k, part in enumerate(parts):
        if part in app.public_names and (k == 0 or parts[0] == "skdistill"):
            paths = app.public_names[part]
            own = ".".join(parts[: k + 1])
            target = ".".join([own if own in paths else paths[0], *parts[k + 1 :]])
            domain = env.get_domain("py")
            return domain.resolve_xref(
                env, node["refdoc"], app.builder, "obj", target, node, contnode
            )
    return None


def setup(app):
    """Connect the check and the look-up."""
    app.public_names = documented_paths()
    app.connect("builder-inited", check_reference)
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
