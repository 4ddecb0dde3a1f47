"""The HTML that the pages of the stand-ins are made of."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from connectors.sandbox import pages

EVIL = "\"'><script>alert(1)</script>&"

PIECES = {
    "link": pages.link(EVIL, EVIL),
    "button_link": pages.button_link(EVIL, EVIL),
    "paragraph": pages.paragraph(EVIL),
    "muted": pages.muted(EVIL),
    "badge": pages.badge(EVIL, EVIL),
    "notice": pages.notice(EVIL, EVIL),
    "card": pages.card(EVIL, ""),
    "facts": pages.facts([(EVIL, EVIL)]),
    "bullets": pages.bullets([EVIL]),
    "listing": pages.listing(EVIL),
    "table": pages.table([EVIL], [[pages.escape(EVIL)]]),
    "empty table": pages.table([EVIL], [], EVIL),
    "pager": pages.pager(EVIL, EVIL, EVIL),
    "form": pages.form(EVIL, hidden={EVIL: EVIL}),
    "search": pages.search(EVIL, EVIL, {EVIL: EVIL}),
    "field": pages.field(EVIL, EVIL, EVIL, kind=EVIL, hint=EVIL),
    "long field": pages.field(EVIL, EVIL, EVIL, lines=3),
    "choice": pages.choice(EVIL, EVIL, [(EVIL, EVIL)], EVIL, EVIL),
    "tick": pages.tick(EVIL, EVIL, EVIL, True, EVIL),
    "button": pages.button(EVIL, EVIL, EVIL, EVIL),
    "page": pages.page(EVIL, "", EVIL, EVIL, EVIL),
}


class Reader(HTMLParser):
    """What a browser would see; fails where tags are not closed in order."""

    VOID = frozenset({"input", "meta", "link", "br"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", PIECES)
def test_what_people_typed_stays_text(name):
    reader = Reader(PIECES[name])
    assert "script" not in {tag for tag, _ in reader.tags}
    names = {attribute for _, attributes in reader.tags for attribute in attributes}
    assert all(re.fullmatch(r"[a-z-]+", attribute) for attribute in names)
    values = [value for _, attributes in reader.tags for value in attributes.values()]
    assert EVIL in reader.text or EVIL in values or f"{EVIL} – {EVIL}" in reader.text


def test_a_page_says_that_nothing_is_real_and_needs_nobody_else():
    html = pages.page("Contacts", pages.paragraph("Hello"), "Shelf", home="/shelf/")
    assert "Stand-in of Shelf: nothing here is real" in html
    assert "://" not in html
    assert "@import" not in html
    assert "<script" not in html
    assert 'name="viewport"' in html
    assert "prefers-color-scheme:dark" in html


def test_a_row_with_too_few_cells_is_a_mistake():
    with pytest.raises(ValueError, match="zip"):
        pages.table(["a", "b"], [["1"]])
