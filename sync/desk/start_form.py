"""The form with which a draft is started: for everybody, or first for a few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from connections.models import Connection, Key, Record
from sync.pilot import records_of

EVERYTHING, FIRST, CHOSEN = "everything", "first", "chosen"
#: So many contacts can be chosen for a pilot, and so many are shown when searched for.
MOST, SHOWN = 200, 10

_EITHER = "Contacts are chosen, and everything is. Choose the pilot with them, or none of them."


@dataclass(frozen=True, slots=True)
class Found:
    """A contact to choose. ``key``: as ``sync.pilot`` takes it; ``address``: an e-mail address,
    which tells it from others of its name."""

    key: str
    name: str
    address: str
    side: str


class StartForm(forms.Form):
    """``only``: what the run is asked for with, once the form is valid."""

    how = forms.ChoiceField(
        choices=[(EVERYTHING, "Everything"), (FIRST, "The first few"), (CHOSEN, "Chosen contacts")],
        initial=EVERYTHING,
        error_messages={"required": "Choose what to start with."},
    )
    first = forms.IntegerField(
        label="How many",
        required=False,
        initial=10,
        min_value=1,
        max_value=9999,
        error_messages={"invalid": "Give a number, such as 10."},
    )
    contacts = forms.CharField(
        label="Their e-mail addresses, a line each",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    search = forms.CharField(label="Search a contact by name", required=False, max_length=100)

    def __init__(self, data: QueryDict | None = None, *, connection: Connection) -> None:
        super().__init__(data)
        self.connection = connection
        self.picked = [] if data is None else data.getlist("pick")
        self.searched = "" if data is None else data.get("search", "").strip()
        self.only = ""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("how") == FIRST:
            if not data.get("first") and "first" not in self.errors:
                self.add_error("first", "Say how many, such as 10.")
            self.only = f"first {data.get('first')}"
        elif data.get("how") == CHOSEN:
            self.only = "\n".join(self._keys(data.get("contacts", "")))
        elif data.get("how") == EVERYTHING and (self.picked or data.get("contacts")):
            self.add_error("how", _EITHER)
        return data

    def _keys(self, typed: str) -> list[str]:
        lines = (line.strip() for line in [*self.picked, *typed.splitlines()])
        keys = list(dict.fromkeys(filter(None, lines)))
        if not keys:
            self.add_error("contacts", "Choose at least one contact, or give its e-mail address.")
        elif len(keys) > MOST:
            self.add_error("contacts", f"Choose {MOST} at most; then start with everything.")
        else:
            for key in keys:
                if not records_of(self.connection, key):
                    text = f"Neither side has a contact {key!r}. Look whether it is typed as there."
                    self.add_error("contacts", text)
        return keys

    def found(self) -> list[Found]:
        """Those picked already, and who has the name that was searched for."""
        both = (self.connection.a_id, self.connection.b_id)
        rows = Record.objects.filter(container__in=both, gone_at=None).prefetch_related("keys")
        picked = [found for key in self.picked for found in self._named(rows, key)]
        named = rows.filter(title__icontains=self.searched).order_by("title", "pk")
        others = [self._found(row) for row in named[:SHOWN]] if self.searched else []
        return list(dict.fromkeys([*picked, *others]))

    def _named(self, rows: Any, key: str) -> Sequence[Found]:
        side, _, remote_id = key.partition(":")
        if side not in ("a", "b"):
            return []
        here = rows.filter(container=self.connection.container(side), remote_id=remote_id)
        return [self._found(row) for row in here]

    def _found(self, row: Record) -> Found:
        side = "a" if row.container_id == self.connection.a_id else "b"
        addresses = sorted(key.value for key in row.keys.all() if key.kind == Key.Kind.EMAIL)
        name = row.title or "(without a name)"
        return Found(f"{side}:{row.remote_id}", name, "".join(addresses[:1]), side.upper())
