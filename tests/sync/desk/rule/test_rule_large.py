"""Large apps and many rules: no more queries, and no page of megabytes."""

from __future__ import annotations

from typing import Any

from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connections.catalogues import catalogue_to_json
from connections.models import Connection
from connectors.connector import Catalogue
from connectors.fields import Field
from rules.editing import WrittenAction, WrittenCondition, WrittenRule
from tests.sync.desk.rule.ruled import (
    filled_in,
    keep_rules,
    page_of,
    stored,
)


def test_a_thousand_tags_and_two_hundred_fields_cost_no_more_queries_and_are_sent_once(
    desk: Client, varied: Connection
) -> None:
    def rule(rows: int) -> WrittenRule:
        return WrittenRule(
            "Many",
            "a",
            tuple(
                condition
                for place in range(rows)
                for condition in (
                    WrittenCondition("tag", "has", f"t{place}"),
                    WrittenCondition("field", "is", "x", "company"),
                )
            ),
            tuple(WrittenAction("add tag", f"u{place}") for place in range(rows)),
        )

    keep_rules(varied, rule(1))
    few, _ = _cost(desk, page_of("Many"))
    _enlarge(varied.a)
    _enlarge(varied.b)
    keep_rules(varied, rule(6), *(WrittenRule(f"r{number}", "b") for number in range(20)))
    many, page = _cost(desk, page_of("Many"))
    assert many == few
    assert page.count("<option>Tag 7</option>") == 2, "once for each side"
    assert len(page) < 400_000


def _enlarge(container: Any) -> None:
    fields = (Field("company", "Company"), Field("emails", "E-mails", many=True))
    own = (Field(f"custom:f{number}", f"Own field {number}") for number in range(200))
    tags = tuple(f"Tag {number}" for number in range(1000))
    large = Catalogue((*fields, *own), {"tag": tags})
    container.catalogue_data = catalogue_to_json(large)
    container.save()


def test_one_of_thirty_rules_of_three_and_three_is_changed(
    desk: Client, varied: Connection
) -> None:
    rules = [
        WrittenRule(
            f"rule {number}",
            "a",
            tuple(WrittenCondition("tag", "has", f"t{place}") for place in range(3)),
            tuple(WrittenAction("add tag", f"u{number}-{place}") for place in range(3)),
        )
        for number in range(30)
    ]
    keep_rules(varied, rules[0])
    few, _ = _cost(desk, page_of("rule 0"))
    keep_rules(varied, *rules)
    many, _ = _cost(desk, page_of("rule 15"))
    assert many == few
    data = filled_in(desk, page_of("rule 15")) | {"if-1-value": "changed"}
    assert desk.post(page_of("rule 15"), data).status_code == 302
    changed = stored(varied, "rule 15")
    assert [each.value for each in changed.conditions] == ["t0", "changed", "t2"]
    others = [rule for rule in rules if rule.name != "rule 15"]
    assert all(stored(varied, rule.name) == rule for rule in others)


def _cost(client: Client, page: str) -> tuple[int, str]:
    client.get(page)
    with CaptureQueriesContext(database) as queries:
        answer = client.get(page)
    return len(queries), answer.content.decode()
