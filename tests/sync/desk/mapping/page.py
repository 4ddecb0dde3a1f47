"""The mapping page as a browser without our script has it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from typing import Any

from django.test import Client
from django.urls import reverse

from connections.models import Connection, FieldMapping
from sync.desk.mapping_row import Row


@dataclass
class Page:
    client: Client
    connection: Connection

    def line(self, a: str, b: str, arrow: str = "<->", **more: Any) -> FieldMapping:
        count = self.connection.mappings.count()
        return FieldMapping.objects.create(
            connection=self.connection, position=count, a=a, arrow=arrow, b=b, **more
        )

    def stored(self) -> list[str]:
        return [f"{row}{'' if row.on else ' off'}" for row in self.connection.mappings.all()]

    # --- looking ---

    def address(self, part: str = "") -> str:
        return reverse(f"admin:connection_mapping{part}", args=[self.connection.pk])

    def get(self) -> Any:
        return self.client.get(self.address())

    def text(self) -> str:
        return text_of(self.get())

    def row(self, a: str, b: str, answer: Any = None) -> Row:
        """As the page shows the stored line."""
        rows = (answer or self.get()).context["rows"]
        [row] = [row for row in rows if row.stored and (row.stored.a, row.stored.b) == (a, b)]
        return row

    # --- filling in ---

    def data(self, answer: Any = None) -> dict[str, str]:
        """What is sent if nothing is changed."""
        return filled_in((answer or self.get()).content.decode())

    def changed(self, a: str, b: str, **parts: str | None) -> dict[str, str]:
        """The same with other parts of the stored line; None of what is not sent."""
        data: dict[str, str | None] = {**self.data()}
        [number] = [
            name[:-2]
            for name, value in data.items()
            if name.endswith("-a") and value == a and data.get(f"{name[:-2]}-b") == b
        ]
        data |= {f"{number}-{part.replace('_', '-')}": value for part, value in parts.items()}
        return {name: value for name, value in data.items() if value is not None}

    def added(self, a: str = "", b: str = "", **parts: str) -> dict[str, str]:
        """The same with a new line."""
        data = self.data()
        numbers = [int(found[1]) for name in data if (found := re.match(r"line-(\d+)-a", name))]
        new = {"a": a, "b": b, "arrow": "", "winner": "", "on": "on", **parts}
        number = 1 + max(numbers, default=-1)
        return data | {f"line-{number}-{part}": value for part, value in new.items()}

    def post(self, data: dict[str, str], **more: str) -> Any:
        return self.client.post(self.address(), data | more)

    def save(self, data: dict[str, str]) -> list[str]:
        """What is said against it."""
        answer = self.post(data)
        if answer.status_code == 302:
            return []
        text = text_of(answer)
        assert "It is not saved yet." in text
        rows = [row for row in answer.context["rows"] if row.errors]
        for row in rows:
            assert f'href="#{row.id}"' in text and f'id="{row.id}"' in text
            assert all(f'<p class="map-error">{fault}</p>' in text for fault in row.errors)
        return [f"{row.name}: {fault}" for row in rows for fault in row.errors] + answer.context[
            "elsewhere"
        ]


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def filled_in(html: str) -> dict[str, str]:
    form = _Form()
    form.feed(html)
    return form.values


class _Form(HTMLParser):
    """Of the form of the mapping, what a browser sends when no button has a name."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._is_inside, self._select, self._disabled = False, "", False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._is_inside = given.get("id") == "mapping"
        if tag == "fieldset" and "disabled" in given:
            self._disabled = True
        if not self._is_inside or self._disabled:
            return
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "input" and name != "csrfmiddlewaretoken":
            if given.get("type") != "checkbox":
                self.values[name] = value
            elif "checked" in given:
                self.values[name] = given.get("value") or "on"
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            is_first = self._select not in self.values
            if is_first or "selected" in given:
                self.values[self._select] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "fieldset":
            self._disabled = False
