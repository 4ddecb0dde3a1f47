"""The rules that every connection begins with: everything syncs."""

from __future__ import annotations

from typing import Any

from connections.models import Connection
from rules.models import Rule
from rules.setup import EVERYTHING


def begin_rules(instance: Connection, created: bool, raw: bool = False, **_: Any) -> None:
    """One rule without conditions or actions for each side of a connection just made.

    ``raw``: rows are being loaded as they are, their rules among them.
    """
    if created and not raw:
        Rule.objects.bulk_create(
            Rule(connection=instance, side=rule.side, name=rule.name, position=position)
            for position, rule in enumerate(EVERYTHING)
        )
