"""``manage.py explain``: why a contact is, or is not, in sync."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from connectors.errors import AskStaff
from sync.explaining.asking import explain
from sync.explaining.paper import Trial, paper_of
from sync.explaining.sentences import in_sentences
from sync.management.commands.sync import chosen

_EPILOG = """\
Nothing is written and no app is asked: what is shown is what was last read. Nobody is changed by
trying something out either.

  explain crm-phonebook ann@example.org
  explain crm-phonebook a:1234 --try-tag tag=VIP --try city=Ghent
  explain crm-phonebook ann@example.org --side a --try emails=ann@example.org,ann@home.example

With --json a line is printed for each person that CONTACT names: what each side shows (a, b), the
state with its reason, rules with their conditions (truth: true, false or null for unknown),
effects, the last step of the audit log (last) and what a run now would do (would: the state
afterwards and the steps, with fields before and after).

Exit status: 0 explained; 2 there is no such connection or contact, or it cannot be tried out.
"""


class Command(BaseCommand):
    help = (
        "Say why a contact is, or is not, in sync: every rule with its conditions and what the\n"
        "contact has, how it was matched, what rules put on it, the last decision, and what a\n"
        "run now would do. With --try: what would follow from another value."
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        parser = super().create_parser(prog_name, subcommand, epilog=_EPILOG, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help="a connection's name")
        parser.add_argument("contact", metavar="CONTACT", help="an e-mail, a:ID or b:ID")
        parser.add_argument("--json", action="store_true", help="a JSON object a line")
        trial = parser.add_argument_group("try it", "change the contact on paper only")
        trial.add_argument(
            "--try",
            dest="values",
            action="append",
            default=[],
            metavar="FIELD=VALUE",
            help="as if the field had this value: several with commas, none to empty it",
        )
        trial.add_argument(
            "--try-tag",
            dest="put_on",
            action="append",
            default=[],
            metavar="KIND=NAME",
            help="as if it were in this tag, bucket, label …: tag=VIP",
        )
        trial.add_argument(
            "--untag",
            dest="take_off",
            action="append",
            default=[],
            metavar="KIND=NAME",
            help="as if it were not in it",
        )
        trial.add_argument(
            "--side", choices=("a", "b"), default="", help="on which side to try it out"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        [connection] = chosen([options["name"]], every=False)
        key = options["contact"]
        trial = Trial(options["values"], options["put_on"], options["take_off"], options["side"])
        try:
            paper = paper_of(connection, key, trial) if trial else None
            told = explain(connection, key, timezone.now(), paper)
        except AskStaff as error:
            raise CommandError(str(error), returncode=2) from error
        if options["json"]:
            for each in told:
                self.stdout.write(json.dumps(each.to_json()))
        else:
            self.stdout.write("\n\n".join(map(in_sentences, told)))
