from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from connections.models import Connection
from connectors.errors import Refused, TryAgain
from connectors.memory.app import quiet
from sync.models import Run
from sync.queue import ask_for_run
from tests.sync.conftest import Pair, PickyApp, connect, person


def sync(*arguments: str) -> tuple[int, str]:
    """Exit status and what was printed."""
    out = io.StringIO()
    try:
        call_command("sync", *arguments, stdout=out, stderr=io.StringIO())
    except SystemExit as exit:
        return int(exit.code or 0), out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def answers(*arguments: str) -> tuple[int, list[dict[str, Any]]]:
    status, text = sync(*arguments, "--json")
    return status, [json.loads(line) for line in text.splitlines()]


ONE_SIDE = {"requests": 1, "created": 0, "updated": 0, "marked": 0}
KEYS = [
    "connection", "run", "kind", "state", "why", "a", "b", "linked", "conflicts", "in_sync",
    "excluded", "duplicates", "to_review", "failed", "deleted_opposite", "apart", "seconds",
]  # fmt: skip


def test_the_json_answer_has_the_shape_of_the_contract(pair: Pair) -> None:
    pair.a.add(person("Ann", "ann@x.org", company="Ajax"))
    pair.b.add(person("Ann", "ann@x.org", company="Beta"))
    pair.a.add(person("Bob", "bob@x.org"))
    pair.a.add(person("Bob Two", "bob@x.org"))
    pair.a.add(person("Eve"))
    status, [answer] = answers("pair")
    assert status == 0
    assert sorted(answer) == sorted(KEYS)
    assert isinstance(answer.pop("seconds"), float)
    run = Run.objects.get()
    assert answer == {
        "connection": "pair", "run": run.pk, "kind": "sync", "state": "done", "why": None,
        "a": ONE_SIDE,
        "b": {"requests": 2, "created": 1, "updated": 1, "marked": 0},
        "linked": 1, "conflicts": 1, "in_sync": 2, "excluded": {"no e-mail": 1},
        "duplicates": 1, "to_review": 0, "failed": {}, "deleted_opposite": 0, "apart": 0,
    }  # fmt: skip


def test_a_preview_answers_the_same_and_writes_nothing(pair: Pair) -> None:
    pair.a.add(person("Ann", "ann@x.org"))
    status, [answer] = answers("pair", "--preview")
    assert (status, answer["kind"], answer["state"], answer["in_sync"]) == (0, "preview", "done", 1)
    assert answer["b"] == {"requests": 1, "created": 1, "updated": 0, "marked": 0}
    assert pair.shown("b") == []


def test_status_1_some_contacts_failed(pair: Pair) -> None:
    pair.a.add(person("Bad", "bad@x.org"))
    pair.b.errors["Bad"] = Refused("Not this one.")
    status, [answer] = answers("pair")
    assert (status, answer["state"], answer["failed"]) == (1, "done", {"refused": 1})


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("paused", "pair is paused. Nothing is written until `resume pair`."),
        ("draft", "pair is a draft. Look at its preview, then start it with --approve."),
    ],
)
def test_status_2_paused_or_draft(pair: Pair, state: str, why: str) -> None:
    Connection.objects.update(state=state)
    status, [answer] = answers("pair")
    assert (status, answer["state"], answer["why"]) == (2, "refused", why)
    assert sorted(answer) == sorted(KEYS)


def test_status_2_held_until_approved(pair: Pair) -> None:
    pair.a.add(person("Ann", "ann@x.org"))
    sync("pair")
    pair.b.remove(next(iter(pair.b.contacts())))
    status, [answer] = answers("pair")
    assert (status, answer["state"]) == (2, "held")
    status, [answer] = answers("pair", "--approve")
    assert (status, answer["state"], answer["deleted_opposite"]) == (0, "done", 1)


def test_status_2_an_app_that_does_not_answer(pair: Pair) -> None:
    def failing(moment: str, call: str) -> None:
        raise TryAgain("The app is down.")

    pair.b.interrupt = failing
    status, [answer] = answers("pair")
    assert (status, answer["state"]) == (2, "failed")
    assert answer["why"] == "The app is down. It is tried again by itself."
    pair.b.interrupt = quiet
    assert answers("pair")[0] == 0


def test_status_3_another_run_is_under_way(pair: Pair) -> None:
    running = ask_for_run(pair.connection)
    Run.objects.filter(pk=running.pk).update(state=Run.State.RUNNING, owner=pair.host.owner)
    Run.objects.filter(pk=running.pk).update(alive_at=Run.objects.get().requested_at)
    status, [answer] = answers("pair")
    assert (status, answer["state"]) == (3, "busy")
    assert sorted(answer) == sorted(KEYS)


def test_with_several_connections_the_gravest_status_counts(
    pair: Pair, apps: dict[str, PickyApp]
) -> None:
    connect("other", "one", "three")
    pair.a.add(person("Bad", "bad@x.org"))
    pair.b.errors["Bad"] = Refused("Not this one.")
    status, found = answers("pair", "other")
    assert (status, [answer["connection"] for answer in found]) == (1, ["pair", "other"])
    Connection.objects.filter(name="other").update(state="paused")
    assert answers("pair", "other")[0] == 2
    status, found = answers("--all")
    assert (status, [answer["connection"] for answer in found]) == (1, ["pair"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Name one or more connections, or give --all."),
        (("pair", "--all"), "Name one or more connections, or give --all."),
        (("nobody",), "There is no connection nobody. There is: pair."),
    ],
)
def test_status_2_when_it_is_not_clear_what_is_meant(
    pair: Pair, arguments: tuple[str, ...], message: str
) -> None:
    assert sync(*arguments) == (2, message)


def test_one_contact_only(pair: Pair) -> None:
    pair.a.add(person("Ann", "ann@x.org"))
    pair.a.add(person("Bob", "bob@x.org"))
    assert sync("pair", "--contact", "ann@x.org")[0] == 0
    assert pair.shown("b") == ["Ann"]
    status, [answer] = answers("pair", "--contact", "nobody@x.org")
    assert (status, answer["state"]) == (2, "refused")


def test_sentences_for_people(pair: Pair) -> None:
    pair.a.add(person("Ann", "ann@x.org"))
    pair.a.add(person("Eve"))
    assert sync("pair", "--preview")[1].splitlines() == [
        "pair: a preview; nothing was written. It would do:",
        "  A (one · Contacts): 0 created, 0 updated; 1 request",
        "  B (two · Contacts): 1 created, 0 updated; 1 request",
        "  Then 1 in sync, 1 excluded (no e-mail).",
    ]
    assert sync("pair")[1].splitlines() == [
        "pair: done.",
        "  A (one · Contacts): 0 created, 0 updated; 1 request",
        "  B (two · Contacts): 1 created, 0 updated; 2 requests",
        "  1 in sync, 1 excluded (no e-mail).",
    ]
