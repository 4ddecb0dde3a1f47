"""The lines of a field mapping in the admin: the same is refused as in a configuration file, and
what has no place in the form (sub-values, what options are called) is kept."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from connections.catalogues import catalogue_to_json
from connections.models import Account, Connection, Container, FieldMapping
from connectors.connector import Catalogue
from connectors.fields import STANDARD, Field, FieldType

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

SIZE = FieldType.CHOICE
A = Catalogue(
    (
        *(STANDARD[name] for name in ("first_name", "last_name", "emails", "phones", "addresses")),
        Field("custom:Size", "Size", SIZE, options=("S", "L")),
        Field("custom:Colour", "Colour", SIZE, options=("S", "L")),
    )
)
B = Catalogue(
    (
        *(STANDARD[name] for name in ("full_name", "emails", "phones", "addresses")),
        Field("custom:Size", "Size", SIZE, options=("Small", "Large")),
        Field("custom:Text", "Text"),
        Field("custom:Mobile", "Mobile", FieldType.PHONE),
        Field("custom:Score", "Score", FieldType.NUMBER, writable=False),
    )
)
VALUES = {"S": "Small", "L": "Large"}
NEW = {"a": "", "arrow": "<->", "b": "", "on": "on", "winner": ""}


@dataclass
class Page:
    """The page of a connection with these lines, in an administrator's browser."""

    client: Client
    connection: Connection

    @property
    def address(self) -> str:
        return reverse("admin:connections_connection_change", args=[self.connection.pk])

    def line(self, a: str, b: str, arrow: str = "<->", **more: Any) -> FieldMapping:
        count = self.connection.mappings.count()
        return FieldMapping.objects.create(
            connection=self.connection, position=count, a=a, arrow=arrow, b=b, **more
        )

    def data(self) -> dict[str, Any]:
        """What a browser would send if nothing was changed."""
        context = self.client.get(self.address).context
        forms = [context["adminform"].form]
        for inline in context["inline_admin_formsets"]:
            forms += [inline.formset.management_form, *inline.formset.forms]
        values = {field.html_name: field.value() for form in forms for field in form}
        return {k: v for k, v in values.items() if v is not None and v is not False}

    def add(self, data: dict[str, Any], **line: str) -> None:
        number = int(data["mappings-TOTAL_FORMS"])
        data["mappings-TOTAL_FORMS"] = number + 1
        data |= {f"mappings-{number}-{name}": value for name, value in (NEW | line).items()}
        data[f"mappings-{number}-connection"] = self.connection.pk

    def save(self, data: dict[str, Any]) -> str:
        """What is said against it; "" when it is saved."""
        answer = self.client.post(self.address, data)
        if answer.status_code == 302:
            return ""
        return re.sub(r"\s+", " ", html.unescape(answer.content.decode()))

    def added(self, **line: str) -> str:
        data = self.data()
        self.add(data, **line)
        return self.save(data)

    def stored(self) -> list[str]:
        return [str(row) for row in self.connection.mappings.all()]


@pytest.fixture
def page(db: None) -> Page:
    sides = []
    for name, catalogue in (("one", A), ("two", B)):
        account = Account.objects.create(name=name, app="memory")
        sides.append(
            Container.objects.create(
                account=account,
                remote_id="contacts",
                name="Contacts",
                catalogue_data=catalogue_to_json(catalogue),
                catalogue_at="2026-11-23T09:00:00Z",
            )
        )
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return Page(client, Connection.objects.create(name="pair", a=sides[0], b=sides[1]))


def test_a_composed_name_and_sub_values_are_shown_and_saved_as_they_are(page: Page) -> None:
    page.line("full_name", "full_name")
    page.line("phones", "phones")
    page.line("phones.mobile", "custom:Mobile")
    before = page.stored()
    data = page.data()
    assert page.save(data | {"mappings-1-winner": "b"}) == ""
    assert page.stored() == before
    assert page.connection.mappings.get(a="phones").winner == "b"
    shown = page.client.get(page.address).content.decode()
    assert "Phone numbers · Mobile" in shown
    assert "no longer in the app" not in shown


def test_a_composed_name_can_be_chosen(page: Page) -> None:
    assert page.added(a="full_name", b="custom:Text") == ""
    assert page.stored() == ["full_name ↔ custom:Text"]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (("full_name", "full_name"), {"a": "last_name", "b": "custom:Text"}, "last_name of A"),
        (("full_name", "full_name"), {"a": "first_name", "arrow": "<-", "b": "custom:Text"},
         "first_name of A"),
        (("addresses.city", "custom:Text"), {"a": "addresses", "b": "addresses"},
         "addresses of A"),
        (("custom:Size", "custom:Text", "->"), {"a": "first_name", "arrow": "->",
         "b": "custom:Text"}, "custom:Text of B"),
    ],
)  # fmt: skip
def test_each_field_is_written_by_at_most_one_line(
    page: Page, first: tuple[str, ...], second: dict[str, str], said: str
) -> None:
    page.line(*first)
    assert f"{said} is written by another line already." in page.added(**second)
    assert len(page.stored()) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("full_name", "full_name"), {"a": "last_name", "arrow": "->", "b": "custom:Text"}),
        (("phones.mobile", "custom:Mobile"), {"a": "phones", "b": "phones"}),
        (("full_name", "full_name", "<->", False), {"a": "last_name", "b": "custom:Text"}),
    ],
)
def test_lines_that_do_not_write_the_same_go_together(
    page: Page, first: tuple[Any, ...], second: dict[str, str]
) -> None:
    page.line(*first[:3], **({"on": False} if first[3:] else {}))
    assert page.added(**second) == ""
    assert len(page.stored()) == 2


def test_types_that_do_not_fit_and_fields_that_can_only_be_read_are_refused(page: Page) -> None:
    assert "Size and Mobile cannot be mapped: " in page.added(a="custom:Size", b="custom:Mobile")
    said = page.added(a="custom:Size", b="custom:Text")
    assert "Between Size and Text only → is possible: " in said
    assert "Score can only be read." in page.added(a="custom:Size", b="custom:Score")
    assert page.stored() == []


def test_what_options_are_called_is_kept_when_a_line_is_saved(page: Page) -> None:
    page.line("custom:Size", "custom:Size", values=VALUES)
    data = page.data()
    assert page.save(data | {"mappings-0-winner": "b"}) == ""
    row = page.connection.mappings.get()
    assert (row.values, row.winner) == (VALUES, "b")


def test_what_options_are_called_says_nothing_about_other_fields(page: Page) -> None:
    page.line("custom:Size", "custom:Size", values=VALUES)
    assert page.save(page.data() | {"mappings-0-a": "custom:Colour"}) == ""
    assert page.connection.mappings.get().values == {}


def test_a_map_without_a_way_back_does_not_go_both_ways(page: Page) -> None:
    page.line("custom:Size", "custom:Size", "->", values={"S": "Large", "L": "Large"})
    data = page.data()
    assert "'Large' is there twice in the values of this line" in page.save(
        data | {"mappings-0-arrow": "<->"}
    )
    assert page.save(data | {"mappings-0-winner": "a"}) == ""


def test_a_line_whose_field_vanished_is_named_and_can_be_switched_off(page: Page) -> None:
    page.line("custom:Old", "custom:Text", "->")
    assert "custom:Old (no longer in the app)" in page.client.get(page.address).content.decode()
    data = page.data()
    del data["mappings-0-on"]
    assert page.save(data) == ""
    assert page.connection.mappings.get().on is False
