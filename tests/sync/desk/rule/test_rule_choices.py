"""The choices of a row follow what was chosen in it, also without a script; and values that are
many stand in a list that the page has once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connections.models import Connection
from connectors.fields import Field, FieldType
from connectors.memory import store
from connectors.memory.app import MemoryApp, Quirks
from rules.editing import WrittenAction, WrittenCondition, WrittenRule
from tests.sync.desk.rule.ruled import (
    changed,
    entry,
    filled_in,
    keep_rules,
    page_of,
    page_of_new,
    rows,
    stored,
    text_of,
)

TAGGED = {"kind": "tag", "op": "has", "value": "Friend"}


def choices(client: Client, connection: Connection, part: str = "if", **asked: str) -> Any:
    """The row as it is answered."""
    page = reverse("admin:rules_rule_choices", args=[connection.pk, "a", part])
    answer = client.get(page, {"row": f"{part}-7", **asked})
    assert answer.status_code == 200
    return answer.context["row"]


def offered(row: Any, name: str) -> list[str]:
    found = []
    for value, label in row.fields[name].widget.choices:
        found += [each for each, _ in label] if isinstance(label, (list, tuple)) else [value]
    return [each for each in found if each]


def test_kinds_are_those_of_the_app_of_the_side(viewer: Client, varied: Connection) -> None:
    row = choices(viewer, varied)
    assert offered(row, "kind") == ["tag", "bucket", "field", "exists", "deleted"]
    assert (row.choices.fields, row.choices.ops, row.control) == ((), (), None)
    assert offered(choices(viewer, varied, "then"), "kind") == [
        "add tag", "remove tag", "add to group", "remove from group", "set field",
    ]  # fmt: skip


def test_a_field_is_asked_for_before_what_depends_on_its_type(
    viewer: Client, varied: Connection
) -> None:
    row = choices(viewer, varied, kind="field")
    assert {"company", "custom:Size", "phones.mobile", "full_name"} <= set(offered(row, "field"))
    assert (row.choices.ops, row.control) == ((), None)
    settable = offered(choices(viewer, varied, "then", kind="set field"), "field")
    assert "custom:Level" in settable and "emails" not in settable


@pytest.mark.parametrize(
    ("asked", "ops", "shape", "options"),
    [
        ({"kind": "tag"}, ["has", "has not"], "text", []),
        ({"kind": "bucket"}, ["in", "not in"], "text", []),
        ({"kind": "exists"}, ["", "not"], None, []),
        ({"kind": "field", "field": "custom:Size", "op": "is"}, None, "one", ["S", "L"]),
        ({"kind": "field", "field": "custom:Active", "op": "is"}, None, "one", ["true", "false"]),
        ({"kind": "field", "field": "custom:Hobbies", "op": "one of"}, None, "several", []),
        ({"kind": "field", "field": "company", "op": "one of"}, None, "several", []),
        ({"kind": "field", "field": "company", "op": "is empty"}, None, None, []),
        ({"kind": "field", "field": "birthday", "op": "is"}, None, "text", []),
        ({"kind": "field", "field": "birthday", "op": "before"}, None, "date", []),
        ({"kind": "field", "field": "birthday", "op": "within days"}, None, "number", []),
        ({"kind": "field", "field": "custom:Shoes", "op": "greater than"}, None, "number", []),
        ({"kind": "field", "field": "birthday", "op": "contains"}, None, "text", []),
    ],
)
def test_operators_and_values_follow_the_type(
    viewer: Client,
    varied: Connection,
    asked: dict[str, str],
    ops: list[str] | None,
    shape: str | None,
    options: list[str],
) -> None:
    """An operator that does not fit, such as *contains* for a date, gives way to the usual one."""
    row = choices(viewer, varied, **asked)
    if ops is not None:
        assert [value for value, _ in row.choices.ops] == ops
    assert (row.control and row.control.shape) == shape
    if options:
        assert [value for value, _ in row.control.options if value] == options


def test_what_is_to_be_set_is_asked_for_by_the_type_of_the_field(
    viewer: Client, varied: Connection
) -> None:
    def shape(name: str) -> str:
        page = reverse("admin:rules_rule_choices", args=[varied.pk, "b", "then"])
        asked = {"row": "then-0", "kind": "set field", "field": name}
        return str(viewer.get(page, asked).context["row"].control.shape)

    assert [shape(name) for name in ("notes", "custom:Size", "custom:Shoes", "custom:Seen")] == [
        "long", "one", "number", "text",
    ]  # fmt: skip


def test_a_row_of_choices_has_no_faults_and_no_value(viewer: Client, varied: Connection) -> None:
    page = reverse("admin:rules_rule_choices", args=[varied.pk, "a", "if"])
    asked = {"row": "if-7", "kind": "field", "field": "company", "op": "is"}
    text = text_of(viewer.get(page, asked))
    assert 'name="if-7-value"' in text and 'aria-label="Value"' in text
    assert "options-error" not in text


@pytest.mark.parametrize(
    ("side", "part", "row"),
    [("c", "if", "if-0"), ("a", "else", "else-0"), ("a", "if", '"><b>'), ("a", "if", "then-0")],
)
def test_there_are_no_other_rows(
    viewer: Client, varied: Connection, side: str, part: str, row: str
) -> None:
    page = reverse("admin:rules_rule_choices", args=[varied.pk, side, part])
    assert viewer.get(page, {"row": row}).status_code == 404


# --- Without a script ---------------------------------------------------------------------


def test_without_a_script_a_button_shows_the_choices(desk: Client, varied: Connection) -> None:
    data = entry("New", [{"kind": "field", "field": "custom:Size"}], [{"kind": "add tag"}])
    answer = desk.post(page_of_new(varied), data | {"_choices": "1"})
    (condition,), (action,) = (
        answer.context["entry"].conditions.forms,
        answer.context["entry"].actions.forms,
    )
    assert [value for value, _ in condition.choices.ops][:2] == ["is", "is not"]
    assert [value for value, _ in condition.control.options] == ["", "S", "L"]
    assert action.control.shape == "text"
    text = text_of(answer)
    assert "It is not saved" not in text and "options-error" not in text
    assert 'value="New"' in text


def test_without_a_script_rows_are_added_and_taken_out(desk: Client, varied: Connection) -> None:
    keep_rules(varied, WrittenRule("R", "a", (WrittenCondition("tag", "has", "Friend"),)))
    page = page_of("R")
    answer = desk.post(page, filled_in(desk, page) | {"_add": "if"})
    assert [row.text("kind") for row in answer.context["entry"].conditions] == ["tag", ""]
    answer = desk.post(page, filled_in(desk, page) | {"_add": "then"})
    assert [row.text("kind") for row in answer.context["entry"].actions] == [""]
    answer = desk.post(page, filled_in(desk, page) | {"if-0-DELETE": "on", "_choices": "1"})
    assert len(answer.context["entry"].conditions) == 0
    assert len(stored(varied, "R").conditions) == 1, "it is not saved by that"


def test_a_value_goes_along_where_there_is_a_place_for_it(desk: Client, varied: Connection) -> None:
    company = {"kind": "field", "field": "company"}

    def shown(row: dict[str, Any]) -> Any:
        data = entry("New", [row]) | {"_choices": "1"}
        answer = desk.post(page_of_new(varied), data)
        return answer.context["entry"].conditions.forms[0].control

    assert shown({**company, "op": "one of", "value": "Acme"}).text == "Acme"
    assert shown({**company, "op": "is", "lines": "Acme"}).text == "Acme"
    several = shown({**company, "op": "is", "lines": "Acme\r\nGlobex"})
    assert (several.shape, several.text) == ("several", "Acme\nGlobex")


# --- Lists of values ----------------------------------------------------------------------


@pytest.fixture
def many(varied: Connection) -> Connection:
    """With 300 tags in crm, which has a choice of 300 towns."""
    towns = Field(
        "custom:Town", "Town", FieldType.CHOICE, options=tuple(f"t{n}" for n in range(300))
    )
    app = store.placed["crm"] = MemoryApp(
        store.placed["crm"].now, Quirks(custom=(towns,), registers=frozenset({"tag"}))
    )
    for number in range(300):
        app.register("tag", f"Tag {number}")
    keep_rules(varied, WrittenRule("R", "a"))
    return varied


def test_many_values_stand_in_one_list_that_all_rows_share(desk: Client, many: Connection) -> None:
    town = {"kind": "field", "field": "custom:Town", "op": "is", "value": "t5"}
    data = changed(filled_in(desk, page_of("R")), rows("if", TAGGED, TAGGED, town, town))
    page = desk.post(page_of("R"), data | {"_read": "a"}).content.decode()
    assert page.count("<option>Tag 7</option>") == page.count("<option>t7</option>") == 1
    assert page.count("<datalist") == 2
    assert page.count('data-values="tag"') == page.count('data-values="field:custom:Town"') == 2


def test_a_list_is_asked_for_by_itself(desk: Client, viewer: Client, many: Connection) -> None:
    desk.post(page_of("R"), filled_in(desk, page_of("R")) | {"_read": "a"})
    row = choices(viewer, many, kind="tag")
    page = reverse("admin:rules_rule_values", args=[many.pk, "a", "if"])
    answer = viewer.get(page, {"of": row.control.listed}).content.decode()
    assert f'<datalist id="{row.control.list_id}">' in answer
    assert answer.count("<option>") == 300
    for nothing in ("", "moon", "field:", "field:nothing"):
        assert "<option>" not in viewer.get(page, {"of": nothing}).content.decode()


def test_one_of_many_is_typed_and_judged(desk: Client, many: Connection) -> None:
    desk.post(page_of("R"), filled_in(desk, page_of("R")) | {"_read": "a"})
    several = {"kind": "field", "field": "custom:Town", "op": "one of", "lines": "t5\nT7"}
    data = changed(filled_in(desk, page_of("R")), rows("if", several))
    assert desk.post(page_of("R"), data).status_code == 302
    assert stored(many, "R").conditions[0].value == ("t5", "t7")
    data = changed(filled_in(desk, page_of("R")), rows("if", {**several, "lines": "nowhere"}))
    text = text_of(desk.post(page_of("R"), data))
    assert "'nowhere' is no option of Town." in text
    assert "t299" not in text, "nobody reads that many"


def test_an_action_names_a_tag_that_the_app_has_not_seen_yet(
    desk: Client, many: Connection
) -> None:
    desk.post(
        page_of("R"),
        changed(filled_in(desk, page_of("R")), rows("then", {"kind": "add tag", "value": "New"})),
    )
    assert stored(many, "R").actions == (WrittenAction("add tag", "New"),)
