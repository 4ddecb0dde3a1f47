"""Answers of apps that are not what an app says: the connector's own errors, or contacts."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.fuzzing.conftest import Chances
from tests.fuzzing.exercise import exercise
from tests.fuzzing.homes import HOMES, Home
from tests.fuzzing.lies import Liar, Told, corpus, told_by

_STATUSES = (200, 200, 200, 200, 200, 200, 201, 204, 207, 301, 302, 307, 400, 401, 403, 404, 405,
             409, 410, 412, 413, 415, 422, 423, 429, 500, 502, 503, 504, 507, 999)  # fmt: skip
_HEADERS = {
    "Retry-After": ("²", "-1", "1e9", "9" * 400, "nan", "Mon, 99 Foo 2026", "0", "\xff",
                    "Fri, 31 Dec 9999 23:59:59 -9999", "Fri, 31 Dec 9999 23:59:59 GMT"),
    "Location": ("http://[", "//", "http://a:b/", "http://a:99999/", "", "\xff", "http:///x",
                 "javascript:1", "http://books.example/\x00", "/" * 3000, "http://@/", "?"),
    "WWW-Authenticate": ("Digest", 'Digest realm="x", nonce="²", qop="auth"', "Basic", "\xff",
                         'Digest nonce="n", algorithm=sha-512-256-sess, realm=""', "Bearer " * 99),
    "ETag": ("", '"', "W/", '"\xff"', '"' + "e" * 9000 + '"', '"a", "b"'),
    "Content-Type": ("text/html", "", "application/json; charset=nothing", "\xff"),
    "Content-Encoding": ("gzip", "nothing", "deflate", "br"),
}  # fmt: skip


def liar(home: Home, chance: random.Random) -> Liar:
    """One answer of many is a lie; now and then each answer to the same request is."""
    share, sticky = chance.choice((0.05, 0.2, 0.5)), chance.random() < 0.15
    kept: dict[tuple[str, str], Told] = {}

    def lie(method: str, path: str, true: Told) -> Told | None:
        if (method, path) in kept:
            return kept[method, path]
        if chance.random() >= share:
            return None
        told = _told(home, true, chance)
        if sticky:
            kept[method, path] = told
        return told

    return lie


def _told(home: Home, true: Told, chance: random.Random) -> Told:
    status, headers, body = true.status, dict(true.headers), true.body
    roll = chance.random()
    if roll < 0.2:
        status = chance.choice(_STATUSES)
    if roll < 0.1 or roll > 0.93:
        name = chance.choice(list(_HEADERS))
        headers = {k: v for k, v in headers.items() if k.lower() != name.lower()}
        headers[name] = chance.choice(_HEADERS[name])
        if name == "WWW-Authenticate":
            status = 401
        elif name == "Location":
            status = chance.choice((301, 307, 308))
        elif name == "Retry-After":
            status = chance.choice((429, 503))
    if 0.1 < roll < 0.93:
        body = home.spoilt(true, chance)
    headers = {k: v for k, v in headers.items() if k.lower() != "content-length"}
    return Told(status, headers, body)


@pytest.mark.parametrize("app", sorted(HOMES))
def test_answers_spoilt_by_chance(app: str, chances: Chances, tmp_path: Path) -> None:
    for seed, chance in chances(60):
        home = HOMES[app](tmp_path)
        home.between.begin(liar(home, chance))
        try:
            exercise(home)
        except BaseException as error:
            error.add_note(f"seed {seed}; for the corpus:\n{home.between.as_corpus()}")
            raise


@pytest.mark.parametrize(
    "app, file",
    [pytest.param(app, file, id=f"{app}-{file.stem}") for app in HOMES for file in corpus(app)],
)
def test_answers_of_the_corpus(app: str, file: Path, tmp_path: Path) -> None:
    home = HOMES[app](tmp_path)
    home.between.begin(told_by(file))
    exercise(home)
    assert home.between.lies
