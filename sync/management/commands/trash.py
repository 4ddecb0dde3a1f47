"""``manage.py trash``: the Trash inbox of a connection."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from connections.models import Connection
from sync.host import this_process
from sync.management.commands.sync import STOPPED, chosen, status_of
from sync.models import Run, Step
from sync.pilot import records_of
from sync.queue import ask_for_run
from sync.report import in_sentences
from sync.run import perform
from sync.trash import Thrown, trash_of


class Command(BaseCommand):
    help = (
        "List contacts that are marked, since they were deleted in the other app, and contacts "
        "that an undone run had made. With --delete the named ones are deleted in the app of one "
        "side; what they held stays in the audit log. A KEY is an e-mail, a:ID or b:ID."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help="a connection's name")
        parser.add_argument("--delete", nargs="+", default=[], metavar="KEY", help="delete these")
        parser.add_argument("--side", choices=("a", "b"), help="in the app of this side")
        parser.add_argument("--yes", action="store_true", help="they are the ones you mean")
        parser.add_argument("--json", action="store_true", help="list as a JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        [connection] = chosen([options["name"]], every=False)
        inbox = trash_of(connection)
        if not options["delete"]:
            self._list(connection, inbox, as_json=options["json"])
            return
        if not options["side"]:
            raise CommandError("Say where to delete: --side a or --side b.", returncode=STOPPED)
        doomed = _named(connection, inbox, options["delete"], options["side"])
        names = "\n".join(f"  {_line(item)}" for item in doomed)
        place = f"{options['side'].upper()} ({connection.container(options['side'])})"
        if not options["yes"]:
            raise CommandError(
                f"This would delete in {place}:\n{names}\nNothing was deleted. "
                "If these are the ones you mean, say it again with --yes.",
                returncode=STOPPED,
            )
        task = {"delete": [item.key for item in doomed]}
        run = ask_for_run(connection, kind=Run.Kind.BY_HAND, task=task)
        run = perform(run.pk, host=this_process())
        self.stdout.write(in_sentences(run))
        for step in Step.objects.filter(run=run, verb="delete").order_by("pk"):
            self.stdout.write(f"  {step.name}: {step.result} {step.why}".rstrip())
        if status := status_of(run):
            sys.exit(status)

    def _list(self, connection: Connection, inbox: list[Thrown], *, as_json: bool) -> None:
        if as_json:
            for item in inbox:
                self.stdout.write(json.dumps(_as_json(item)))
            return
        if not inbox:
            self.stdout.write(f"{connection.name}: the Trash inbox is empty.")
            return
        for item in inbox:
            self.stdout.write(_line(item))
        self.stdout.write(
            f"To delete some of them: trash {connection.name} --delete KEY … --side a|b --yes"
        )


def _named(connection: Connection, inbox: list[Thrown], keys: list[str], side: str) -> list[Thrown]:
    doomed = []
    for key in keys:
        ids = records_of(connection, key)
        found = [item for item in inbox if item.side == side and item.view.id in ids]
        if not found:
            raise CommandError(
                f"{key!r} is not in the Trash inbox of {side.upper()}: nothing was deleted. "
                f"See `trash {connection.name}`.",
                returncode=STOPPED,
            )
        doomed += [item for item in found if item not in doomed]
    return doomed


def _key(item: Thrown) -> str:
    return f"{item.side}:{item.view.remote_id}"


def _line(item: Thrown) -> str:
    address = f" {item.view.emails[0]}" if item.view.emails else ""
    return f"{item.row.title}{address} ({_key(item)}): {item.why}"


def _as_json(item: Thrown) -> dict[str, Any]:
    return {
        "name": item.row.title,
        "side": item.side,
        "key": _key(item),
        "emails": list(item.view.emails),
        "why": item.why,
    }
