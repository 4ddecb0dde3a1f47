"""The connector at a real Ghost: ``python -m tests.connectors.ghost`` (it is no part of the suite,
since an installation takes minutes and half a gigabyte)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.connector import World
from connectors.ghost.connector import Ghost
from connectors.ghost.key import Key
from tests.connectors.ghost.people import GhostPartner
from tests.connectors.ghost.server import FOLDER, GhostServer
from tests.connectors.ghost.test_conformance import GhostConformance


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GhostServer]:
    with GhostServer(Path(os.environ[FOLDER]), tmp_path_factory.mktemp("ghost")) as running:
        yield running


class ByApi:
    """Ghost's own admin speaks the same API, and so do these hands."""

    def __init__(self, server: GhostServer) -> None:
        self._server = server
        self._key = Key(server.key, lambda: datetime.now(UTC))

    def add(self, record: Mapping[str, Any]) -> str:
        return str(self._call("POST", "/members/", {"members": [record]})["members"][0]["id"])

    def edit(self, id: str, changes: Mapping[str, Any]) -> None:
        self._call("PUT", f"/members/{id}/", {"members": [changes]})

    def get(self, id: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._call("GET", f"/members/{id}/")["members"][0]
        return found

    def delete(self, id: str) -> None:
        self._call("DELETE", f"/members/{id}/")

    def unsubscribe(self, id: str) -> None:
        """As the link in a mail does it, without any key but the member's."""
        url = self.get(id)["unsubscribe_url"].replace(
            "/unsubscribe/", "/members/api/member/newsletters/"
        )
        answer = requests.put(url, json={"newsletters": []}, timeout=20)
        assert answer.ok, answer.text

    def remove_label(self, name: str) -> None:
        labels = self._call("GET", "/labels/?limit=100")["labels"]
        (id,) = [label["id"] for label in labels if label["name"] == name]
        self._call("DELETE", f"/labels/{id}/")

    def empty(self) -> None:
        self._call("DELETE", "/members/?all=true")
        for label in self._call("GET", "/labels/?limit=100")["labels"]:
            self._call("DELETE", f"/labels/{label['id']}/")

    def _call(self, method: str, path: str, body: object = None) -> Any:
        answer = requests.request(
            method,
            f"{self._server.url}/ghost/api/admin{path}",
            json=body,
            headers={"Authorization": self._key.header(method, path)},
            timeout=60,
        )
        assert answer.ok, answer.text
        return answer.json() if answer.content else None


class RealPartner(GhostPartner):
    """The one site, emptied. Time passes by itself."""

    def __init__(self, server: GhostServer, var: Path) -> None:
        self._server = server
        self._world = World(lambda: datetime.now(UTC), time.sleep, var, allow_private=True)
        self.hands = ByApi(server)
        self.hands.empty()

    def connector(self) -> Ghost:
        return Ghost({"url": self._server.url, "admin_api_key": self._server.key}, self._world)


class TestRealGhost(GhostConformance):
    @pytest.fixture
    def partner(self, server: GhostServer, tmp_path: Path) -> RealPartner:
        return RealPartner(server, tmp_path)
