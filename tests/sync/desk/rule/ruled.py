"""Rules as pages are asked for them."""

from __future__ import annotations

from collections.abc import Sequence
from html import unescape
from typing import Any

from django.test import Client
from django.urls import reverse

from connections.models import Connection
from rules.configuration.wishes import stored_rules
from rules.editing import Edit, WrittenAction, WrittenCondition, WrittenRule, judged, keep
from rules.models import Revision, Rule
from tests.sync.desk.rule.filled import posted_by

FRIENDS = WrittenRule(
    "Friends",
    "a",
    (WrittenCondition("tag", "has", "Friend"),),
    (WrittenAction("add tag", "VIP"),),
    undo=True,
)
EVERYTHING = WrittenRule("All of news", "b")


def keep_rules(connection: Connection, *rules: WrittenRule) -> None:
    """These are its rules, without a history."""
    verdict = judged(connection, Edit(rules=rules))
    assert not verdict.errors, verdict.errors
    keep(verdict, None)
    Revision.objects.all().delete()


def stored(connection: Connection, name: str) -> WrittenRule:
    return next(rule for rule in stored_rules(connection) if rule.name == name)


def page_of(name: str) -> str:
    return reverse("admin:rules_rule_change", args=[Rule.objects.get(name=name).pk])


def page_of_new(connection: Connection, side: str = "a") -> str:
    return f"{reverse('admin:rules_rule_add')}?connection={connection.pk}&side={side}"


def rules_of(connection: Connection) -> str:
    return reverse("admin:connection_rules", args=[connection.pk])


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return " ".join(unescape(answer.content.decode()).split())


def filled_in(client: Client, page: str) -> dict[str, Any]:
    """What would be posted if nothing were changed."""
    return posted_by(client.get(page).content.decode(), "rule")


def posted_again(answer: Any) -> dict[str, Any]:
    """The same of a page that is shown as the answer to a POST."""
    return posted_by(answer.content.decode(), "rule")


def rows(part: str, *entered: dict[str, Any]) -> dict[str, Any]:
    """What would be posted of these rows: ``value``, or ``lines`` or ``among`` where the control
    asks for several."""
    data = {f"{part}-TOTAL_FORMS": len(entered), f"{part}-INITIAL_FORMS": 0}
    for number, row in enumerate(entered):
        data |= {f"{part}-{number}-{name}": value for name, value in row.items()}
    return data


def entry(
    name: str,
    conditions: Sequence[dict[str, Any]] = (),
    actions: Sequence[dict[str, Any]] = (),
    **more: Any,
) -> dict[str, Any]:
    """What would be posted of a new rule that is on."""
    return {"name": name, "on": "on", **rows("if", *conditions), **rows("then", *actions), **more}


def changed(data: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Where rows of a part are among the ``changes``, they are all that there are of it."""
    anew = tuple(name.partition("-")[0] + "-" for name in changes if "-TOTAL_FORMS" in name)
    left = {name: value for name, value in data.items() if not name.startswith(anew or "-")}
    return left | {name: value for name, value in changes.items() if value is not None}
