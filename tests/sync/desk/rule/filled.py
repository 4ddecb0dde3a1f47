"""What a browser would post of a form as a page shows it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


def posted_by(html: str, form: str) -> dict[str, list[str]]:
    """By name the values of the form with this id: what is not ticked or stands in a template is
    not sent; a line cannot hold line ends, and those of a text are sent as browsers do."""
    reader = _Reader(form)
    reader.feed(html)
    return reader.found


class _Reader(HTMLParser):
    def __init__(self, form: str) -> None:
        super().__init__()
        self.form, self.found = form, dict[str, list[str]]()
        self.is_inside = False
        self.away = 0
        self.select = self.area = ""
        self.options: list[tuple[str, bool]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[Any]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.is_inside = found.get("id") == self.form
        self.away += tag == "template"
        name = found.get("name", "")
        if tag == "input" and found.get("type") in ("checkbox", "radio"):
            if "checked" in found:
                self._send(name, found.get("value", "on"))
        elif tag == "input":
            value = found.get("value", "")
            is_hidden = found.get("type") == "hidden"
            self._send(name, value if is_hidden else value.replace("\n", ""))
        elif tag == "select":
            self.select, self.options = name, []
        elif tag == "option" and self.select:
            self.options.append((found.get("value", ""), "selected" in found))
        elif tag == "textarea":
            self.area, self.text = name, ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            chosen = [value for value, is_chosen in self.options if is_chosen]
            self._send(self.select, (chosen or [self.options[0][0]])[0])
            self.select = ""
        elif tag == "textarea":
            self._send(self.area, self.text.removeprefix("\r").removeprefix("\n"))
            self.area = ""
        elif tag == "form":
            self.is_inside = False
        elif tag == "template":
            self.away -= 1

    def _send(self, name: str, value: str) -> None:
        if self.is_inside and not self.away and name:
            self.found.setdefault(name, []).append(value.replace("\r", "").replace("\n", "\r\n"))
