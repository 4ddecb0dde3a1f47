from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from connections.names import connection_named
from connections.states import resume
from connectors.errors import AskStaff


class Command(BaseCommand):
    help = "Let a paused connection go on from where it was."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="the connection's name")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        try:
            moved = resume(connection_named(name))
        except AskStaff as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(f"{name} is active." if moved else f"{name} was active already.")
