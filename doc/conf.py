"""Configuration of the documentation.

Build it with ``python -m sphinx -W --keep-going -b html doc doc/_build/html``: no warning is
let through, and the build runs every example of the gallery. Nothing is fetched.
"""

from __future__ import annotations

import re
import sys
import warnings
from pathlib import Path

from sphinx_gallery.sorting import ExplicitOrder

import skdistill

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "skdistill"
author = "The skdistill developers"
copyright = author
version = release = skdistill.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.extlinks",
    "numpydoc",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
    "public_names",  # these three are our own, in _ext
    "markdown_changelog",
    "mathml",
]
exclude_patterns = ["_build", "_templates", "conftest.py"]
templates_path = ["_templates"]
default_role = "literal"
autosummary_generate = True
autodoc_typehints = "none"  # numpydoc's sections say it better
toc_object_entries_show_parents = "hide"
numpydoc_show_class_members = False  # the template of a class lists them
extlinks = {
    "doi": ("https://doi.org/%s", "doi:%s"),
    "arxiv": ("https://arxiv.org/abs/%s", "arXiv:%s"),
}
extlinks_detect_hardcoded_links = False
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

html_math_renderer = "mathml"
html_theme = "pydata_sphinx_theme"
html_title = "skdistill"
html_static_path = ["_static"]
html_css_files = ["custom.css"]
html_show_sourcelink = False
html_theme_options = {
    "show_prev_next": False,
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_sidebars = {"install": [], "whats_new": []}

# One example folder for each package, from the first thing wanted to the last.
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "subsection_order": ExplicitOrder(
        [
            f"../examples/{name}"
            for name in (
                "trees",
                "probes",
                "rules",
                "inspection",
                "metrics",
                "theory",
                "juntas",
                "teachers",
                "transfer",
                "base",
            )
        ]
    ),
    "filename_pattern": r"/plot_",
    "abort_on_example_error": False,
    "only_warn_on_example_error": False,
    "doc_module": ("skdistill",),
    "backreferences_dir": "api/generated/backreferences",
    "reference_url": {"skdistill": None},
    "image_srcset": ["2x"],
    "remove_config_comments": True,
    "show_signature": False,
    "download_all_examples": False,
    "write_computation_times": False,
}
# Examples show what they print, not what a library thinks of its own future.
warnings.filterwarnings("ignore", category=DeprecationWarning)


def _skip_member(app, what, name, obj, skip, options):
    """Leave scikit-learn's metadata routing out: it has its own guide."""
    return True if re.fullmatch(r"set_\w+_request|get_metadata_routing", name) else None


def setup(app):
    """Connect what stands above."""
    app.connect("autodoc-skip-member", _skip_member)
