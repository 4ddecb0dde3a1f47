from __future__ import annotations

import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sync.watch.supervise import Limits, supervise


class Command(BaseCommand):
    help = (
        "The background worker: carries out the connections that are due and the runs that "
        "people asked for, until it is stopped (Ctrl-C or SIGTERM). It watches its own "
        "processes and starts them anew when they stop to work. Several may run, on one "
        "machine or, with PostgreSQL, on many."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        usual = Limits()
        for name, text in (
            ("look", "seconds between two looks at what is due"),
            ("beat", "seconds between two heartbeats"),
            ("silence", "start the processes anew after so many seconds without a sign of work"),
            ("grace", "seconds that a stop waits for a run under way; then it is interrupted, "
                      "and the next run goes on where it was"),
        ):  # fmt: skip
            value = getattr(usual, name)
            parser.add_argument(
                f"--{name}",
                type=float,
                default=value,
                metavar="S",
                help=f"{text} (default {value:g})",
            )

    def handle(
        self, *args: Any, look: float, beat: float, silence: float, grace: float, **options: Any
    ) -> None:
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.stdout.write("The worker is running. Ctrl-C stops it.")
        self.stdout.flush()  # a journal is no terminal, and would be told at the end
        supervise(Limits(look, beat, silence, grace), stop)
        self.stdout.write("The worker has stopped.")
