"""Rule sets as tables for people: Markdown and HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

__all__ = ["to_html", "to_markdown"]


def _cells(rules: Any) -> tuple[list[str], list[list[str]]]:
    """Headings and texts; figures that no rule has are left out."""
    # Of the rows that the rules were made on: the heading says so.
    fidelity = "fidelity (in-sample)"
    columns: list[tuple[str, Callable[[Any], str | None]]] = [
        ("rule", lambda rule: None),
        ("outcome", lambda rule: rule.outcome_text),
        ("coverage", lambda rule: f"{rule.coverage:.2f}"),
        ("support", lambda rule: None if rule.support is None else str(rule.support)),
        (fidelity, lambda rule: None if rule.fidelity is None else f"{rule.fidelity:.2f}"),
    ]
    written = {name: [write(rule) for rule in rules] for name, write in columns}
    written["rule"] = [rules.premise_text(k) for k in range(len(rules))]
    written = {name: texts for name, texts in written.items() if any(t is not None for t in texts)}
    rows = [list(row) for row in zip(*written.values(), strict=True)]
    return list(written), [["" if text is None else text for text in row] for row in rows]


def _escape_markdown(text: str) -> str:
    text = " ".join(text.split())
    text = re.sub(r"([\\`*|\[\]~$])", r"\\\1", text)
    text = re.sub(r"(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])", r"\\_", text)
    text = re.sub(r"&(?=[#0-9A-Za-z])", "&amp;", text)
    return re.sub(r"<(?=[A-Za-z/!?])", "&lt;", text)


def to_markdown(rules: Any) -> str:
    """Write a rule set as a Markdown table; see :meth:`skdistill.RuleSet.to_markdown`."""
    headings, rows = _cells(rules)
    lines = [headings, ["---" if h in ("rule", "outcome") else "---:" for h in headings]]
    lines += [[_escape_markdown(text) for text in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def to_html(rules: Any) -> str:
    """Write a rule set as an HTML table; see :meth:`skdistill.RuleSet.to_html`."""
    headings, rows = _cells(rules)

    def line(cells: list[str], tag: str) -> str:
        written = "".join(f"<{tag}>{html.escape(text)}</{tag}>" for text in cells)
        return f"<tr>{written}</tr>"

    body = "\n".join(line(row, "td") for row in rows)
    return (
        f'<table class="skdistill-rules">\n<thead>\n{line(headings, "th")}\n</thead>\n'
        f"<tbody>\n{body}\n</tbody>\n</table>"
    )
