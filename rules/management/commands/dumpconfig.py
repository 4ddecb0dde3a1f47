from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from connections.names import connection_named
from connectors.errors import AskStaff
from rules.configuration.dumping import dump


class Command(BaseCommand):
    help = (
        "Print accounts and connections, with their rules and mappings, as a configuration file. "
        "Secrets are left out: ${ACCOUNT_PASSWORD} stands for one. Loading the file here changes "
        "nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "names", metavar="NAME", nargs="*", help="a connection; without any: everything"
        )

    def handle(self, *args: Any, names: list[str], **options: Any) -> None:
        try:
            for name in names:
                connection_named(name)
        except AskStaff as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(dump(names), ending="")
