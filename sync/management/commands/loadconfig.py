"""``manage.py loadconfig``: make accounts and connections what a file says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from rules.configuration.loading import Outcome, load
from rules.configuration.problems import ConfigurationError
from sync.effect import effect_of, in_sentences


class Command(BaseCommand):
    help = (
        "Make accounts and connections what a YAML file says. Either everything in the file is "
        "loaded or, when anything is wrong, nothing. Loading it again changes nothing, and what "
        "it does not name is left alone. README.md describes the file."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the YAML file")
        parser.add_argument(
            "--check",
            action="store_true",
            help="only say what would change, and what the next run would then do to contacts, "
            "as they were last read; what the apps offer is asked all the same",
        )

    def handle(self, *args: Any, file: str, check: bool, **options: Any) -> None:
        try:
            text = Path(file).read_text(encoding="utf-8-sig")
        except OSError as error:
            raise CommandError(
                f"{file}: cannot be read: {error.strerror}.", returncode=2
            ) from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{file}: is not a text in UTF-8.", returncode=2) from error
        try:
            outcome = load(text, settings.SECRETS_IN_ENVIRONMENT, check=check, source=file)
        except ConfigurationError as error:
            lines = [f"{file}:{problem}" for problem in error.problems]
            raise CommandError("\n".join([*lines, "Nothing was loaded."]), returncode=2) from error
        for warning in outcome.warnings:
            self.stderr.write(f"{file}:{warning}")
        for change in outcome.changes:
            self.stdout.write(change)
        if not outcome.changes:
            self.stdout.write("Everything is like that already.")
        elif check:
            self._show_effect(outcome)
            self.stdout.write("That is what would change. Nothing was stored.")

    def _show_effect(self, outcome: Outcome) -> None:
        for connection, setup in outcome.setups:
            effect = effect_of(connection, setup, timezone.now())
            for line in in_sentences(connection, effect):
                self.stdout.write(line)
