"""``manage.py undo``: put back what a run did."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sync.audit import in_words
from sync.host import this_process
from sync.management.commands.sync import STOPPED, status_of
from sync.models import Run, Step
from sync.queue import ask_for_run
from sync.report import answer, in_sentences
from sync.run import perform
from sync.undoing import reason_against


class Command(BaseCommand):
    help = (
        "Put back what a run did, on both sides, wherever it still is as the run left it. Nothing "
        "is deleted: a contact that the run made stays, and is listed by `trash`. Works while the "
        "connection is paused, too. Exit status as of sync."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "run", type=int, metavar="RUN", help="the run's number, as `audit --json` tells it"
        )
        parser.add_argument(
            "--contact", default="", metavar="KEY", help="only this one: an e-mail, a:ID or b:ID"
        )
        parser.add_argument("--step", type=int, metavar="STEP", help="only this step of the run")
        parser.add_argument(
            "--preview", action="store_true", help="say what would be put back; write nothing"
        )
        parser.add_argument("--json", action="store_true", help="a JSON object, as of sync")

    def handle(self, *args: Any, **options: Any) -> None:
        undone = Run.objects.select_related("connection").filter(pk=options["run"]).first()
        if undone is None:
            raise CommandError(
                f"There is no run {options['run']}. Runs are listed in the admin, and named by "
                "`audit NAME --json`.",
                returncode=STOPPED,
            )
        task = {"undo": undone.pk}
        task |= {name: options[name] for name in ("contact", "step") if options[name]}
        if why := reason_against(undone.connection, task):
            raise CommandError(why, returncode=STOPPED)
        kind = Run.Kind.PREVIEW if options["preview"] else Run.Kind.UNDO
        run = perform(ask_for_run(undone.connection, kind=kind, task=task).pk, host=this_process())
        if options["json"]:
            self.stdout.write(json.dumps(answer(run)))
        else:
            self.stdout.write(in_sentences(run))
            self._tell(run)
        if status := status_of(run):
            sys.exit(status)

    def _tell(self, run: Run) -> None:
        """Contact by contact what is, or would be, put back, and what is left and why."""
        name = ""
        for step in Step.objects.filter(run=run).order_by("a_remote", "b_remote", "pk"):
            title = f"{step.name} (a:{step.a_remote or '-'}, b:{step.b_remote or '-'})"
            if title != name:
                self.stdout.write(f"  {title}")
                name = title
            for field, change in step.fields.items():
                before, after = in_words(change["before"]), in_words(change["after"])
                self.stdout.write(f"    {step.side.upper()} {field}: {before!r} → {after!r}")
            if step.why and not step.fields:
                self.stdout.write(f"    {step.why}")
