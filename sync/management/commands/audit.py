"""``manage.py audit``: what was done, to whom, and why."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from sync.audit import as_json, csv_lines, in_sentence, one_by_one, steps_of
from sync.management.commands.sync import chosen


class Command(BaseCommand):
    help = "Print the audit log of a connection, oldest first: a line for each step."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help="a connection's name")
        parser.add_argument("--run", type=int, metavar="ID", help="only the steps of this run")
        parser.add_argument(
            "--contact", default="", metavar="KEY", help="only this one: an e-mail, a:ID or b:ID"
        )
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="a JSON object a line")
        form.add_argument("--csv", action="store_true", help="a row a changed field")

    def handle(self, *args: Any, **options: Any) -> None:
        [connection] = chosen([options["name"]], every=False)
        steps = steps_of(connection, run=options["run"], contact=options["contact"])
        if options["csv"]:
            for line in csv_lines(steps):
                self.stdout.write(line, ending="")
            return
        for step in one_by_one(steps):
            self.stdout.write(json.dumps(as_json(step)) if options["json"] else in_sentence(step))
