"""``manage.py forget``: drops what is older than it has to be kept."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sync.host import this_process
from sync.watch.retention import forget


class Command(BaseCommand):
    help = (
        "Drop runs and the steps of the audit log that are older than so many days, and what is "
        "still known of contacts that never had a counterpart and are gone from their app for so "
        "long. Pairs, effects, and writes whose outcome is not known stay, however old they are. "
        "A run whose steps were dropped cannot be undone any more. The worker does it by itself; "
        "it may be stopped at any moment and goes on the next time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        usual = settings.RETENTION_DAYS
        parser.add_argument(
            "--days",
            type=int,
            default=usual,
            metavar="N",
            help=f"keep what is younger (RETENTION_DAYS: {usual or 'for ever'})",
        )

    def handle(self, *args: Any, days: int, **options: Any) -> None:
        if days < 0:
            raise CommandError("Give a number of days, or 0 to keep everything.", returncode=2)
        self.stdout.write(f"Dropped {forget(days, this_process())}.")
