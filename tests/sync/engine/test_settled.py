"""The shortest way of a line says the same as the long one."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.contact import Contact, Value, value_to_json
from rules.setup import A_TO_B, BOTH, TO_A, TO_B, TWO_WAY
from sync.engine.carry import is_settled, outcome
from sync.engine.line import Outcome
from tests.sync.engine.pairs import RAW, line_of, phones, setup_of

LISTS: st.SearchStrategy[Value] = st.lists(
    st.sampled_from(phones("+3221111111 work*", "+3222222222 home", "02 111 11 11", "x")),
    max_size=3,
).map(tuple)
TEXTS: st.SearchStrategy[Value] = st.sampled_from(("", "Ann", "ann ", "Ann "))
FLOWS = st.tuples(st.sampled_from((BOTH, TO_B, TO_A)), st.sampled_from((TWO_WAY, A_TO_B)))
STAMPS = {"a": RAW, "b": RAW}


def _agrees(
    name: str, a: Value, b: Value, base: list[Any] | None, flows: tuple[str, str], blank: bool
) -> None:
    line = line_of(name, flows[0])
    setup = setup_of(line, direction=flows[1], never_blank=blank, region="BE")
    contacts = {
        side: Contact({name: value} if value else {}) for side, value in (("a", a), ("b", b))
    }
    if is_settled(line, contacts, base, setup):
        assert outcome(line, contacts, STAMPS, base, setup) == Outcome()


@given(a=LISTS, b=LISTS, data=st.data(), flows=FLOWS, blank=st.booleans())
def test_of_lists(
    a: Value, b: Value, data: st.DataObject, flows: tuple[str, str], blank: bool
) -> None:
    sides = [[*value_to_json(value), None] for value in (a, b)]
    row = st.tuples(*map(st.sampled_from, sides)).map(list)
    base = data.draw(st.none() | st.lists(row.filter(any), max_size=5))
    _agrees("phones", a, b, base, flows, blank)


@given(
    a=TEXTS,
    b=TEXTS,
    base=st.none() | st.tuples(TEXTS, TEXTS).map(lambda row: [list(row)]),
    flows=FLOWS,
    blank=st.booleans(),
)
def test_of_single_values(
    a: Value, b: Value, base: list[Any] | None, flows: tuple[str, str], blank: bool
) -> None:
    _agrees("first_name", a, b, base, flows, blank)


def test_what_both_sides_show_as_agreed_is_settled() -> None:
    line = line_of("phones")
    one, two = phones("+3221111111 work"), phones("+32 2 111 11 11")
    base = [[value_to_json(one)[0], value_to_json(two)[0]]]
    setup = setup_of(line)
    assert is_settled(
        line, {"a": Contact({"phones": one}), "b": Contact({"phones": two})}, base, setup
    )
    assert not is_settled(line, {"a": Contact({"phones": one}), "b": Contact()}, base, setup)
