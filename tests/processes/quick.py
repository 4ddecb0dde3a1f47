"""The product's settings, with turns at an account that are over after a batch."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS as INSTALLED


class QuickTurns(AppConfig):
    name = "tests.processes"
    label = "quick_turns"

    def ready(self) -> None:
        from sync import run  # noqa: PLC0415 - models come after the apps

        run.SLICE = timedelta(0)


INSTALLED_APPS = [*INSTALLED, "tests.processes.quick.QuickTurns"]
