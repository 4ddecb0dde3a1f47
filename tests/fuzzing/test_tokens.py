"""What a token endpoint answers, spoilt: a token, or an error by its remedy."""

from __future__ import annotations

import io
import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from urllib3 import HTTPResponse

from connectors import registry
from connectors.connector import World
from connectors.errors import AppError
from connectors.tokens import TokenEndpoint, kept, token_of
from tests.fuzzing.conftest import Chances
from tests.fuzzing.lies import corpus
from tests.fuzzing.spoiling import spoilt, spoilt_bytes

_NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
_TRUE: dict[str, Any] = {
    "access_token": "ya29.a0",
    "expires_in": 3599,
    "refresh_token": "1//03",
    "refresh_token_expires_in": 604799,
    "scope": "https://www.googleapis.com/auth/contacts openid",
    "token_type": "Bearer",
}
_REFUSED = {"error": "invalid_grant", "error_description": "Token has been revoked."}


class _Endpoint:
    def __init__(self, status: int, body: bytes) -> None:
        self._answer = status, body

    def urlopen(self, method: str, url: str, **options: Any) -> HTTPResponse:
        status, body = self._answer
        return HTTPResponse(io.BytesIO(body), {}, status, preload_content=False)


def tokens_hold(status: int, body: bytes, tmp_path: Path) -> None:
    wires = {"https://tokens.example:443": _Endpoint(status, body)}
    world = World(lambda: _NOW, lambda seconds: None, tmp_path, wires=wires)
    endpoint = TokenEndpoint(world, "https://tokens.example/token", "id", "secret")
    for ask in (
        lambda: endpoint.renew("refresh"),
        lambda: endpoint.exchange("code", "https://here.example/back", ""),
    ):
        try:
            told = ask()
        except AppError as fault:
            assert str(fault)
            continue
        found = kept(told, _NOW)
        assert all(isinstance(value, str) for value in found.values())
        assert token_of(found).access
        for app in registry.APPS:
            _door_holds(app, told, world)


def _door_holds(app: str, told: Any, world: World) -> None:
    door = registry.door(app)
    if door is not None:
        try:
            granted = door(world).granted(told, _NOW)
        except AppError:
            return
        credentials = {**granted.credentials, **granted.renewed}
        assert all(isinstance(value, str) for value in credentials.values())


def _spoilt(chance: random.Random) -> tuple[int, bytes]:
    status, true = chance.choice(((200, _TRUE), (200, _TRUE), (400, _REFUSED), (401, _REFUSED)))
    body = json.dumps(spoilt(true, chance)).encode()
    return status, spoilt_bytes(body, chance) if chance.random() < 0.2 else body


def test_tokens_spoilt_by_chance(chances: Chances, tmp_path: Path) -> None:
    for seed, chance in chances(200):
        status, body = _spoilt(chance)
        try:
            tokens_hold(status, body, tmp_path)
        except Exception as error:
            error.add_note(f"seed {seed}; for the corpus, with status {status}: {body!r}")
            raise


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("file", corpus("tokens"), ids=lambda file: file.stem)
def test_tokens_of_the_corpus(file: Path, status: int, tmp_path: Path) -> None:
    tokens_hold(status, file.read_bytes(), tmp_path)
