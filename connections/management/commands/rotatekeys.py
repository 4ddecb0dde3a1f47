from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from connections.rotation import rotate_all
from connections.vault import NoKey


class Command(BaseCommand):
    help = (
        "Encrypt the credentials of all accounts, and the secrets of all second factors, with "
        "the first key of CREDENTIALS_KEYS. "
        "To change the key: put a new one in front of the old, restart, run this, then take the "
        "old one away. Exit code 1: something could not be opened by any key."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = rotate_all()
        except NoKey as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(f"{done.rotated} re-encrypted, {done.current} had the first key already.")
        if done.locked:
            raise CommandError(
                f"No key opens the credentials of: {', '.join(done.locked)}. Add the key that "
                "sealed them to CREDENTIALS_KEYS, after the first, or enter them again (a second "
                "factor: remove it, so that its owner sets up a new one).",
                returncode=1,
            )
