"""What options are called: the table of pairs on the page of the field mapping."""

from __future__ import annotations

import pytest

from connectors.fields import STANDARD, Field, FieldType
from connectors.memory import store
from connectors.memory.app import Quirks
from sync.desk.value_map import MOST_TO_CHOOSE, Pair, ValueMap
from tests.sync.desk.mapping.conftest import A, Joined
from tests.sync.desk.mapping.page import Page, text_of

pytestmark = pytest.mark.sqlite_only

VALUES = {"S": "Small", "L": "Large"}
SIZE = ("custom:Size", "custom:Size")


def choice(*options: str) -> Field:
    return Field("custom:Size", "Size", FieldType.CHOICE, options=options)


def between(joined: Joined, a: Field, b: Field) -> Page:
    return joined((STANDARD["emails"], a), (STANDARD["emails"], b))


def table(page: Page) -> ValueMap:
    values = page.row(*SIZE).values
    assert values
    return values


def test_each_option_of_a_has_a_list_of_those_of_b(page: Page) -> None:
    page.line(*SIZE)
    assert table(page).pairs == (
        Pair(0, "S", "", is_missing=True), Pair(1, "L", "", is_missing=True),
    )  # fmt: skip
    text = page.text()
    assert "4 without a counterpart" in text
    assert text.count("no counterpart, so it is not sent") == 2
    assert "In two there are also “Small”, “Large”: nothing in one is called so" in text
    assert '<select name="line-0-values-1-b" aria-label="“L” in two">' in text
    data = page.changed(*SIZE, values_0_b="Small", values_1_b="Large")
    assert page.save(data) == []
    assert page.connection.mappings.get().values == VALUES
    assert "without a counterpart" not in page.text()
    assert "2 named here" in page.text()


def test_what_options_are_called_is_kept_when_something_else_is_changed(page: Page) -> None:
    page.line(*SIZE, values=VALUES)
    assert page.save(page.changed(*SIZE, winner="b")) == []
    row = page.connection.mappings.get()
    assert (row.values, row.winner) == (VALUES, "b")


def test_a_name_is_taken_back(page: Page) -> None:
    page.line(*SIZE, values=VALUES)
    assert page.save(page.changed(*SIZE, values_1_b="")) == []
    assert page.connection.mappings.get().values == {"S": "Small"}


def test_a_map_without_a_way_back_does_not_go_both_ways(page: Page) -> None:
    page.line(*SIZE, "->", values={"S": "Large", "L": "Large"})
    (fault,) = page.save(page.changed(*SIZE, arrow="<->"))
    assert fault.startswith("Size: 'Large' is here twice, so there is no way back from it.")
    assert page.save(page.changed(*SIZE, winner="a")) == []
    both = page.changed(*SIZE, arrow="<->", values_0_b="Small")
    assert page.save(both) == []
    assert page.connection.mappings.get().values == VALUES


def test_two_options_become_one_where_the_line_goes_one_way(page: Page) -> None:
    data = page.added(*SIZE, arrow="->")
    data |= {"line-0-values-0-a": "S", "line-0-values-0-b": "Small"}
    data |= {"line-0-values-1-a": "L", "line-0-values-1-b": "Small"}
    assert page.save(data) == []
    assert page.connection.mappings.get().values == {"S": "Small", "L": "Small"}
    assert table(page).missing == ((), ()), "nothing flows back"


def test_what_is_spelled_the_same_needs_no_name(joined: Joined) -> None:
    page = between(joined, choice("S", "small", "L"), choice("Small", "L", "XL"))
    page.line(*SIZE, values={"S": "L"})
    assert table(page).pairs == (
        Pair(0, "S", "L"),
        Pair(1, "small", "", itself="Small"),
        Pair(2, "L", "", is_missing=True),
    )
    assert '<option value="">Small (the same)</option>' in page.text()
    page.line("emails", "emails")
    page.connection.mappings.filter(a="custom:Size").update(arrow="->")
    assert table(page).pairs[2] == Pair(2, "L", "", itself="L"), "one way it may be L as well"


def test_names_of_options_that_are_gone_are_kept_marked_and_can_be_taken_away(
    page: Page,
) -> None:
    page.line(*SIZE, values={**VALUES, "XL": "Huge"})
    assert page.save(page.data()) == []
    text = page.text()
    assert "XL" in text and "no longer in one" in text
    assert '<option value="Huge" selected>Huge (no longer in two)</option>' in text
    data = page.changed(*SIZE, winner="b")
    assert page.save(data) == []
    assert page.connection.mappings.get().values == {**VALUES, "XL": "Huge"}
    faults = page.save(page.changed(*SIZE, values_2_b="Large", arrow="->"))
    assert faults == ["Size: Size of one has no option 'XL'. Did you mean L?"]
    assert page.save(page.changed(*SIZE, values_2_b="")) == []
    assert page.connection.mappings.get().values == VALUES


def test_options_are_typed_where_an_app_does_not_say_which_it_has(joined: Joined) -> None:
    page = between(joined, choice(), choice())
    page.line(*SIZE, values={"S": "Small"})
    assert [pair.a for pair in table(page).pairs] == ["S", "", ""]
    assert page.text().count('aria-label="Option in one"') == 3
    data = page.changed(*SIZE, values_1_a="L", values_1_b="Large", values_2_a="XL")
    assert page.save(data) == []
    assert page.connection.mappings.get().values == VALUES


def test_many_options_are_suggested_instead_of_repeated_for_each(joined: Joined) -> None:
    many = tuple(f"Option {number}" for number in range(MOST_TO_CHOOSE + 1))
    page = between(joined, choice(*many), choice(*many[:-1], "Last"))
    page.line(*SIZE)
    text = page.text()
    assert text.count('<option value="Last">') == 1
    assert text.count('list="line-0-options"') == len(many)
    (fault,) = page.save(page.changed(*SIZE, values_0_b="Lsat"))
    assert fault == "Size: Size of two has no option 'Lsat'. Did you mean Last?"


def test_long_and_odd_options_are_shown_and_saved_to_the_letter(joined: Joined) -> None:
    odd = "<b>&amp; " + "very " * 150 + "long\" '</option>"
    page = between(joined, choice("  S ", odd), choice(odd, "Plain"))
    page.line(*SIZE)
    html = page.get().content.decode()
    assert "<b>&" not in html
    data = page.changed(*SIZE, values_0_b=odd, values_1_b="Plain")
    assert page.save(data) == []
    assert page.connection.mappings.get().values == {"  S ": odd, odd: "Plain"}
    assert page.save(page.data()) == []
    assert page.connection.mappings.get().values == {"  S ": odd, odd: "Plain"}


def test_a_name_without_end_is_refused(page: Page) -> None:
    page.line(*SIZE)
    (fault,) = page.save(page.changed(*SIZE, values_0_b="x" * 1001))
    assert "at most 1000 characters" in fault


def test_values_of_what_is_no_choice_are_refused(page: Page) -> None:
    data = page.added("custom:Size", "custom:Text")
    data |= {"line-0-values-0-a": "S", "line-0-values-0-b": "Small"}
    (fault,) = page.save(data)
    assert "Values are translated between choices only" in fault


def test_a_stored_table_is_shown_although_the_field_is_no_choice_any_more(page: Page) -> None:
    page.line("custom:Size", "custom:Text", "->", values=VALUES)
    assert page.row("custom:Size", "custom:Text").values
    assert page.save(page.data()) == []
    assert page.connection.mappings.get().values == VALUES


def test_a_new_line_between_choices_comes_with_its_table(page: Page) -> None:
    asked = {"line": "line-4", "a": "custom:Colour", "b": "custom:Size"}
    values = page.client.get(page.address("_fit"), asked).json()["values"]
    assert 'name="line-4-values-1-b"' in values and "“L” in two" in values
    asked |= {"b": "custom:Text"}
    assert page.client.get(page.address("_fit"), asked).json()["values"].strip() == ""
    again = page.post(page.added("custom:Colour", "custom:Size"), _again="1")
    assert 'name="line-0-values-1-b"' in text_of(again)


def test_a_new_option_is_there_when_the_fields_are_read_again(page: Page) -> None:
    page.line(*SIZE, values=VALUES)
    sizes = Field("custom:Size", "Size", FieldType.CHOICE, options=("S", "L", "XL"))
    fields = tuple(sizes if field.name == sizes.name else field for field in A)
    store.placed["one"].quirks = Quirks(fields=fields)
    answer = page.post(page.data(), _read="a")
    values = page.row(*SIZE, answer).values
    assert values and [pair.a for pair in values.pairs] == ["S", "L", "XL"]
    assert values.missing.of_a == ("XL",)
