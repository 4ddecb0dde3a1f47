from __future__ import annotations

import errno
import signal
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving
from connectors.sandbox.tokens import Refusal
from sync.management.stand_ins import CLIENT, StandIns

#: app -> the personal token or API key of the account that is made where there is none. They open
#: nothing but the stand-ins on this machine.
TOKENS: Mapping[str, str] = {
    "contactually": "sandbox-contactually-token",
    "google": "sandbox-google-token",
    "ghost": f"{'5a4d3b0c' * 3}:{'5a4d3b0c' * 8}",
    "mailchimp": "5a4d3b0c5a4d3b0c5a4d3b0c5a4d3b0c-us6",
}
OWNER = ("robin@harbour-homes.example", "Robin Peeters")


class Command(BaseCommand):
    help = (
        "Stand-ins of the apps (Contactually, Ghost, Google Contacts, Mailchimp) on this machine, "
        "for trying things out: their APIs, the pages on which people sign in and edit contacts, "
        "and a page that tells how to make them fail. Prints what to put into .env and serves "
        "until Ctrl-C. What people enter there lives in var/sandbox.sqlite3."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=int, default=8020, help="where they are served (default 8020)"
        )

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "The stand-ins are for trying things out only: nothing in them is real, and "
                "anybody may sign in. They need DEBUG=on."
            )
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        with closing(Sandbox(Path(settings.VAR_DIR) / "sandbox.sqlite3")) as sandbox:
            self._serve(sandbox, port, stop)
        self._say("The stand-ins have stopped.")

    def _serve(self, sandbox: Sandbox, port: int, stop: Event) -> None:
        try:
            with serving(sandbox, port) as server:
                furnish(sandbox)
                self._say(_told(sandbox, server.url, server.server_port))
                stop.wait()
        except OverflowError:
            raise CommandError("A port is a number up to 65535.") from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise CommandError(
                f"Port {port} is in use. Choose another: sandbox --port {port + 1}"
            ) from None

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def furnish(sandbox: Sandbox) -> None:
    """An account in each app that has none, and this installation as a client of those that have
    a page on which people sign in."""
    for app, stand_in in sandbox.apps.items():
        if not stand_in.accounts.all():
            account = stand_in.open_account(*OWNER, TOKENS[app])
            if app == "mailchimp":
                stand_in.hands(account).add_audience("Newsletter")
        redirects = ["http://127.0.0.1:*", "http://localhost:*"]
        redirects += [f"{settings.PUBLIC_URL}/*"] if settings.PUBLIC_URL else []
        if stand_in.oauth:
            stand_in.oauth.register(*CLIENT, redirects, "Accord")


def _told(sandbox: Sandbox, url: str, port: int) -> str:
    lines = [f"The stand-ins of the apps are at {url}/", ""]
    for app, stand_in in sandbox.apps.items():
        lines.append(f"  {stand_in.label:16} {url}/{app}/")
        if _is_good(sandbox, app):
            lines.append(f"  {'':16} token of {OWNER[0]}: {TOKENS[app]}")
    places = StandIns(Path(settings.VAR_DIR), port).settings
    lines += ["", "Put this into .env, and the installation talks to them:", ""]
    lines += [f"{name}={value}" for name, value in sorted(places.items())]
    return "\n".join([*lines, "", "Ctrl-C stops them."])


def _is_good(sandbox: Sandbox, app: str) -> bool:
    try:
        sandbox.apps[app].tokens.account_of(TOKENS[app])
    except Refusal:
        return False
    return True
