"""``manage.py review``: what waits for a person, and the answers."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from connections.models import Connection
from sync.host import this_process
from sync.management.commands.sync import STOPPED, chosen, status_of
from sync.models import Run, SyncRecord
from sync.pilot import records_of
from sync.queue import ask_for_run
from sync.report import answer, in_sentences
from sync.reviewing import NoSuchContact, Waiting, record_on, waiting_of
from sync.run import perform

_PAIRS = {
    "same": "they are the same person: sync them with each other",
    "different": "they are different people: keep them apart",
    "reunite": "take back that they are apart",
}


class Command(BaseCommand):
    help = (
        "List what waits for a person: contacts to review, duplicates, held and failed ones, those "
        "kept apart, and losing values of conflicts, each with the answers that fit. With an "
        "answer it is carried out at once. A KEY is an e-mail, a:ID or b:ID. Exit status as sync."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help="a connection's name")
        parser.add_argument("--json", action="store_true", help="a JSON object a line")
        answers = parser.add_mutually_exclusive_group()
        for option, text in _PAIRS.items():
            answers.add_argument(f"--{option}", nargs=2, metavar=("A_KEY", "B_KEY"), help=text)
        answers.add_argument(
            "--create", metavar="KEY", help="make its counterpart all the same, or again"
        )
        answers.add_argument("--again", metavar="KEY", help="try a failed contact again")
        answers.add_argument(
            "--all", action="store_true", help="try all failed contacts again (--again --all)"
        )
        answers.add_argument(
            "--release", metavar="KEY", help="let a field flow again that went to and fro"
        )
        answers.add_argument(
            "--put-back",
            nargs=2,
            metavar=("STEP", "FIELD"),
            help="write the losing value of a conflict to both sides",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        [connection] = chosen([options["name"]], every=False)
        try:
            task = _task(connection, options)
        except NoSuchContact as error:
            raise CommandError(str(error), returncode=STOPPED) from error
        if task is None:
            self._list(connection, as_json=options["json"])
            return
        run = ask_for_run(connection, kind=Run.Kind.BY_HAND, task=task)
        run = perform(run.pk, host=this_process())
        self.stdout.write(json.dumps(answer(run)) if options["json"] else in_sentences(run))
        if status := status_of(run):
            sys.exit(status)

    def _list(self, connection: Connection, *, as_json: bool) -> None:
        found = waiting_of(connection)
        if as_json:
            for item in found:
                self.stdout.write(json.dumps(item.to_json()))
            return
        if not found:
            self.stdout.write(f"{connection.name}: nothing waits for a person.")
        for item in found:
            self.stdout.write(_in_words(connection.name, item))


def _in_words(name: str, item: Waiting) -> str:
    lines = [f"{item.kind}: {item.name} ({', '.join(item.keys)})", f"  {item.why}".rstrip()]
    lines += [f"  review {name} {answer.option}" for answer in item.answers]
    return "\n".join(line for line in lines if line.strip())


def _task(connection: Connection, options: dict[str, Any]) -> dict[str, Any] | None:
    """What the options ask for, as ``sync.by_hand`` has it; None to list."""
    for option in _PAIRS:
        if keys := options[option]:
            pairs = zip("ab", keys, strict=True)
            return {option: [[record_on(connection, side, key).pk for side, key in pairs]]}
    if key := options["create"]:
        return {"create": [_anywhere(connection, key)]}
    failed = SyncRecord.objects.filter(connection=connection, state=SyncRecord.State.FAILED)
    if options["all"]:
        return {"again": list(failed.values_list("pk", flat=True))}
    for option in ("again", "release"):
        if key := options[option]:
            return {option: _sync_records(connection, key)}
    if options["put_back"]:
        step, field = options["put_back"]
        if not step.isdecimal():
            raise NoSuchContact(f"A step is a number, as in `review {connection.name}`.")
        return {"put back": [[int(step), field]]}
    return None


def _anywhere(connection: Connection, key: str) -> int:
    """The contact that the key names on either side, where it is on one only."""
    found = []
    errors = []
    for side in "ab":
        try:
            found.append(record_on(connection, side, key).pk)
        except NoSuchContact as error:
            errors.append(error)
    if len(found) == 1:
        return found[0]
    if found:
        raise NoSuchContact(f"Both sides have a contact {key!r}. Give a:ID or b:ID.")
    raise errors[0]


def _sync_records(connection: Connection, key: str) -> list[int]:
    ids = records_of(connection, key)
    rows = SyncRecord.objects.filter(connection=connection)
    found = {*rows.filter(a__in=ids).values_list("pk", flat=True)}
    found |= {*rows.filter(b__in=ids).values_list("pk", flat=True)}
    if not found:
        raise NoSuchContact(f"{connection.name} has no contact {key!r}. Give an e-mail or a:ID.")
    return sorted(found)
