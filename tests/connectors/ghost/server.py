"""A real Ghost on this machine, with one site, one owner and the key of one integration.

``python -m tests.connectors.ghost`` installs it and runs the tests against it; it takes some
minutes and half a gigabyte, so that no other run does.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import requests

from tests.ports import free_port

VERSION = "5.130.6"
#: Set by the command: where it is installed.
FOLDER = "GHOST_FOLDER"
OWNER = {"name": "Olive Owner", "email": "owner@people.example", "password": "thirteen-lemons-13"}


def install(folder: Path) -> None:
    """Unless it is there. The package as published cannot be installed by its name: one of its
    development dependencies is not in the registry."""
    package = folder / "package"
    if (package / "node_modules" / "sqlite3" / "build").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    _run(["npm", "pack", f"ghost@{VERSION}"], folder)
    _run(["tar", "xzf", f"ghost-{VERSION}.tgz"], folder)
    described = json.loads((package / "package.json").read_text())
    described.pop("devDependencies", None)
    (package / "package.json").write_text(json.dumps(described, indent=2))
    _run(["npm", "install", "--legacy-peer-deps", "--no-audit", "--no-fund"], package)


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True)


class GhostServer:
    """``folder``: where it was installed. ``var``: what it may write to."""

    def __init__(self, folder: Path, var: Path) -> None:
        self._package = folder / "package"
        self._var = var
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.key = ""
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> GhostServer:
        content = self._var / "content"
        shutil.copytree(self._package / "content", content)
        for name in ("data", "images", "files", "media", "logs", "settings", "public", "adapters"):
            (content / name).mkdir(exist_ok=True)
        self._place.write_text(json.dumps(self._configuration(content)))
        with (self._var / "ghost.log").open("wb") as log:
            self._process = subprocess.Popen(
                ["node", "index.js"],
                cwd=self._package,
                env={**os.environ, "NODE_ENV": "development"},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait()
            self._set_up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(30)
        self._place.unlink(missing_ok=True)

    @property
    def _place(self) -> Path:
        """Read from the folder that it is started in."""
        return self._package / "config.development.json"

    @property
    def database(self) -> Path:
        return self._var / "content" / "data" / "ghost.db"

    def _configuration(self, content: Path) -> dict[str, Any]:
        return {
            "url": self.url,
            "server": {"host": "127.0.0.1", "port": self.port},
            "database": {
                "client": "sqlite3",
                "connection": {"filename": str(self.database)},
                "useNullAsDefault": True,
            },
            "mail": {"transport": "stub"},
            "paths": {"contentPath": str(content)},
            "privacy": {
                "useUpdateCheck": False,
                "useGravatar": False,
                "useRpcPing": False,
                "useStructuredData": False,
            },
            "logging": {"level": "error", "transports": ["stdout"]},
        }

    def _wait(self) -> None:
        for _ in range(600):
            assert self._process and self._process.poll() is None, self._log()
            try:
                if requests.get(f"{self.url}/ghost/api/admin/site/", timeout=5).ok:
                    return
            except requests.ConnectionError:
                pass
            time.sleep(0.2)
        raise AssertionError(f"Ghost does not answer. {self._log()}")

    def _set_up(self) -> None:
        """The owner, and the key of an integration that is there from the start."""
        body = {"setup": [{**OWNER, "blogTitle": "Harbour"}]}
        url = f"{self.url}/ghost/api/admin/authentication/setup/"
        answer = requests.post(url, json=body, timeout=60)
        assert answer.ok, answer.text
        with closing(sqlite3.connect(self.database)) as database:
            ((id, secret),) = database.execute(
                "SELECT api_keys.id, secret FROM api_keys JOIN integrations "
                "ON integrations.id = integration_id "
                "WHERE api_keys.type = 'admin' AND slug = 'zapier'"
            ).fetchall()
        self.key = f"{id}:{secret}"

    def _log(self) -> str:
        return (self._var / "ghost.log").read_text()[-2000:]
