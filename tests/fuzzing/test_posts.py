"""What is posted to us, spoilt: whatever it is is answered, and only what is signed is noted."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import RequestFactory
from django.utils import timezone

from connections.models import Account, Connection, Container, Hook
from connections.vault import seal
from connectors.sandbox.mailchimp.hooks import signature
from sync.desk.hooked import hooked
from sync.models import Planned
from tests.fuzzing.conftest import Chances
from tests.fuzzing.lies import corpus
from tests.fuzzing.spoiling import ODD_TEXTS, spoilt, spoilt_bytes
from tests.sync.watch.every_table import places_of

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite_only]

SECRET, SIGNING = "what-only-the-app-knows", "of signatures"
#: In the posts, and nowhere else.
PLANTED = "zebulon"
TRUE: dict[str, Any] = {
    "type": "upemail",
    "fired_at": "2026-11-23 09:00:00",
    "data[list_id]": "a6b5da1054",
    "data[new_email]": f"{PLANTED}@example.org",
    "data[merges][FNAME]": PLANTED,
}


@pytest.fixture
def hook() -> Hook:
    account = Account.objects.create(name="news", app="mailchimp")
    places = [Container.objects.create(account=account, remote_id=x, name=x) for x in "ab"]
    made = Connection.objects.create(name="pair", a=places[0], b=places[1], state="active")
    Planned.objects.create(connection=made)
    return Hook.objects.create(
        container=places[0],
        digest=hashlib.sha256(SECRET.encode()).hexdigest(),
        sealed=seal({"secret": SIGNING}),
    )


def posts_hold(hook: Hook, secret: str, headers: dict[str, str], body: bytes) -> None:
    now = timezone.now()
    signed = signature(SIGNING, body, now)
    is_true = headers.get("X-Mailchimp-Signature") == "true"
    if is_true:
        headers = {**headers, "X-Mailchimp-Signature": signed}
    asked = RequestFactory().generic(
        "POST", f"/hooks/{quote(secret, errors='replace')}/", body, headers=headers
    )
    if "Content-Length" in headers:
        asked.META["CONTENT_LENGTH"] = headers["Content-Length"]
    Planned.objects.update(told_at=None)
    try:
        status = hooked(asked, secret).status_code
    except Exception as error:
        assert type(error).__name__ == "Http404", error
        status = 404
    noted = Planned.objects.get().told_at is not None
    assert status in {200, 400, 403, 404, 413}
    if secret != SECRET:
        assert status == 404
    assert noted <= (secret == SECRET and is_true)
    assert places_of([PLANTED]) == set()


def _spoilt(chance: random.Random) -> tuple[str, dict[str, str], bytes]:
    data = spoilt(TRUE, chance) if chance.random() < 0.8 else TRUE
    pairs = data if isinstance(data, dict) else {"type": str(data)}
    texts = {str(key): str(value) for key, value in pairs.items()}
    body = urlencode(texts, errors="replace").encode()
    if chance.random() < 0.3:
        body = spoilt_bytes(body, chance)
    secret = SECRET if chance.random() < 0.8 else SECRET + chance.choice(ODD_TEXTS)
    odd = chance.choice([text for text in ODD_TEXTS if text.isprintable()])
    header = "true" if chance.random() < 0.5 else f"t={odd},v1={odd}"
    headers = {"X-Mailchimp-Signature": header}
    if chance.random() < 0.2:
        headers["Content-Length"] = chance.choice((odd, "-1", "9" * 30, "65537", "²"))
    return secret, headers, body


def test_posts_spoilt_by_chance(chances: Chances, hook: Hook) -> None:
    for seed, chance in chances(60):
        secret, headers, body = _spoilt(chance)
        try:
            posts_hold(hook, secret, headers, body)
        except Exception as error:
            told = {"secret": secret, "headers": headers, "body": body.decode("latin-1")}
            error.add_note(f"seed {seed}; for the corpus: {json.dumps(told)}")
            raise


@pytest.mark.parametrize("file", corpus("posts"), ids=lambda file: file.stem)
def test_posts_of_the_corpus(file: Path, hook: Hook) -> None:
    told = json.loads(file.read_bytes())
    posts_hold(hook, told["secret"], told["headers"], told["body"].encode("latin-1"))
