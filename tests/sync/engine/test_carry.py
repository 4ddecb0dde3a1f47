"""Field to field: two contacts, their lines, and what becomes of them over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connections.stamps import Stamp
from connectors.contact import Address, Contact, Entry, Value
from connectors.fields import STANDARD, Field, FieldType, compatible, equal, field_named
from rules.setup import A_TO_B, BOTH, TO_A, TO_B, Line, Setup
from sync.engine.base import agree
from sync.engine.carry import agree_as_shown, is_plain, outcome, put, real_names, show
from sync.engine.line import Outcome
from sync.engine.terms import missing
from tests.sync.engine.pairs import composed, phones, setup_of

RAW = {"a": Stamp(1, True), "b": Stamp(1, True)}
P, Q, R = phones("+3221111111 work", "+3222222222 home", "+3223333333 mobile")
TEXT = Field("custom:Text", "Text")
PHONE = Field("custom:Phone", "Phone", FieldType.PHONE)
EMAIL = Field("custom:Email", "Own e-mail", FieldType.EMAIL)
NAME = STANDARD["full_name"]


@dataclass
class Pair:
    """Two contacts that keep what they are sent, over several runs."""

    setup: Setup
    a: Contact
    b: Contact
    base: Mapping[str, Any] = field(default_factory=dict)

    def contacts(self) -> dict[str, Contact]:
        return {"a": self.a, "b": self.b}

    def outcome(self, line: Line) -> Outcome:
        return outcome(line, self.contacts(), RAW, self.base.get(line.key), self.setup)

    def run(self) -> list[Outcome]:
        """As the planner does it: all lines see the same contacts."""
        outcomes = [self.outcome(line) for line in self.setup.lines]
        now, ops = self.contacts(), {}
        for line, result in zip(self.setup.lines, outcomes, strict=True):
            done = list(result.agreed)
            for side, writing in result.writes.items():
                base = self.base.get(line.key)
                changes = put(line, side, now[side], writing.value, base, self.setup)
                now[side] = now[side].with_fields(changes)
                done += writing.agree
            if done:
                ops[line.key] = done
        self.a, self.b, self.base = now["a"], now["b"], agree(self.base, ops)
        return outcomes

    def edit(self, side: str, **fields: Value) -> None:
        setattr(self, side, getattr(self, side).with_fields(fields))

    def held(self) -> list[str]:
        return [result.held for result in self.run() if result.held]

    def is_quiet(self) -> bool:
        before = self.base
        return not any(result.writes for result in self.run()) and self.base == before


def pair(*lines: Line, a: Mapping[str, Value], b: Mapping[str, Value], **options: Any) -> Pair:
    return Pair(setup_of(*lines, **options), Contact(dict(a)), Contact(dict(b)))


def line(a: str | Field, b: str | Field, arrow: str = BOTH, **more: Any) -> Line:
    fields = [field_named(x) if isinstance(x, str) else x for x in (a, b)]
    return Line(fields[0], fields[1], arrow, **more)


# --- sub-values ---


def test_a_sub_value_flows_both_ways_and_its_neighbours_stay() -> None:
    two = pair(line("phones.mobile", PHONE), a={"phones": (P, R)}, b={})
    two.run()
    assert two.b.fields == {PHONE.name: R.value}
    two.edit("b", **{PHONE.name: "+3229999999"})
    two.run()
    assert two.a.get("phones") == (P, Entry("+3229999999", "mobile"))
    two.edit("b", **{PHONE.name: ""})
    two.run()
    assert two.a.get("phones") == (P,)
    assert two.is_quiet()


def test_a_sub_value_of_an_address() -> None:
    home = Entry(Address(street="Main 1", city="Ghent"), "home")
    two = pair(line("addresses.city", TEXT), a={"addresses": (home,)}, b={})
    two.run()
    assert two.b.get(TEXT.name) == "Ghent"
    two.edit("b", **{TEXT.name: "Paris"})
    two.run()
    assert two.a.get("addresses") == (Entry(Address(street="Main 1", city="Paris"), "home"),)
    assert two.is_quiet()


def test_one_address_goes_to_a_field_that_holds_one() -> None:
    place = Field("custom:Place", "Place", FieldType.ADDRESS)
    home, work = Entry(Address(city="Ghent"), "home"), Entry(Address(city="Rome"), "work")
    two = pair(line("addresses.home", place), a={"addresses": (work, home)}, b={})
    two.run()
    assert two.b.get(place.name) == (home,)
    two.edit("b", **{place.name: (Entry(Address(city="Paris")),)})
    two.run()
    assert two.a.get("addresses") == (work, Entry(Address(city="Paris"), "home"))
    assert two.is_quiet()


# --- a list beside its sub-values ---

BESIDE = (line("phones", "phones"), line("phones.mobile", PHONE))


@pytest.mark.parametrize("lines", [BESIDE, BESIDE[::-1]], ids=["list first", "sub-value first"])
def test_a_list_leaves_the_elements_of_a_sub_value_line_alone(lines: tuple[Line, ...]) -> None:
    two = pair(*lines, a={"phones": (P, R)}, b={})
    two.run()
    assert two.b.fields == {"phones": (P,), PHONE.name: R.value}
    assert two.is_quiet()
    two.edit("b", **{"phones": (Q,), PHONE.name: "+3229999999"})
    two.run()
    assert two.a.get("phones") == (
        replace(Q, label="work"),
        Entry("+3229999999", "mobile"),
    )
    assert two.is_quiet()


@pytest.mark.parametrize("lines", [BESIDE, BESIDE[::-1]], ids=["list first", "sub-value first"])
def test_the_same_number_in_list_and_sub_value_is_not_made_twice(lines: tuple[Line, ...]) -> None:
    two = pair(*lines, a={}, b={"phones": (R, P), PHONE.name: R.value})
    two.run()
    assert sorted(two.a.get("phones"), key=str) == sorted((P, R), key=str)
    assert two.b.get("phones") == (R, P)
    assert two.is_quiet()


def test_a_sub_value_line_switched_on_takes_nothing_away_and_off_again_resumes() -> None:
    two = pair(BESIDE[0], a={"phones": (P, R)}, b={"phones": (P, R)})
    two.run()
    both = replace(two.setup, lines=BESIDE)
    only_list, two.setup = two.setup, both
    two.run()
    assert (two.a.get("phones"), two.b.get("phones")) == ((P, R), (P, R))
    two.edit("b", **{PHONE.name: "+3229999999"})
    two.run()
    changed = Entry("+3229999999", "mobile")
    assert (two.a.get("phones"), two.b.get("phones")) == ((P, changed), (P, R))
    assert two.is_quiet()
    two.setup = only_list
    two.run()
    assert two.b.get("phones") == (P, changed)
    assert two.is_quiet()


def test_a_sub_value_line_that_does_not_write_the_side_hides_nothing_there() -> None:
    lines = line("phones", "phones"), line("phones.mobile", PHONE, TO_B)
    two = pair(*lines, a={"phones": (P, R)}, b={})
    two.run()
    assert two.b.fields == {"phones": (P, R), PHONE.name: R.value}
    assert is_plain(lines[0], "a", two.setup)
    assert not is_plain(BESIDE[0], "a", setup_of(*BESIDE))
    assert is_plain(BESIDE[0], "b", setup_of(*BESIDE))


def test_removing_the_last_that_a_list_line_sees_is_not_the_last_address() -> None:
    work, own = Entry("ann@x.org", "work"), Entry("me@x.org", "home")
    lines = line("emails", "emails"), line("emails.work", EMAIL)
    two = pair(*lines, a={"emails": (work, own)}, b={"emails": (own,), EMAIL.name: work.value})
    two.run()
    two.edit("b", emails=(Entry("other@x.org"),))
    two.run()
    assert two.a.get("emails") == (work, Entry("other@x.org", "home"))


# --- lists mapped to single values ---


def test_a_single_value_replaces_the_element_it_came_from() -> None:
    two = pair(line("phones", PHONE), a={"phones": (P, Q)}, b={})
    two.run()
    assert two.b.get(PHONE.name) == P.value
    two.edit("a", phones=(Q, P))  # a reorder: the one last sent is still there
    assert two.is_quiet()
    two.edit("b", **{PHONE.name: "+3229999999"})
    two.run()
    assert two.a.get("phones") == (Q, Entry("+3229999999", "work"))
    assert two.is_quiet()


def test_a_cleared_single_value_removes_its_element_and_is_not_filled_again() -> None:
    two = pair(line("phones", PHONE), a={"phones": (P, Q)}, b={PHONE.name: P.value})
    two.run()
    two.edit("b", **{PHONE.name: ""})
    two.run()
    assert (two.a.get("phones"), two.b.get(PHONE.name)) == ((Q,), "")
    assert two.is_quiet()
    two.edit("a", phones=(R,))
    two.run()
    assert two.b.get(PHONE.name) == R.value


def test_a_single_value_that_the_list_holds_is_the_one_that_is_meant() -> None:
    two = pair(line("phones", PHONE), a={"phones": (P, Q)}, b={PHONE.name: "+32 2 222 22 22"})
    assert [result.writes for result in two.run()] == [{}]
    assert two.is_quiet()
    two.edit("b", **{PHONE.name: P.value})
    two.run()
    assert two.a.get("phones") == (P, Q)
    assert two.is_quiet()


def test_the_element_marked_primary_is_sent() -> None:
    marked = replace(Q, primary=True)
    two = pair(line(PHONE, "phones"), a={}, b={"phones": (P, marked)})
    two.run()
    assert two.a.get(PHONE.name) == Q.value


def test_a_single_value_makes_the_first_element_of_an_empty_list() -> None:
    two = pair(line("phones", PHONE), a={}, b={PHONE.name: P.value})
    two.run()
    assert two.a.get("phones") == (Entry(P.value),)
    assert two.is_quiet()


def test_a_list_goes_to_text_one_way() -> None:
    home = Entry(Address(street="Main 1", city="Ghent"), "home")
    two = pair(line("addresses", TEXT, TO_B), a={"addresses": (home,)}, b={})
    two.run()
    assert two.b.get(TEXT.name) == "Main 1, Ghent"
    assert two.is_quiet()
    two.edit("b", **{TEXT.name: "edited"})
    assert two.run()[0].drift
    two.edit("a", addresses=(Entry(Address(city="Rome")),))
    [result] = two.run()
    assert (two.b.get(TEXT.name), result.writes["b"].lost) == ("Rome", "edited")


# --- what must stay ---

ONE = Entry("ann@x.org", "work")


@pytest.mark.parametrize(
    ("name", "before"),
    [("emails.work", "ann@x.org"), ("emails", "ann@x.org")],
)
def test_the_last_address_is_never_removed_through_a_single_value(name: str, before: str) -> None:
    two = pair(line(name, EMAIL), a={"emails": (ONE,)}, b={EMAIL.name: before, "emails": (ONE,)})
    two.run()
    two.edit("b", **{EMAIL.name: ""})
    [result] = two.run()
    assert result.held == f"The last of {field_named(name).label} is never removed by a sync."
    assert two.a.get("emails") == (ONE,)
    other = Entry("me@x.org", "home")
    two.edit("a", emails=(ONE, other))
    two.run()
    assert two.a.get("emails") == (other,)


def test_a_field_of_its_own_is_cleared_while_the_contact_has_another_address() -> None:
    for emails, expected in (((ONE,), ""), ("", "x@x.org")):
        two = pair(
            line(EMAIL, EMAIL),
            a={EMAIL.name: "x@x.org"},
            b={EMAIL.name: "x@x.org", **({"emails": emails} if emails else {})},
        )
        two.run()
        two.edit("a", **{EMAIL.name: ""})
        two.run()
        assert two.b.get(EMAIL.name) == expected


def test_a_required_list_keeps_its_last_element() -> None:
    required = replace(STANDARD["phones"], required=True)
    mobile = replace(field_named("phones.mobile"), required=True)
    for field_, label in ((required, "Phone numbers"), (mobile, "Phone numbers · Mobile")):
        two = pair(line(field_, PHONE), a={"phones": (R,)}, b={PHONE.name: R.value})
        two.run()
        two.edit("b", **{PHONE.name: ""})
        assert two.held() == [f"The last of {label} is never removed by a sync."]
        two.edit("a", phones=(R, Q))
        two.run()
        assert two.a.get("phones") == (Q,)


@pytest.mark.parametrize("name", ["phones.mobile", "phones"])
def test_never_blank_keeps_what_was_cleared(name: str) -> None:
    two = pair(line(name, PHONE), a={"phones": (R,)}, b={PHONE.name: R.value}, never_blank=True)
    two.run()
    two.edit("b", **{PHONE.name: ""})
    two.run()
    assert two.a.get("phones") == (R,)
    assert two.is_quiet()


def test_of_a_conflict_the_loser_is_kept_as_lost() -> None:
    two = pair(
        line("phones.mobile", PHONE, winner="b"), a={"phones": (R,)}, b={PHONE.name: R.value}
    )
    two.run()
    two.edit("a", phones=(P, replace(R, value="+3225555555")))
    two.edit("b", **{PHONE.name: "+3226666666"})
    [result] = two.run()
    assert result.conflict and result.writes["a"].lost == "+3225555555"
    assert two.a.get("phones") == (P, Entry("+3226666666", "mobile"))


def test_the_target_of_a_one_way_line_drifts() -> None:
    two = pair(line("phones.mobile", PHONE), a={"phones": (R,)}, b={}, direction=A_TO_B)
    two.run()
    two.edit("b", **{PHONE.name: "+3229999999"})
    [result] = two.run()
    assert (result.drift, result.writes, two.a.get("phones")) == (True, {}, (R,))


# --- names ---

PARTS = composed("first_name", "last_name")


def test_only_the_part_of_the_name_that_changed_is_written() -> None:
    ann = {"first_name": "Ann Marie", "last_name": "Smith"}
    two = pair(line(PARTS, NAME), a=ann, b={})
    two.run()
    assert two.b.get("full_name") == "Ann Marie Smith"
    two.edit("b", full_name="Ann Marie Jones")
    two.run()
    assert two.a.fields == {"first_name": "Ann Marie", "last_name": "Jones"}
    assert two.is_quiet()


def test_a_spelling_that_the_parts_cannot_have_is_no_difference() -> None:
    ann = {"first_name": "Ann", "last_name": "Smith"}
    two = pair(line(NAME, PARTS), a={"full_name": "Smith, Ann"}, b=ann)
    assert [result.writes for result in two.run()] == [{}]
    assert two.is_quiet()
    two.edit("a", full_name="Jones, Ann")
    two.run()
    assert two.b.fields == {"first_name": "Ann", "last_name": "Jones"}
    assert two.is_quiet()


def test_the_real_fields_behind_a_field() -> None:
    assert real_names(PARTS) == ("first_name", "last_name")
    assert [real_names(field_named(name)) for name in ("phones.mobile", "company")] == [
        ("phones",),
        ("company",),
    ]


# --- choices ---


def size(name: str, *options: str, type_: FieldType = FieldType.CHOICE) -> Field:
    return Field(f"custom:{name}", name, type_, type_ == FieldType.CHOICES, options=options)


A, B = size("A", "S", "L", "XL"), size("B", "Small", "Large")
VALUES = (("S", "Small"), ("L", "Large"))


def test_a_choice_is_translated_both_ways_and_held_where_it_has_no_counterpart() -> None:
    two = pair(line(A, B, values=VALUES), a={A.name: "S"}, b={})
    two.run()
    assert two.b.get(B.name) == "Small"
    assert two.is_quiet()
    two.edit("b", **{B.name: "Large"})
    two.run()
    assert two.a.get(A.name) == "L"
    two.edit("a", **{A.name: "XL"})
    why = "A: XL has no counterpart in B of B. Name one in the values of the mapping line."
    assert two.held() == [why]
    assert two.b.get(B.name) == "Large"
    assert missing(two.setup.lines[0]) == (("XL",), ())


def test_equal_by_the_map_is_equal_and_by_the_letters_is_not() -> None:
    crossed = line(size("A", "x", "y"), size("B", "y", "x"), values=(("x", "y"), ("y", "x")))
    for a, b, writes in (("x", "y", 0), ("x", "x", 1)):
        two = pair(crossed, a={"custom:A": a}, b={"custom:B": b})
        [result] = two.run()
        assert len(result.writes) == writes
        assert two.b.get("custom:B") == "y"
        assert two.is_quiet()


def test_several_options_may_become_one_on_a_line_that_goes_one_way() -> None:
    values = (("S", "Small"), ("L", "Large"), ("XL", "Large"))
    two = pair(line(A, B, TO_B, values=values), a={A.name: "XL"}, b={B.name: "Large"})
    assert [result.writes for result in two.run()] == [{}]
    two.edit("a", **{A.name: "L"})
    assert [result.writes for result in two.run()] == [{}]
    two.edit("a", **{A.name: "S"})
    two.run()
    assert two.b.get(B.name) == "Small"


def chosen(*options: str) -> Value:
    return tuple(map(Entry, options)) or ""


MANY_A, MANY_B = (
    size("A", "S", "L", "XL", type_=FieldType.CHOICES),
    size("B", "Small", "Large", type_=FieldType.CHOICES),
)


def test_multiple_choices_are_translated_element_by_element() -> None:
    two = pair(line(MANY_A, MANY_B, values=VALUES), a={MANY_A.name: chosen("S", "XL")}, b={})
    assert two.held() == [
        "A: XL has no counterpart in B of B. Name one in the values of the mapping line."
    ]
    assert two.b.get(MANY_B.name) == chosen("Small")
    two.edit("b", **{MANY_B.name: chosen("Large", "Small")})
    two.run()
    assert two.a.get(MANY_A.name) == chosen("S", "XL", "L")
    two.edit("a", **{MANY_A.name: chosen("L")})
    two.run()
    assert two.b.get(MANY_B.name) == chosen("Large")
    assert two.is_quiet()


def test_an_option_taken_away_goes_although_the_only_other_one_has_no_counterpart() -> None:
    """It has not become that other one."""
    two = pair(line(MANY_A, MANY_B, values=VALUES), a={MANY_A.name: chosen("S", "XL")}, b={})
    two.run()
    two.edit("a", **{MANY_A.name: chosen("XL")})
    two.run()
    assert two.b.get(MANY_B.name) == ""
    two.edit("b", **{MANY_B.name: chosen("Large")})
    two.run()
    assert two.a.get(MANY_A.name) == chosen("XL", "L")


def test_an_option_that_nothing_is_to_be_told_of_is_left_alone_like_any_other() -> None:
    """One-way: the side that is not written has one that its line could not say anyway."""
    two = pair(line(MANY_A, MANY_B, TO_A, values=VALUES), a={MANY_A.name: chosen("XL")}, b={})
    [first] = two.run()
    assert (first.drift, len(two.base[two.setup.lines[0].key])) == (False, 1)
    two.edit("a", **{MANY_A.name: chosen("XL", "S")})
    assert [result.drift for result in two.run()] == [True]
    two.edit("a", **{MANY_A.name: chosen("S")})
    assert [result.drift for result in two.run()] == [True]


def test_a_multiple_choice_becomes_text() -> None:
    two = pair(line(MANY_A, TEXT, TO_B), a={MANY_A.name: chosen("S", "XL")}, b={})
    two.run()
    assert two.b.get(TEXT.name) == "S, XL"
    two.edit("a", **{MANY_A.name: chosen("XL", "S")})
    assert two.is_quiet()


# --- bases ---


def test_a_base_of_another_shape_is_a_first_match() -> None:
    two = pair(line("phones", "phones"), a={"phones": (P,)}, b={"phones": (Q,)})
    two.base = {"phones": [["+32", "+32"]]}
    two.run()
    assert (two.a.get("phones"), two.b.get("phones")) == ((P, Q), (Q, P))
    assert two.is_quiet()
    single = pair(line(TEXT, TEXT), a={TEXT.name: "x"}, b={TEXT.name: "y"})
    single.base = {TEXT.name: two.base["phones"]}
    single.run()
    assert (single.b.get(TEXT.name), single.base) == ("x", {TEXT.name: [["x", "x"]]})


def test_nothing_on_either_side_is_nothing_to_do() -> None:
    lines = (*BESIDE, line(PARTS, NAME), line("addresses.city", TEXT), line("company", "company"))
    two = pair(*lines, a={}, b={})
    assert two.run() == [Outcome()] * len(lines)
    assert two.base == {}


# --- for any line ---

WORDS = st.sampled_from(["", "x", "y", "Ann Smith", "S", "Small"])
NUMBERS = st.sampled_from(["+3221111111", "+32 2 111 11 11", "+3222222222", "+3223333333"])
LISTS = st.lists(
    st.builds(Entry, NUMBERS, st.sampled_from(["", "work", "mobile"]), st.booleans()), max_size=3
).map(tuple)
PLACES = st.lists(
    st.builds(
        Entry,
        st.builds(Address, street=st.sampled_from(["", "M 1"]), city=st.sampled_from(["G", "P"])),
        st.sampled_from(["", "home"]),
        st.booleans(),
    ),
    max_size=2,
).map(tuple)
OPTIONS_A, OPTIONS_B = (
    st.sampled_from(["", "S", "L", "XL"]),
    st.sampled_from(["", "Small", "Large"]),
)


def contacts(options: st.SearchStrategy[str]) -> st.SearchStrategy[Contact]:
    def made(values: dict[str, Value]) -> Contact:
        return Contact().with_fields(values)

    single = dict.fromkeys((TEXT.name, "first_name", "last_name", "full_name", "company"), WORDS)
    return st.fixed_dictionaries(
        {
            **single,
            "phones": LISTS,
            "addresses": PLACES,
            PHONE.name: NUMBERS | st.just(""),
            A.name: options,
            B.name: options,
            "custom:Many": st.lists(options.filter(bool), max_size=2, unique=True).map(
                lambda words: tuple(map(Entry, words))
            ),
        }
    ).map(made)


MANY = [
    Field("custom:Many", "Many", FieldType.CHOICES, True, options=item.options) for item in (A, B)
]
#: Lines by shape, each also the other way round.
SHAPES: dict[str, tuple[Line, ...]] = {
    "text": (line("company", TEXT),),
    "phones": (line("phones", "phones"),),
    "sub-value": (line("phones.mobile", PHONE),),
    "sub-value to sub-value": (line("phones.mobile", "phones.work"),),
    "list beside sub-value": BESIDE,
    "lists beside sub-values": (*BESIDE, line(TEXT, "phones.work", TO_A)),
    "list to single": (line("phones", PHONE),),
    "list to single beside": (line("phones", PHONE), line("phones.mobile", TEXT, TO_B)),
    "address part": (line("addresses.city", TEXT),),
    "address": (line("addresses", "addresses.home"),),
    "composed": (line(PARTS, NAME),),
    "composed, own": (line(composed("first_name", "last_name", "full_name"), TEXT),),
    "choice": (line(A, B, values=VALUES),),
    "choices": (line(*MANY, values=VALUES),),
    "choices as text": (line(MANY[0], TEXT, TO_B),),
}


def turned(item: Line) -> Line:
    arrow = {BOTH: BOTH, TO_A: TO_B, TO_B: TO_A}[item.arrow]
    return Line(item.b, item.a, arrow, item.winner, tuple((b, a) for a, b in item.values))


@st.composite
def pairs(draw: st.DrawFn, lines: tuple[Line, ...]) -> Pair:
    is_turned = draw(st.booleans())
    used = tuple(map(turned, lines)) if is_turned else lines
    setup = setup_of(
        *used,
        winner=draw(st.sampled_from("ab")),
        never_blank=draw(st.booleans()),
        direction=draw(st.sampled_from(["two-way", "two-way", "a-to-b", "b-to-a"])),
    )
    sides = draw(contacts(OPTIONS_A)), draw(contacts(OPTIONS_B))
    a, b = reversed(sides) if is_turned else sides
    return Pair(setup, a, b)


@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=25)
@given(data=st.data())
def test_a_second_run_writes_nothing_and_remembers_nothing_new(
    shape: str, data: st.DataObject
) -> None:
    """Where lines share a field, one may have to wait for what another wrote: then the third."""
    two = data.draw(pairs(SHAPES[shape]))
    options = OPTIONS_A if A.name in str(two.setup.lines[0].a) else OPTIONS_B
    for edited in (None, "a", "b"):
        if edited:
            setattr(two, edited, data.draw(contacts(options)))
        for _ in two.setup.lines:
            two.run()
        assert not any(result.writes for result in two.run())
        assert two.is_quiet()


@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=25)
@given(data=st.data())
def test_what_is_agreed_as_shown_is_quiet(shape: str, data: st.DataObject) -> None:
    two = data.draw(pairs(SHAPES[shape]))
    if data.draw(st.booleans()):
        two.run()
        two.a, two.b = data.draw(contacts(OPTIONS_A)), data.draw(contacts(OPTIONS_B))
    two.base = {
        item.key: agree_as_shown(item, two.contacts(), two.setup, two.base.get(item.key))
        for item in two.setup.lines
    }
    before = two.contacts()
    assert not any(result.writes or result.drift for result in two.run())
    assert two.contacts() == before


SAMPLES: dict[FieldType, st.SearchStrategy[str | Address]] = {
    FieldType.EMAIL: st.sampled_from(["ann@x.org", "Bob@X.org"]),
    FieldType.PHONE: NUMBERS,
    FieldType.NUMBER: st.decimals(-99, 99, places=2).map(str),
    FieldType.BOOLEAN: st.sampled_from(["true", "false"]),
    FieldType.DATE: st.dates().map(str),
    FieldType.DATETIME: st.datetimes().map(lambda moment: f"{moment.isoformat()}+00:00"),
    FieldType.URL: st.sampled_from(["https://x.org/a", "y.org"]),
    FieldType.ADDRESS: st.builds(Address, city=st.sampled_from(["Ghent", "Rome"])),
    FieldType.CHOICE: st.sampled_from(["S", "L"]),
    FieldType.CHOICES: st.sampled_from(["S", "L"]),
    FieldType.NAME: st.sampled_from(["Ann Smith", "李 小龍"]),
}


def _both_ways(a: FieldType, b: FieldType) -> bool:
    fit = compatible(Field("a", "A", a), Field("b", "B", b))
    return fit.a_to_b and fit.b_to_a


BOTH_WAYS = [pair for pair in product(FieldType, repeat=2) if _both_ways(*pair)]


def value_for(field_: Field) -> st.SearchStrategy[Value]:
    element = SAMPLES.get(field_.type, st.sampled_from(["a text", "another"]))
    if field_.holds_list:
        entry = st.builds(Entry, element)
        return st.lists(entry, min_size=1, max_size=3).map(tuple)
    if field_.type == FieldType.ADDRESS:
        return st.builds(Entry, element).map(lambda entry: (entry,))
    return element.map(str)


@pytest.mark.parametrize(("many_a", "many_b"), list(product((False, True), repeat=2)))
@settings(max_examples=150)
@given(data=st.data())
def test_a_value_is_the_same_there_and_back_wherever_both_ways_are_offered(
    many_a: bool, many_b: bool, data: st.DataObject
) -> None:
    of_a, of_b = data.draw(st.sampled_from(BOTH_WAYS))
    a, b = Field("a", "A", of_a, many_a), Field("b", "B", of_b, many_b)
    values = VALUES if of_a in (FieldType.CHOICE, FieldType.CHOICES) else ()
    item = Line(a, b, values=values)
    value = data.draw(value_for(a))
    there = pair(item, a={"a": value}, b={})
    there.run()
    back = Pair(there.setup, Contact(), there.b)
    back.run()
    shown = show(item, "a", there.a, there.base.get(item.key), there.setup)
    again = show(item, "a", back.a, back.base.get(item.key), back.setup)
    assert equal(replace(a, many=False), again, shown)
    assert there.is_quiet() and back.is_quiet()
