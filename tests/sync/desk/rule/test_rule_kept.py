"""What is stored of a rule is not lost by looking at its page and saving it, however odd it is, and
whatever its app offers by now; and what is not there any more is marked and reported."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from connections.catalogues import catalogue_to_json
from connections.models import Connection
from connectors.connector import Catalogue
from connectors.fields import Field, FieldType
from rules.editing import WrittenAction, WrittenCondition, WrittenRule
from rules.models import Revision
from rules.words import operators_for
from tests.sync.desk.rule.ruled import (
    changed,
    filled_in,
    keep_rules,
    page_of,
    rows,
    rules_of,
    stored,
    text_of,
)

Value = str | tuple[str, ...]

ODD = (
    WrittenCondition("tag", "has", "<script>alert(\"x\")</script> &amp; 'quoted'"),
    WrittenCondition("tag", "has", "bell \x07 and escape \x1b"),
    WrittenCondition("tag", "has", "line one\nline two"),
    WrittenCondition("tag", "has", "separators \u2028 \x85 \x0b of lines"),
    WrittenCondition("tag", "has", "x" * 10_000),
    WrittenCondition("bucket", "not in", "عربى – 日本 – 🦆"),
    WrittenCondition("field", "is", "--02-29", "birthday"),
    WrittenCondition("field", "is", "2026-11-23", "birthday"),
    WrittenCondition("field", "before", "0001-01-01", "custom:Since"),
    WrittenCondition("field", "is", "true", "custom:Active"),
    WrittenCondition("field", "is not", "L", "custom:Size"),
    WrittenCondition("field", "less than", "-3.5", "custom:Shoes"),
    WrittenCondition("field", "one of", ("Acme",), "company"),
    WrittenCondition("field", "one of", ("Acme", "two\nlines", "a, b; c"), "company"),
    WrittenCondition("field", "one of", tuple(f"n{n}" for n in range(500)), "company"),
    WrittenCondition("field", "one of", ("Go",), "custom:Hobbies"),
    WrittenCondition("field", "contains", "first\nsecond", "notes"),
    WrittenCondition("field", "starts with", "+32", "phones.car"),
    WrittenCondition("field", "is empty", "", "addresses.city"),
    WrittenCondition("field", "is", "Ann Smith", "full_name"),
    WrittenCondition("exists", ""),
    WrittenCondition("exists", "not"),
)


def saved_unchanged(client: Client, connection: Connection, name: str) -> None:
    before = stored(connection, name)
    answer = client.post(page_of(name), filled_in(client, page_of(name)))
    assert answer.headers["Location"] == rules_of(connection)
    assert stored(connection, name) == before
    assert not Revision.objects.exists()


def test_what_is_saved_unchanged_stays_as_it_is(desk: Client, varied: Connection) -> None:
    keep_rules(varied, WrittenRule("Odd", "a", ODD))
    saved_unchanged(desk, varied, "Odd")
    shown = desk.get(page_of("Odd")).content.decode()
    assert "<script>alert" not in shown
    assert "no longer in the app" not in shown


def test_actions_that_are_saved_unchanged_stay_as_they_are(
    desk: Client, varied: Connection
) -> None:
    in_news = (
        WrittenAction("add tag", "line one\nline two"),
        WrittenAction("remove from group", "x" * 10_000),
        WrittenAction("set field", "bell \x07", "custom:Level"),
    )
    in_crm = (
        WrittenAction("set field", "2026-11-23T16:13:00+00:00", "custom:Seen"),
        WrittenAction("set field", "--11-23", "custom:Since"),
        WrittenAction("set field", "false", "custom:Active"),
        WrittenAction("set field", "S", "custom:Size"),
        WrittenAction("set field", "42", "custom:Shoes"),
    )
    keep_rules(varied, WrittenRule("One", "a", (), in_news), WrittenRule("Two", "b", (), in_crm))
    saved_unchanged(desk, varied, "One")
    saved_unchanged(desk, varied, "Two")


def test_notes_of_several_lines_are_set_as_such(desk: Client, varied: Connection) -> None:
    varied.mappings.filter(a="notes").update(on=False)
    text = "\n  first\n\nlast"
    keep_rules(varied, WrittenRule("Notes", "a", (), (WrittenAction("set field", text, "notes"),)))
    saved_unchanged(desk, varied, "Notes")
    data = filled_in(desk, page_of("Notes")) | {"then-0-value": "one\r\ntwo"}
    desk.post(page_of("Notes"), data)
    assert stored(varied, "Notes").actions[0].value == "one\ntwo"


def test_every_operator_of_a_field_keeps_its_value(desk: Client, varied: Connection) -> None:
    texts = {
        "custom:Since": "2026-11-23", "custom:Shoes": "42", "custom:Size": "S", "company": "Acme",
    }  # fmt: skip
    conditions = tuple(
        WrittenCondition("field", op, _value(op, text), name)
        for name, text in texts.items()
        for op in operators_for("field", varied.a.catalogue.field(name))
    )
    keep_rules(varied, WrittenRule("All", "a", conditions))
    saved_unchanged(desk, varied, "All")


def _value(op: str, text: str) -> Value:
    odd: dict[str, Value] = {"is empty": "", "is not empty": "", "within days": "7"}
    return odd.get(op, (text,) if op == "one of" else text)


# --- What the app does not offer any more -------------------------------------------------

VANISHING = WrittenRule(
    "Vanishing",
    "a",
    (
        WrittenCondition("bucket", "in", "Clients"),
        WrittenCondition("field", "one of", ("7", "8"), "custom:Shoes"),
        WrittenCondition("field", "is", "L", "custom:Size"),
        WrittenCondition("field", "one of", ("S", "L"), "custom:Size"),
        WrittenCondition("field", "greater than", "7", "custom:Score"),
        WrittenCondition("tag", "has", "Gone"),
        WrittenCondition("deleted", "not"),
    ),
    (
        WrittenAction("add to group", "Clients"),
        WrittenAction("set field", "Gold", "custom:Level"),
    ),
)


@pytest.fixture
def vanished(varied: Connection) -> Connection:
    """Buckets, groups, Shoes, Level and the tag Gone are not there any more, of Size only S is,
    Score is a text, and nobody tells of deletions."""
    keep_rules(varied, VANISHING)
    company, emails = Field("company", "Company"), Field("emails", "E-mails", FieldType.EMAIL, True)
    size = Field("custom:Size", "Size", FieldType.CHOICE, options=("S",))
    score = Field("custom:Score", "Score")
    fields, tags = (company, emails, size, score), {"tag": ("Gone",)}
    _offer(varied.a, Catalogue(fields, {"tag": ()}, tags, tells_deletions=False))
    _offer(varied.b, Catalogue((company, emails), {"tag": ("VIP",)}))
    return varied


def _offer(container: Any, catalogue: Catalogue) -> None:
    container.catalogue_data = catalogue_to_json(catalogue)
    container.save()


def test_what_is_not_there_any_more_is_marked_and_reported(
    desk: Client, vanished: Connection
) -> None:
    text = text_of(desk.get(page_of("Vanishing")))
    for marked in (
        "Bucket (no longer in the app)",
        "Was deleted (no longer in the app)",
        "Shoes (no longer in the app)",
        "L (no longer in the app)",
        "greater than (no longer in the app)",
        "Add to group (no longer in the app)",
        "Level (no longer in the app)",
    ):
        assert marked in text, marked
    assert "As it stands, this cannot be asked or done:" in text
    assert "It waits: The tag Gone is not there any more." in text
    assert "It waits: The field custom:Shoes is not there any more." in text
    assert text.count("It waits: ") == 9


def test_what_is_not_there_any_more_is_saved_unchanged(desk: Client, vanished: Connection) -> None:
    saved_unchanged(desk, vanished, "Vanishing")
    assert stored(vanished, "Vanishing") == VANISHING


def test_the_rest_of_it_can_be_changed(desk: Client, vanished: Connection) -> None:
    data = filled_in(desk, page_of("Vanishing")) | {"name": "Vanished", "undo": "on"}
    desk.post(page_of("Vanishing"), data)
    kept = stored(vanished, "Vanished")
    assert (kept.conditions, kept.actions, kept.undo) == (
        VANISHING.conditions,
        VANISHING.actions,
        True,
    )


def test_a_kind_of_a_later_version_is_kept_as_well(desk: Client, varied: Connection) -> None:
    rule = varied.rules.create(side="a", name="Later")
    rule.conditions.create(kind="moon", op="is in", field="phase", value=["new", "full"])
    rule.conditions.create(kind="sun", op="", value="")
    rule.actions.create(kind="ring bell", value="loud")
    assert "Moon (no longer in the app)" in text_of(desk.get(page_of("Later")))
    saved_unchanged(desk, varied, "Later")


def test_a_field_that_can_only_be_read_by_now_is_named_as_such(
    desk: Client, varied: Connection
) -> None:
    set_it = WrittenAction("set field", "Gold", "custom:Level")
    keep_rules(varied, WrittenRule("Sets", "a", (), (set_it,)))
    level = Field("custom:Level", "Level", writable=False)
    _offer(varied.b, Catalogue((Field("company", "Company"), level), {"tag": ()}))
    assert "Level (text, can only be read)" in text_of(desk.get(page_of("Sets")))
    saved_unchanged(desk, varied, "Sets")


def test_what_is_not_there_any_more_cannot_be_entered_anew(
    desk: Client, vanished: Connection
) -> None:
    shoes = {"kind": "field", "field": "custom:Shoes", "op": "one of", "lines": "9"}
    data = changed(filled_in(desk, page_of("Vanishing")), rows("if", shoes))
    text = text_of(desk.post(page_of("Vanishing"), data))
    assert "There is no field 'custom:Shoes' in this app." in text
    assert "Shoes (no longer in the app)" in text, "it is shown as it was entered"
    assert stored(vanished, "Vanishing") == VANISHING


def test_what_is_typed_and_not_offered_is_shown_as_it_was_typed(
    desk: Client, vanished: Connection
) -> None:
    size = {"kind": "field", "field": "custom:Size", "op": "is", "value": "XL"}
    data = changed(filled_in(desk, page_of("Vanishing")), rows("if", size))
    text = text_of(desk.post(page_of("Vanishing"), data))
    assert "'XL' is no option of Size." in text and "XL (not in the app)" in text


def test_an_option_that_the_app_spells_otherwise_now_is_the_same(
    desk: Client, varied: Connection
) -> None:
    condition = WrittenCondition("field", "is", "L", "custom:Size")
    keep_rules(varied, WrittenRule("Sized", "a", (condition,)))
    size = Field("custom:Size", "Size", FieldType.CHOICE, options=("s", "l"))
    _offer(varied.a, Catalogue((size,), {"tag": ()}))
    assert "no longer in the app" not in desk.get(page_of("Sized")).content.decode()
    assert filled_in(desk, page_of("Sized"))["if-0-value"] == ["l"]


def test_reading_again_tells_what_the_app_offers_now_and_loses_nothing(
    desk: Client, vanished: Connection
) -> None:
    page = page_of("Vanishing")
    data = filled_in(desk, page) | {"name": "Changed meanwhile", "_read": "a"}
    text = text_of(desk.post(page, data))
    assert "The fields of crm · Contacts were read again." in text
    assert 'value="Changed meanwhile"' in text
    assert "Shoes (number)" in text and "Add to group (no longer in the app)" in text
    text = text_of(desk.post(page, data | {"_read": "b"}))
    assert "no longer in the app" not in text
    assert stored(vanished, "Vanishing") == VANISHING
