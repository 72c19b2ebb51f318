"""What stands in an autograded notebook: the student's words, and nothing that a page obeys."""

from __future__ import annotations

from html.parser import HTMLParser

import nbformat
import pytest
from nbconvert import HTMLExporter

from autograder.autograded import restored

RELEASED = {"cells": [], "metadata": {}}

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)",
    "<svg/onload=alert(1)>",
    "<b onclick=alert(1)>bold</b>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<<script>alert(1)//<</script>",
    "<!--><script>alert(1)</script>-->",
    "[a link](javascript:alert(1))",
    "[a link](JaVaScRiPt:alert(1))",
    "<javascript:alert(1)>",
    "$\\href{javascript:alert(1)}{x}$",
    "```html\n<script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
]


class Live(HTMLParser):
    """Notes what a browser would run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag that runs, an attribute that does."""
        if tag in ("script", "iframe", "svg", "object", "embed", "img"):
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith("on") or "script:" in (value or "").lower():
                self.found.append(f"{name}={value}")


def page(source: str) -> str:
    """A student's markdown cell as nbgrader's feedback renders it, without the frame around."""
    cell = {"cell_type": "markdown", "metadata": {}, "source": source}
    notebook = nbformat.from_dict(restored(RELEASED, [cell]))
    body, _ = HTMLExporter(template_name="basic").from_notebook_node(notebook)
    return str(body)


@pytest.mark.parametrize("source", HOSTILE)
def test_a_students_text_runs_nowhere(source: str) -> None:
    """However it is written, a browser shows it and does not obey."""
    live = Live()
    live.feed(page(source))
    assert not live.found


def test_plain_markup_and_mathematics_stay() -> None:
    """Bold, sums and comparisons look as they were meant."""
    shown = page("<b>bold</b> x<sup>2</sup> **too** $a<b$ and $3 < 4$ &mdash; a<br/>b")
    for piece in ("<b>bold</b>", "<sup>2</sup>", "<strong>too</strong>", "3 &lt; 4", "<br/>"):
        assert piece in shown
    assert "$a&lt; b$" in shown


def test_a_picture_that_is_not_there_costs_nobody_a_page() -> None:
    """nbconvert stops at such a link; the text around it is still shown."""
    assert "before" in page("before ![x](attachment:nothere.png) after")
