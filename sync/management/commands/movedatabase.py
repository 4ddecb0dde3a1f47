"""``manage.py movedatabase``: from one database to another."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections

from sync.management.moving import NEW, CannotMove, move


class Command(BaseCommand):
    help = (
        "Copy everything into the empty database that NEW_DATABASE_URL names, such as from the "
        "SQLite file to PostgreSQL, and check that every row arrived. All or nothing, and the old "
        "database stays as it is. Stop the worker and the web first; afterwards give the address "
        "to DATABASE_URL and start them again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if NEW not in connections:
            raise CommandError(
                "Put the address of the new database into the environment or into .env first: "
                "NEW_DATABASE_URL=postgres://user:password@host/name"
            )
        try:
            number = move(self._tell)
        except CannotMove as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(f"Nothing was moved, a database says: {error}") from error
        self.stdout.write(
            f"{number:,} rows moved, each table's number checked.\n"
            "Now give the address to DATABASE_URL, take NEW_DATABASE_URL away, and start the "
            "web and the worker. Keep the old database until you have seen that all is well."
        )

    def _tell(self, table: str, rows: int) -> None:
        if rows:
            self.stdout.write(f"{rows:>10,}  {table}")
