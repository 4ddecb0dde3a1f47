"""Whom somebody finds who begins to type a name, an address or a number."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from connections import mirror
from connections.finding import records_like
from connections.mirror import Sighting
from connections.models import Account, Container, Key, Record
from connections.name_parts import name_parts
from connectors.connector import Received
from connectors.contact import Contact, entries
from tests.query_plans import asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> None:
    """Over two accounts."""
    keep("one", "Zoë Dubois", emails=["zoe.dubois@exemple.be"], phones=["+32 2 555 12 12"])
    keep("one", "Pieter-Jan Van den Berghe", emails=["pj@example.be"])
    keep("two", "Dubois Étienne")
    keep("two", "Ann Marie van der Zoe", emails=["ann@example.be"])
    keep("two", "佐藤 花子")


def keep(account: str, name: str, emails: Sequence[str] = (), phones: Sequence[str] = ()) -> None:
    made, _ = Account.objects.get_or_create(name=account, app="memory")
    container, _ = Container.objects.get_or_create(account=made, remote_id="1")
    fields = {"full_name": name, "emails": entries(emails), "phones": entries(phones)}
    contact = Contact({key: value for key, value in fields.items() if value})
    mirror.absorb(container, [Sighting(Received(name, "1", contact))], timezone.now())
    container.save()


def found(text: str, most: int = 9) -> list[str]:
    names = dict(Record.objects.values_list("pk", "title"))
    return [names[pk] for pk in records_like(text, most)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Zoë", ["Zoë Dubois", "Ann Marie van der Zoe"]),
        ("zoe", ["Ann Marie van der Zoe", "Zoë Dubois"]),
        ("dubois", ["Dubois Étienne", "Zoë Dubois"]),
        ("  DUB ", ["Dubois Étienne", "Zoë Dubois"]),
        ("Van den B", ["Pieter-Jan Van den Berghe"]),
        ("etienne", ["Dubois Étienne"]),
        ("佐", ["佐藤 花子"]),
        ("花", ["佐藤 花子"]),
        ("pj@example.be", ["Pieter-Jan Van den Berghe"]),
        ("ANN@", ["Ann Marie van der Zoe"]),
        ("zoe.d", ["Zoë Dubois"]),
        ("+32 2 555 12 12", ["Zoë Dubois"]),
        ("+3225551212", ["Zoë Dubois"]),
    ],
)
def test_people_are_found_by_the_beginning(people: None, text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize("text", ["", "  ", "oe", "ubois", "example.be", "555 12 12", "%", "_"])
def test_nobody_is_found_by_another_part(people: None, text: str) -> None:
    assert found(text) == []


def test_no_more_are_given_than_asked_for(people: None) -> None:
    assert found("dubois", most=1) == ["Dubois Étienne"]


def test_it_takes_as_many_queries_for_many_as_for_few_and_no_scan(people: None) -> None:
    def cost() -> int:
        with asked() as queries:
            records_like("dubois", 5)
        assert queries.scans == {}
        return queries.number

    few = cost()
    for number in range(30):
        keep("two", f"Dubois {number}")
    assert cost() == few


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("", []),
        ("ann", []),
        ("zoë", ["zoe"]),
        ("ann marie", ["marie"]),
        ("josé de la fuente", ["jose de la fuente", "de la fuente", "la fuente", "fuente"]),
        ("a b c d e f g", ["b c d e f g", "c d e f g", "d e f g", "e f g", "f g"]),
    ],
)
def test_a_name_is_begun_with_one_of_its_first_words(name: str, parts: list[str]) -> None:
    assert list(name_parts(name)) == parts


def test_names_from_before_are_found_as_well(people: None) -> None:
    migration = importlib.import_module("connections.migrations.0009_finding")
    editor = SimpleNamespace(connection=connection)
    before = sorted(Key.objects.values_list("record_id", "kind", "value"))
    migration.drop_parts(apps, editor)
    assert found("etienne") == []
    migration.add_parts(apps, editor)
    assert sorted(Key.objects.values_list("record_id", "kind", "value")) == before


def test_a_search_within_names_would_be_told(people: None) -> None:
    """So that the tests which find none can find one."""
    with asked() as queries:
        list(Record.objects.filter(title__contains="bois"))
        list(Key.objects.order_by("record_id")[:5])
    assert len(queries.scans) >= 1
