"""Let the changelog, which is Markdown at the root, stand in a page."""

from __future__ import annotations

import re


def to_rst(text: str) -> str:
    """Turn the Markdown that a changelog needs (headings, code, links, bullets) into reST."""
    text = re.sub(r"`([^`]+)`", r"``\1``", text)
    text = re.sub(r"\[([^\]]+)\]\(([^)]+)\)", r"`\1 <\2>`__", text)
    lines = []
    for line in text.split("\n"):
        heading = re.match(r"(#+) +(.*)", line)
        if heading is None:
            lines.append(line)
        elif len(heading[1]) > 1:  # the page has a title of its own
            title = re.sub(r"[\[\]]", "", heading[2])
            lines += [title, "-~^"[len(heading[1]) - 2] * len(title)]
    return "\n".join(lines)


def on_include(app, relative_path, parent_docname, content):
    """Convert the changelog on its way into a page; other files stay as they are."""
    if relative_path.name == "CHANGELOG.md":
        content[0] = to_rst(content[0])


def setup(app):
    """Connect the conversion."""
    app.connect("include-read", on_include)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
