from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from connections.accounts import check_identity, open_account
from connections.names import account_named
from connectors import registry
from connectors.connector import Catalogue, Connector, ContainerInfo
from connectors.errors import AppError
from connectors.fields import field_to_json

_DELETIONS = "deletions"


class Command(BaseCommand):
    help = (
        "What an account offers, asked from its app just now: containers, their fields with "
        "types, tags and the like, which are the words that a configuration file can name, and "
        "whether it tells what was deleted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", metavar="ACCOUNT", help="the account's name")
        parser.add_argument("--json", action="store_true", help="one JSON object, for programs")

    def handle(self, *args: Any, account: str, **options: Any) -> None:
        try:
            row = account_named(account)
            with closing(open_account(row)) as connector:
                identity = connector.identity()
                check_identity(row, identity)
                offered = _offered(connector)
        except AppError as error:
            raise CommandError(str(error), returncode=2) from error
        if options["json"]:
            head = {"account": row.name, "app": row.app, "identity": identity.name}
            containers = [_as_json(info, catalogue) for info, catalogue in offered]
            self.stdout.write(json.dumps({**head, "containers": containers}, ensure_ascii=False))
            return
        label = registry.APPS[row.app][0]
        self.stdout.write(f"{row.name}: {label}, signed in as {identity.name}")
        for info, catalogue in offered:
            self.stdout.write(f"\n{info.name} ({info.id})")
            for line in _as_lines(catalogue):
                self.stdout.write(f"  {line}")


def _offered(connector: Connector) -> list[tuple[ContainerInfo, Catalogue]]:
    return [(info, connector.catalogue(info.id)) for info in connector.containers()]


def _as_json(info: ContainerInfo, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "id": info.id,
        "name": info.name,
        "fields": [{**field_to_json(item), "writable": item.writable} for item in catalogue.fields],
        "segments": {kind: list(names) for kind, names in catalogue.segments.items()},
        "statuses": list(catalogue.statuses),
        "tells_deletions": catalogue.tells_deletions,
    }


def _as_lines(catalogue: Catalogue) -> Iterator[str]:
    width = max(len(word) for word in (_DELETIONS, *(item.name for item in catalogue.fields)))
    for item in catalogue.fields:
        writable = "" if item.writable else ", read only"
        options = f": {', '.join(item.options)}" if item.options else ""
        yield f"{item.name:{width}}  {item.kind}{options}{writable}"
    for kind, names in catalogue.segments.items():
        yield f"{kind:{width}}  {', '.join(names) or 'none yet'}"
    if catalogue.statuses:
        yield f"{'status':{width}}  {', '.join(catalogue.statuses)}"
    yield f"{_DELETIONS:{width}}  {'told' if catalogue.tells_deletions else 'not told'}"
