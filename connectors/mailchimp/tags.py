"""The tags of an audience, which its API also calls static segments. Pure.

https://mailchimp.com/developer/marketing/api/list-tags/
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.fields import fold
from connectors.mailchimp.schema import text_of


@dataclass(frozen=True, slots=True)
class Tags:
    """``names`` by id."""

    names: Mapping[int, str]

    @property
    def spelled(self) -> dict[str, str]:
        """How the audience spells them, by folded name."""
        return {fold(name): name for name in self.names.values()}

    def mark(self, last: int | None = None) -> str:
        """What changes when one of these (with ids up to ``last``) gets another name or goes: its
        members then show that, but are not listed as changed. A new one leaves the mark."""
        end = max(self.names, default=0) if last is None else last
        told = sorted((id, name) for id, name in self.names.items() if id <= end)
        return f"{end}:{hashlib.blake2b(json.dumps(told).encode(), digest_size=6).hexdigest()}"

    def fit(self, mark: str) -> bool:
        """Are those that were there when the mark was made as they were then?"""
        last = mark.partition(":")[0]
        return last.isdigit() and self.mark(int(last)) == mark


def tags_of(rows: object) -> Tags:
    """From the answer of a search for all tags."""
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    named = ((row.get("id"), text_of(row.get("name"))) for row in found)
    return Tags({id: name for id, name in named if isinstance(id, int) and name})
