"""The stand-ins of the apps (connectors.sandbox) beside this installation: their state in a file,
their address in the settings of every process."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from django.conf import settings

from connectors.sandbox.sandbox import Sandbox
from sync.management.serving import serving

#: By setting what follows the address that all of them are at.
_PLACES: Mapping[str, str] = {
    "CONTACTUALLY_API_URL": "contactually/v2",
    "CONTACTUALLY_AUTH_URL": "contactually/oauth2",
    "GOOGLE_API_URL": "google",
    "GOOGLE_AUTH_URL": "google/o/oauth2/v2/auth",
    "GOOGLE_TOKEN_URL": "google/token",
    "MAILCHIMP_API_URL": "mailchimp/3.0",
    "MAILCHIMP_AUTH_URL": "mailchimp/oauth2",
}
#: Nobody wants to wait for quotas when trying things out.
_QUOTAS = {
    "CONTACTUALLY_REQUESTS_PER_MINUTE": "0",
    "GOOGLE_READS_PER_MINUTE": "0",
    "GOOGLE_WRITES_PER_MINUTE": "0",
    "GOOGLE_LABEL_WRITES_PER_MINUTE": "0",
}
#: How this installation is registered at each of them: id and secret.
CLIENT = ("accord-sandbox", "sandbox-secret")


class StandIns:
    """``environment``: the file that tells other processes where they are (ENV_FILE)."""

    def __init__(self, var: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._port = port
        self._state = var / "sandbox.sqlite3"
        self._log = var / "sandbox.log"
        self.environment = var / "environment"

    @property
    def settings(self) -> dict[str, str]:
        places = {name: f"{self.url}/{place}" for name, place in _PLACES.items()}
        clients = {
            f"{app}_CLIENT_{word}": value
            for app in ("CONTACTUALLY", "GOOGLE", "MAILCHIMP")
            for word, value in zip(("ID", "SECRET"), CLIENT, strict=True)
        }
        return places | clients | _QUOTAS

    @contextmanager
    def by_hand(self) -> Iterator[Sandbox]:
        """The apps as people have them before them, whether they are served just now or not."""
        with closing(Sandbox(self._state)) as sandbox:
            yield sandbox

    @contextmanager
    def served(self) -> Iterator[None]:
        """This process and all that read ``environment`` find the stand-ins."""
        settings.CONNECTORS.update(self.settings)
        self._write_environment()
        command = [sys.executable, "-m", "django", "sandbox", "--port", str(self._port)]
        name, place = "The server of the stand-ins", str(settings.BASE_DIR)
        with serving(name, command, self._port, place, self._log):
            yield

    def _write_environment(self) -> None:
        """For ENV_FILE: with it every command works on what the demo made."""
        values = {"DEBUG": "on", "VAR_DIR": str(settings.VAR_DIR), **self.settings}
        lines = "".join(f"{name}={value}\n" for name, value in values.items())
        self.environment.write_text(lines)
