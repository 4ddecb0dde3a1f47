"""The page on which somebody leaves for another site."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


def way_out(answer: Any) -> str:
    """The address that it leads on to by itself, which its link leads to as well."""
    assert answer.status_code == 200, answer
    page = _Leading()
    page.feed(answer.content.decode())
    (address,) = set(page.addresses)
    return address


class _Leading(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "a":
            self.addresses.append(found["href"] or "")
        if found.get("http-equiv") == "refresh":
            pause, _, address = (found["content"] or "").partition("; url=")
            assert pause == "0"
            self.addresses.append(address)
