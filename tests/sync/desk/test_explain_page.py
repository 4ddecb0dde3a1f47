"""The explanation of a contact on a page: as the command tells it, in tables."""

from __future__ import annotations

import json
import re
from html import unescape
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from connections.models import Connection, Record
from tests.query_plans import asked
from tests.sync.desk.conftest import container, person, synced
from tests.sync.desk.people.chains import come


@pytest.fixture
def ada(connection: Connection) -> Record:
    """In a; with rules that are true, false and unknown of her, and an effect."""
    for number, (name, field, value) in enumerate(
        [
            ("Nobles", "job_title", "Countess"),
            ("Engineers", "job_title", "Engineer"),
            ("Vanished", "custom:gone", "x"),
        ],
        10,
    ):
        rule = connection.rules.create(name=name, side="a", position=number)
        rule.conditions.create(kind="field", op="is", field=field, value=value)
    connection.rules.get(name="Nobles").actions.create(
        kind="set field", field="nickname", value="Noble"
    )
    connection.rules.create(name="Back", side="b", position=20, on=False)
    synced(connection)
    return Record.objects.get(container=connection.a, title="Ada")


def page(connection: Connection, record: Record) -> str:
    return reverse("admin:connection_explain", args=[connection.pk, record.pk])


def explained(client: Client, connection: Connection, record: Record) -> Any:
    answer = client.get(page(connection, record))
    assert answer.status_code == 200
    (told,) = answer.context["told"]
    return told


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())))


def command(connection: Connection, contact: str, *options: str) -> str:
    out = StringIO()
    call_command("explain", connection.name, contact, *options, stdout=out)
    return out.getvalue()


def test_what_the_page_says_is_what_the_command_says(
    desk: Client, connection: Connection, ada: Record
) -> None:
    told = json.loads(command(connection, f"a:{ada.remote_id}", "--json"))
    shown = explained(desk, connection, ada)
    words = {True: "true", False: "false", None: "unknown"}
    assert [
        (
            row.rule.name,
            row.word == "yes",
            [(x.sentence, x.actual, x.truth) for x in row.conditions],
        )
        for row in shown.rules
    ] == [
        (
            rule["name"],
            rule["matches"] and rule["on"],
            [(x["condition"], x["actual"], words[x["truth"]]) for x in rule["conditions"]],
        )
        for rule in told["rules"]
    ]
    truths = {x.truth for row in shown.rules for x in row.conditions}
    assert truths == {"true", "false", "unknown"}
    assert len(shown.effects) == len(told["effects"]) == 1
    assert [side.id for side in shown.sides] == [told[side]["id"] for side in "ab"]


def test_every_sentence_of_the_command_is_on_the_page(
    desk: Client, connection: Connection, ada: Record
) -> None:
    text = text_of(desk.get(page(connection, ada)))
    for line in command(connection, f"a:{ada.remote_id}").splitlines():
        for piece in pieces(line):
            assert piece.casefold() in text.casefold(), line


def pieces(line: str) -> list[str]:
    """What stands in one cell: conditions, values and places have several."""
    if found := re.fullmatch(r"\s+(true|false|unknown): (.*) \(it has: (.*)\)", line):
        return list(found.groups())
    if found := re.fullmatch(r"[AB] \((.*)\): (.*)", line):
        return list(found.groups())
    if re.fullmatch(r"  [A-Z][^:]*: .*", line):
        return [" ".join(part.split()) for part in line.split(": ", 1)]
    return [" ".join(line.split())] if line.strip() else []


def test_each_condition_is_a_row_with_what_the_contact_has(
    desk: Client, connection: Connection, ada: Record
) -> None:
    body = re.sub(r"\s+", " ", unescape(desk.get(page(connection, ada)).content.decode()))
    assert (
        '<td class="desk-words">Job title is Engineer</td><td data-side="It has">Countess</td>'
        '<td data-side="So it is"><span class="desk-state people-truth-false">false</span></td>'
    ) in body


def test_what_would_follow_from_another_value_is_shown_beside_what_the_app_shows(
    desk: Client, connection: Connection, ada: Record
) -> None:
    trial = reverse("admin:connection_try", args=[connection.pk])
    body = desk.get(page(connection, ada)).content.decode()
    assert f'action="{trial}"' in body and f'value="a:{ada.remote_id}"' in body
    typed = {"contact": f"a:{ada.remote_id}", "values": "job_title=Queen", "side": "a"}
    answer = desk.post(trial, typed)
    text = text_of(answer)
    assert "Change it in B Job title Countess → Queen" in text
    assert "Queen tried out; in the app: Countess" in text
    assert "as tried out" in text


def test_what_is_known_of_a_contact_that_is_gone_is_explained(
    desk: Client, connection: Connection, ada: Record
) -> None:
    Record.objects.filter(pk=ada.pk).update(gone_at=ada.first_seen_at)
    a, _ = explained(desk, connection, ada).sides
    assert a.note == "no longer there; as last known"


def test_a_contact_of_another_connection_is_not_explained_by_this_one(
    desk: Client, connection: Connection, ada: Record
) -> None:
    other = Connection.objects.create(name="other", a=container("x"), b=container("y"))
    assert desk.get(page(other, ada)).status_code == 404
    ada.pk = 10**6
    assert desk.get(page(connection, ada)).status_code == 404


def test_it_takes_as_many_queries_for_many_as_for_few_and_no_scan(
    desk: Client, connection: Connection, ada: Record
) -> None:
    def cost() -> int:
        with asked() as queries:
            explained(desk, connection, ada)
        assert queries.scans == {}
        return queries.number

    explained(desk, connection, ada)
    few = cost()
    come(connection.a, *(person(f"P{n}") for n in range(12)))
    synced(connection)
    assert cost() == few


def test_only_who_sees_people_is_told(viewer: Client, connection: Connection, ada: Record) -> None:
    assert viewer.get(page(connection, ada)).status_code == 403
    user = User.objects.get(username="viewer")
    user.user_permissions.add(Permission.objects.get(codename="see_people"))
    assert viewer.get(page(connection, ada)).status_code == 200
