"""What every operator makes of every type, of lists and of what is empty."""

from __future__ import annotations

from datetime import datetime
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.contact import Address, Entry, Value
from connectors.fields import FieldType, normal
from rules import words
from rules.setup import Condition
from rules.verdict import holds
from rules.words import operators_for
from tests.rules.words.samples import BRUSSELS, CATALOGUE, LIST_OF, NOW, OF_TYPE, T, facts

TEXTS = (T.TEXT, T.LONG_TEXT, T.NAME, T.EMAIL, T.PHONE, T.URL, T.ADDRESS)
DATES = (T.DATE, T.DATETIME)
EMPTINESS = ("is empty", "is not empty")
#: type -> the operators that fit, in the order of forms.
FITTING = {
    **dict.fromkeys(
        TEXTS,
        ("is", "is not", "one of", "contains", "does not contain", "starts with", *EMPTINESS),
    ),
    T.NUMBER: ("is", "is not", "one of", "less than", "greater than", *EMPTINESS),
    T.BOOLEAN: ("is", "is not", *EMPTINESS),
    **dict.fromkeys(DATES, ("is", "is not", "before", "after", "within days", *EMPTINESS)),
    T.CHOICE: ("is", "is not", "one of", *EMPTINESS),
    T.CHOICES: ("is", "is not", "one of", *EMPTINESS),
}
NEGATIONS = {
    "is not": "is",
    "does not contain": "contains",
    "is empty": "is not empty",
}
#: A value that fits, by operator and type.
VALUES: dict[str, str] = {"within days": "7", "is empty": "", "is not empty": ""}
OF_TYPES = {T.NUMBER: "3", T.BOOLEAN: "true", T.DATE: "2026-11-23", T.DATETIME: "2026-11-23"}


def condition(type_: FieldType, op: str, value: str | tuple[str, ...] = "") -> Condition:
    return words.condition("field", op, value, OF_TYPE[type_].name, CATALOGUE)


def ask(
    type_: FieldType, op: str, value: str | tuple[str, ...], held: Value, now: datetime = NOW
) -> bool | None:
    name = OF_TYPE[type_].name
    return holds(condition(type_, op, value), facts({name: held} if held else {}, now=now))


@pytest.mark.parametrize("type_", list(T), ids=str)
def test_which_operators_fit_a_type(type_: FieldType) -> None:
    for field in (OF_TYPE[type_], LIST_OF[type_]):
        assert operators_for("field", field) == FITTING[type_]


@pytest.mark.parametrize(("type_", "op"), list(product(T, operators_for("field"))), ids=str)
def test_what_does_not_fit_is_refused_with_what_does(type_: FieldType, op: str) -> None:
    value = VALUES.get(op, OF_TYPES.get(type_, "x"))
    if op in FITTING[type_]:
        assert condition(type_, op, value).op == op
        return
    with pytest.raises(words.NotPossible) as caught:
        condition(type_, op, value)
    assert caught.value.about == "op"
    assert str(caught.value) == (
        f"{op!r} does not fit The {type_} ({OF_TYPE[type_].kind}). "
        f"There is: {', '.join(FITTING[type_])}."
    )


#: type, operator, what is compared with, values that pass, values that do not
TABLE: list[tuple[FieldType, str, str | tuple[str, ...], list[str], list[str]]] = [
    (T.TEXT, "is", " GHENT ", ["Ghent", "ghent  ", "GHENT"], ["Ghent city", "Gent"]),
    (T.TEXT, "is", "Straße", ["STRASSE", "straße"], ["Strase"]),
    (T.TEXT, "one of", ("Ghent", "Mons"), ["ghent", " MONS"], ["Ghent, Mons", "Liège"]),
    (T.TEXT, "contains", "hen", ["Ghent", "THE HEN"], ["Gent"]),
    (T.TEXT, "starts with", "gh", ["Ghent", "  GHENT"], ["Old Ghent"]),
    (T.LONG_TEXT, "is", "two lines", ["two\nlines", "Two  Lines"], ["two", "lines"]),
    (T.LONG_TEXT, "contains", "b c", ["a b\r\nc d"], ["abc"]),
    (T.NAME, "is", "ann smith", ["Ann  Smith"], ["Ann"]),
    (T.EMAIL, "is", "Ann@X.org", ["ann@x.org", " ANN@x.org"], ["ann@x.com"]),
    (T.EMAIL, "contains", "@x.org", ["Ann@X.ORG"], ["ann@x.com"]),
    (T.EMAIL, "one of", ("a@x.org", "b@x.org"), ["A@x.org"], ["c@x.org"]),
    (T.PHONE, "is", "02 555 12 12", ["+32 2 555 12 12", "02/555.12.12"], ["+31 2 555 12 12"]),
    (T.PHONE, "is", "+3225551212", ["02 555 12 12"], ["02 555 12 13"]),
    (T.PHONE, "one of", ("+3225551212", "112"), ["02 555 12 12"], ["02 555 12 13"]),
    (T.PHONE, "starts with", "+32", ["02 555 12 12", "+32 2 555 12 12"], ["+31 20 555 1212"]),
    (T.PHONE, "contains", "555 12", ["02 555 12 12"], ["02 556 12 12"]),
    (T.URL, "is", "https://www.x.org/", ["x.org", "http://X.org"], ["x.org/a", "y.org"]),
    (T.URL, "starts with", "x.org", ["https://www.x.org/a"], ["https://y.org/x.org"]),
    (T.NUMBER, "is", "1.50", ["1.5", "01.5", " 15e-1"], ["1.51", "many"]),
    (T.NUMBER, "one of", ("1", "2"), ["1.0", "2"], ["3", "12"]),
    (T.NUMBER, "less than", "10", ["9.99", "-3", " 2 "], ["10", "10.0", "11", "many", "NaN"]),
    (T.NUMBER, "greater than", "10", ["10.01", "1e3"], ["10", "9", "many", "Infinity"]),
    (T.BOOLEAN, "is", "yes", ["true", "True", "yes"], ["false", "no", "maybe"]),
    (T.BOOLEAN, "is", "false", ["false", "NO"], ["true", "maybe"]),
    (T.CHOICE, "is", "large", ["Large", " LARGE "], ["Larger"]),
    (T.CHOICE, "one of", ("S", "L"), ["s"], ["M"]),
    (T.CHOICES, "is", "large", ["Large"], ["Larger"]),
    (T.DATE, "is", "2026-11-23", ["2026-11-23", " 2026-11-23 "], ["2026-11-24", "--11-23", "x"]),
    (T.DATE, "is", "--11-23", ["--11-23", "1980-11-23"], ["--11-24", "1980-11-24", "x"]),
    (T.DATE, "before", "2026-11-23", ["2026-11-22", "0001-01-01"], ["2026-11-23", "--11-22", "x"]),
    (T.DATE, "after", "2026-11-23", ["2026-11-24"], ["2026-11-23", "--11-24", "soon"]),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "op", "value", "passing", "failing"), TABLE)
def test_what_passes(
    type_: FieldType, op: str, value: str | tuple[str, ...], passing: list[str], failing: list[str]
) -> None:
    assert [held for held in passing if ask(type_, op, value, held) is not True] == []
    assert [held for held in failing if ask(type_, op, value, held) is not False] == []


DENIED = {positive: negative for negative, positive in NEGATIONS.items()}


@pytest.mark.parametrize(
    ("type_", "op", "value", "passing", "failing"), [row for row in TABLE if row[1] in DENIED]
)
def test_the_negations_are_exact(
    type_: FieldType, op: str, value: str, passing: list[str], failing: list[str]
) -> None:
    assert [held for held in passing if ask(type_, DENIED[op], value, held) is not False] == []
    assert [held for held in failing if ask(type_, DENIED[op], value, held) is not True] == []


@pytest.mark.parametrize(("type_", "op"), [(t, op) for t in T for op in FITTING[t]], ids=str)
def test_nothing_satisfies_a_positive_operator_if_empty(type_: FieldType, op: str) -> None:
    made = condition(type_, op, VALUES.get(op, OF_TYPES.get(type_, "x")))
    for held in ("", "  ", (), (Entry(""), Entry(" "), Entry(Address()))):
        assert holds(made, facts({OF_TYPE[type_].name: held})) is (op in NEGATIONS), held


@pytest.mark.parametrize(
    ("op", "value", "held", "truth"),
    [
        ("is", "b@x.org", ("a@x.org", "B@x.org"), True),
        ("is", "c@x.org", ("a@x.org", "b@x.org"), False),
        ("is not", "b@x.org", ("a@x.org", "b@x.org"), False),
        ("is not", "c@x.org", ("a@x.org", "b@x.org"), True),
        ("contains", "b@", ("a@x.org", "b@x.org"), True),
        ("does not contain", "b@", ("a@x.org", "b@x.org"), False),
        ("does not contain", "c@", ("a@x.org", "b@x.org"), True),
        ("starts with", "b", ("a@x.org", "b@x.org"), True),
        ("one of", ("c@x.org", "b@x.org"), ("a@x.org", "b@x.org"), True),
        ("is not empty", "", ("a@x.org",), True),
        ("is empty", "", ("a@x.org",), False),
    ],
)
def test_one_element_of_a_list_is_enough(
    op: str, value: str, held: tuple[str, ...], truth: bool
) -> None:
    made = words.condition("field", op, value, "emails", CATALOGUE)
    assert holds(made, facts({"emails": tuple(Entry(each) for each in held)})) is truth


def test_numbers_and_dates_of_a_list_compare_by_element() -> None:
    numbers, dates = LIST_OF[T.NUMBER].name, LIST_OF[T.DATE].name
    held = facts(
        {
            numbers: (Entry("1"), Entry("9")),
            dates: (Entry("2026-01-01"), Entry("2026-12-31")),
        }
    )
    for op, value, name in (
        ("less than", "5", numbers),
        ("greater than", "5", numbers),
        ("before", "2026-06-01", dates),
        ("after", "2026-06-01", dates),
    ):
        assert holds(words.condition("field", op, value, name, CATALOGUE), held) is True
    assert holds(words.condition("field", "less than", "1", numbers, CATALOGUE), held) is False


DIGITS = st.text("0123456789", min_size=2, max_size=12)
TYPED = st.builds(
    lambda start, digits, gaps, end: start + gaps.join(digits) + end,
    st.sampled_from(["", "+32", "+32 (0)", "0032 ", "0", "00", "+", "tel:+32", "+54 9 ", "(", " "]),
    DIGITS,
    st.sampled_from(["", " ", ".", "/", "-"]),
    st.sampled_from(["", " ", "/", "-", " x7", " ext. 12", "#", "a", "٣"]),
)


@given(pairs=st.tuples(TYPED, TYPED) | DIGITS.map(lambda each: (f"0{each}", f"+32 {each}")))
@example(pairs=("+1", "+1"))
@example(pairs=("-", "()"))
@example(pairs=("0 11 15 4123 4567", "+54 9 11 4123 4567"))
def test_phones_are_told_apart_as_their_normal_forms_are(pairs: tuple[str, str]) -> None:
    for region in ("BE", "AR", ""):
        value, held = pairs
        same = normal(T.PHONE, value, region) == normal(T.PHONE, held, region)
        phone = OF_TYPE[T.PHONE]
        made = Condition("field", "is", value, phone)
        assert holds(made, facts({phone.name: held}, region=region)) is same, region


ADDRESS = Address("Main Street 1", city="Ghent", country="Belgium")


@pytest.mark.parametrize(
    ("op", "value", "truth"),
    [
        ("is", "GHENT", True),
        ("is", "main street 1, ghent, belgium", True),
        ("is", "Main Street", False),
        ("is not", "Ghent", False),
        ("contains", "street 1, gh", True),
        ("starts with", "ghe", True),
        ("starts with", "treet", False),
        ("one of", ("Mons", "Belgium"), True),
        ("is empty", "", False),
    ],
)
def test_an_address_is_known_by_its_text_and_its_parts(op: str, value: str, truth: bool) -> None:
    made = words.condition("field", op, value, "addresses", CATALOGUE)
    assert holds(made, facts({"addresses": (Entry(Address(city="X")), Entry(ADDRESS))})) is truth


# --- Days ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "truth"),
    [
        ("2026-11-23", True),
        ("2026-11-16", True),
        ("2026-11-15", False),
        ("2026-11-24", False),
        ("1980-11-20", False),
        ("--11-23", True),
        ("--11-16", True),
        ("--11-15", False),
        ("--11-24", False),
        ("--13-40", False),
        ("soon", False),
    ],
)
def test_within_days_ends_today_and_takes_a_birthday_when_it_last_came_round(
    held: str, truth: bool
) -> None:
    assert ask(T.DATE, "within days", "7", held) is truth


@pytest.mark.parametrize(
    ("today", "held", "days", "truth"),
    [
        ((2027, 1, 2), "--12-31", "2", True),
        ((2027, 1, 2), "--12-30", "2", False),
        ((2027, 2, 28), "--02-29", "0", True),
        ((2027, 3, 1), "--02-29", "0", False),
        ((2028, 2, 29), "--02-29", "0", True),
        ((2028, 2, 28), "--02-29", "300", False),
        ((2028, 2, 28), "--02-29", "365", True),
        ((1, 1, 1), "--12-31", "7", False),
    ],
)
def test_birthdays_at_the_turn_of_a_year_and_on_leap_days(
    today: tuple[int, int, int], held: str, days: str, truth: bool
) -> None:
    now = datetime(*today, 12, tzinfo=BRUSSELS)
    assert ask(T.DATE, "within days", days, held, now) is truth


@pytest.mark.parametrize(
    ("held", "day"),
    [
        ("2026-11-22T22:59:59+00:00", "2026-11-22"),
        ("2026-11-22T23:00:00+00:00", "2026-11-23"),
        ("2026-11-22T23:00:00Z", "2026-11-23"),
        ("2026-07-22T22:00:00+00:00", "2026-07-23"),
        ("2026-11-23T00:30:00+09:00", "2026-11-22"),
        ("2026-11-23T00:00:00", "2026-11-23"),
        ("2026-11-23", "2026-11-23"),
    ],
)
def test_a_moment_counts_by_the_calendar_day_of_the_configured_zone(held: str, day: str) -> None:
    assert ask(T.DATETIME, "is", day, held) is True
    assert ask(T.DATETIME, "is not", day, held) is False
    assert ask(T.DATETIME, "before", day, held) is False
    assert ask(T.DATETIME, "after", day, held) is False


def test_the_days_of_a_moment_end_at_midnight_of_the_zone() -> None:
    yesterday, today = "2026-11-22T22:59:00+00:00", "2026-11-22T23:01:00+00:00"
    assert ask(T.DATETIME, "within days", "0", today) is True
    assert ask(T.DATETIME, "within days", "0", yesterday) is False
    assert ask(T.DATETIME, "within days", "1", yesterday) is True
    tomorrow = "2026-11-23T23:00:00+00:00"
    assert ask(T.DATETIME, "within days", "1", tomorrow) is False


@pytest.mark.parametrize("held", ["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:00-23:00"])
def test_a_moment_at_the_ends_of_the_calendar_is_no_day(held: str) -> None:
    assert ask(T.DATETIME, "within days", "7", held) is False
    assert ask(T.DATETIME, "before", "2026-01-01", held) is False
