"""Formulas as MathML, which browsers draw by themselves: nothing is fetched for them."""

from __future__ import annotations

from html import escape

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging

logger = logging.getLogger(__name__)


def _mathml(node, as_block=False):
    try:
        return tex2mathml(node.astext(), as_block=as_block)
    except MathError as error:
        logger.warning("cannot write a formula as MathML: %s", error, location=node)
        return f"<code>{escape(node.astext())}</code>"


def write_inline(translator, node):
    """Write a formula in a line."""
    translator.body.append(_mathml(node))
    raise nodes.SkipNode


def write_block(translator, node):
    """Write a formula in a line of its own."""
    translator.body.append(f'<div class="math">{_mathml(node, as_block=True)}</div>')
    raise nodes.SkipNode


def setup(app):
    """Register the renderer; ``html_math_renderer`` chooses it."""
    app.add_html_math_renderer("mathml", (write_inline, None), (write_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
