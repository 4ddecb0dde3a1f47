"""Pages of decisions in a test: two apps of a bench, what is posted, and what is carried out."""

from __future__ import annotations

import io
import json
import re
from typing import Any
from urllib.parse import urlencode

from django.core.management import call_command
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sync.models import Run
from sync.run import perform
from tests.stories.bench import Bench, person


def address(bench: Bench, name: str, **query: Any) -> str:
    url = reverse(f"admin:connection_{name}", args=[bench.connection().pk])
    return f"{url}?{urlencode(query)}" if query else url


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def carried_out(bench: Bench) -> Run:
    """The run that was asked for, by a worker, a minute later."""
    bench.wait(minutes=1)
    return perform(Run.objects.get(state="queued").pk, host=bench.host)


def command(*arguments: str) -> list[dict[str, Any]]:
    """What it answers as JSON, a line each."""
    out = io.StringIO()
    call_command(*arguments, "--json", stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def cards_of(answer: Any) -> list[Any]:
    return [card for group in answer.context["groups"] for card in group.cards]


def choice(answer: Any, name: str, label: str) -> str:
    """What a form of the page carries for this choice about the contact of this name."""
    [card] = [card for card in cards_of(answer) if card.name == name]
    found: str = next(x.value for x in card.choices if x.label.startswith(label))
    return found


def queries_of(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(database) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def ambiguous(bench: Bench, *names: str) -> None:
    """Of each name one in A, whose address two in B have, and neither the name."""
    for name in names:
        email = f"{name.lower()}@x.org"
        bench.a.add(person(name, email, company="Acme"))
        bench.b.add(person(f"Kim{name}", email, notes="of b"))
        bench.b.add(person(f"Zoe{name}", email))
