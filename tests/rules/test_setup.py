from __future__ import annotations

import json
from dataclasses import replace

import pytest

from connectors.fields import STANDARD, Field, FieldType
from rules.setup import A_TO_B, B_TO_A, BOTH, TO_A, TO_B, TWO_WAY, Brakes, Line, Setup, other

SIZE = Field("custom:Size", "Size", FieldType.CHOICE, options=("S", "L"), required=True)
SCORE = Field("custom:Score", "Score", FieldType.NUMBER, writable=False)
COMPANY = STANDARD["company"]
SETUP = Setup(
    "crm",
    (Line(COMPANY, COMPANY), Line(SCORE, SIZE, TO_B, "b")),
    B_TO_A,
    winner="b",
    avoid_duplicates=False,
    never_blank=True,
    region="BE",
    brakes=Brakes(marks=(1, 0.5), most=7),
)


def test_a_setup_survives_its_json() -> None:
    assert Setup.from_json(json.loads(json.dumps(SETUP.to_json()))) == SETUP
    plain = Setup("crm", ())
    assert Setup.from_json(json.loads(json.dumps(plain.to_json()))) == plain


@pytest.mark.parametrize(
    "changes",
    [
        {"direction": TWO_WAY},
        {"winner": "a"},
        {"avoid_duplicates": True},
        {"never_blank": False},
        {"region": "NL"},
        {"lines": SETUP.lines[:1]},
        {"lines": (SETUP.lines[0], replace(SETUP.lines[1], winner=""))},
        {"lines": (SETUP.lines[0], replace(SETUP.lines[1], arrow=BOTH))},
        {"lines": (SETUP.lines[0], replace(SETUP.lines[1], b=replace(SIZE, options=("S",))))},
    ],
    ids=str,
)
def test_contacts_are_planned_again_when_this_changes(changes: dict[str, object]) -> None:
    assert replace(SETUP, **changes).digest() != SETUP.digest()


def test_another_name_or_other_limits_are_no_reason_to_plan_again() -> None:
    assert replace(SETUP, connection="x", brakes=Brakes()).digest() == SETUP.digest()


@pytest.mark.parametrize(
    ("direction", "arrow", "to_a", "to_b"),
    [
        (TWO_WAY, BOTH, True, True),
        (TWO_WAY, TO_B, False, True),
        (TWO_WAY, TO_A, True, False),
        (A_TO_B, BOTH, False, True),
        (A_TO_B, TO_B, False, True),
        (A_TO_B, TO_A, False, False),
        (B_TO_A, BOTH, True, False),
        (B_TO_A, TO_B, False, False),
        (B_TO_A, TO_A, True, False),
    ],
)
def test_an_arrow_never_exceeds_the_direction(
    direction: str, arrow: str, to_a: bool, to_b: bool
) -> None:
    line = Line(COMPANY, COMPANY, arrow)
    setup = Setup("crm", (line,), direction)
    assert (setup.flows(line, "a"), setup.flows(line, "b")) == (to_a, to_b)
    assert setup.may_write("a") is (direction != A_TO_B)
    assert setup.may_write("b") is (direction != B_TO_A)


def test_a_line_has_its_own_winner_or_that_of_the_connection() -> None:
    assert [SETUP.wins(replace(SETUP.lines[0], winner=side)) for side in ("", "a", "b")] == [
        "b", "a", "b",
    ]  # fmt: skip


def test_a_line_with_other_fields_is_another_line() -> None:
    keys = [
        Line(COMPANY, COMPANY).key,
        Line(COMPANY, COMPANY, TO_B, "b").key,
        Line(COMPANY, SIZE).key,
    ]
    assert keys == ["company", "company", "company|custom:Size"]
    assert (SETUP.lines[1].field("a"), SETUP.lines[1].field("b")) == (SCORE, SIZE)


def test_limits_that_are_left_out_are_the_default_ones() -> None:
    assert Brakes.from_json({"marks": [1, 0.5]}) == Brakes(marks=(1, 0.5))
    assert Brakes.from_json({}) == Brakes()


def test_other() -> None:
    assert (other("a"), other("b")) == ("b", "a")
