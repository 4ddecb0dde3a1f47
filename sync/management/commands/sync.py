"""``manage.py sync``: run connections now, in the foreground."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from connections.models import Connection
from sync.database import DATABASE_STOPPED, what_stopped
from sync.host import this_process
from sync.how_far import how_far
from sync.models import Run, SyncRecord
from sync.queue import ask_for_run
from sync.report import answer, in_sentences
from sync.run import perform

DONE, SOME_FAILED, STOPPED, BUSY = 0, 1, 2, 3
#: With several connections the first of these that applies is the exit status.
PRECEDENCE = (STOPPED, BUSY, SOME_FAILED, DONE)


class Command(BaseCommand):
    help = (
        "Sync connections now. Exit status: 0 done; 1 done, but some contacts failed; 2 stopped "
        "(held, paused, draft, authorisation, configuration); 3 another run is under way."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help="a connection's name")
        parser.add_argument("--all", action="store_true", help="every active connection")
        parser.add_argument(
            "--preview", action="store_true", help="say what would be done; write nothing"
        )
        parser.add_argument(
            "--approve",
            action="store_true",
            help="start a draft, or let a held run go on: you have looked at what it will do",
        )
        pilot = parser.add_mutually_exclusive_group()
        pilot.add_argument(
            "--contact",
            action="append",
            default=[],
            metavar="KEY",
            help="only this one: an e-mail, a:ID or b:ID; may be given several times",
        )
        pilot.add_argument(
            "--first", type=int, default=0, metavar="N", help="only the first N of A: a pilot"
        )
        parser.add_argument(
            "--check-again",
            action="store_true",
            help="read both sides in full first: of a held run, when what it saw is doubtful",
        )
        parser.add_argument(
            "--leave-as-it-is",
            action="store_true",
            help="instead of what a run would do, take both sides as agreed; write nothing",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object a connection")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["leave_as_it_is"] and (options["preview"] or options["approve"]):
            raise CommandError(
                "--leave-as-it-is writes nothing: give it without --preview and --approve.",
                returncode=STOPPED,
            )
        try:
            connections = chosen(options["names"], every=options["all"])
            statuses = [self._sync(connection, options) for connection in connections]
        except DATABASE_STOPPED as error:
            raise CommandError(
                f"{what_stopped(error)} Then sync once more: what was done stays done, and the "
                "run goes on.",
                returncode=STOPPED,
            ) from error
        status = next(status for status in (*PRECEDENCE,) if status in (*statuses, DONE))
        if status:
            sys.exit(status)

    def _sync(self, connection: Connection, options: dict[str, Any]) -> int:
        run = ask_for_run(
            connection,
            kind=_kind(options),
            approved=options["approve"],
            only=f"first {first}" if (first := options["first"]) else "\n".join(options["contact"]),
            full=options["check_again"],
            task={"leave": True} if options["leave_as_it_is"] else None,
        )
        run = perform(run.pk, host=this_process(), report=self._progress(options["json"]))
        if options["json"]:
            self.stdout.write(json.dumps(answer(run)))
        else:
            self.stdout.write(in_sentences(run))
        return status_of(run)

    def _progress(self, silent: bool) -> Any:
        """A line that overwrites itself, on a terminal only."""
        if silent or not self.stderr.isatty():
            return lambda run: None

        def show(run: Run) -> None:
            line = str(how_far(run, timezone.now())) if run.phase else ""
            self.stderr.write(f"\r\x1b[K{line}", ending="" if line else "\r")

        return show


def _kind(options: dict[str, Any]) -> str:
    if options["leave_as_it_is"]:
        return Run.Kind.BY_HAND
    return Run.Kind.PREVIEW if options["preview"] else Run.Kind.SYNC


def chosen(names: list[str], *, every: bool) -> list[Connection]:
    """The connections that are meant; an unknown name is an error that lists those there are."""
    if every == bool(names):
        raise CommandError("Name one or more connections, or give --all.", returncode=STOPPED)
    if every:
        return list(Connection.objects.filter(state=Connection.State.ACTIVE))
    found = {connection.name: connection for connection in Connection.objects.all()}
    missing = [name for name in names if name not in found]
    if missing:
        known = ", ".join(sorted(found)) or "none yet: make one with loadconfig or in the admin"
        raise CommandError(
            f"There is no connection {', '.join(missing)}. There is: {known}.", returncode=STOPPED
        )
    return [found[name] for name in names]


def status_of(run: Run) -> int:
    if run.state in (Run.State.BUSY, Run.State.RUNNING):  # running: a worker was quicker
        return BUSY
    if run.state != Run.State.DONE:
        return STOPPED
    failed = SyncRecord.objects.filter(
        connection=run.connection_id, state=SyncRecord.State.FAILED
    ).exists()
    return SOME_FAILED if failed else DONE
