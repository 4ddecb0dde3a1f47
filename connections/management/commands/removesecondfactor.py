from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from connections.staff.second_factor import remove_factors


class Command(BaseCommand):
    help = (
        "Remove the second factor of somebody who lost it: authenticator app, passkeys and "
        "recovery codes. On the desk an administrator does the same for colleagues on their "
        "user's page; this is for when nobody can sign in any more."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", metavar="USER", help="the name that the person signs in with")

    def handle(self, *args: Any, user: str, **options: Any) -> None:
        row = User.objects.filter(username=user).first()
        if row is None:
            raise CommandError(f"There is no user {user!r}.", returncode=2)
        removed = remove_factors(row)
        self.stdout.write(f"Removed from {user}: {', '.join(removed) or 'there was none'}.")
