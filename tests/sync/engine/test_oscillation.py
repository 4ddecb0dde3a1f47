from __future__ import annotations

import pytest

from connectors.contact import Value
from sync.engine.oscillation import to_and_fro, wrote
from sync.engine.person import Change, StepPlan
from tests.sync.engine.pairs import line_of, phones, setup_of

COMPANY, PHONES = line_of("company"), line_of("phones")
SETUP = setup_of(COMPANY, PHONES)


def step(before: Value, after: Value, name: str = "company", side: str = "b") -> StepPlan:
    line = COMPANY if name == "company" else PHONES
    agree = {line.key: ([None, None],)}
    return StepPlan("update", side, {name: Change(before, after)}, agree=agree, calls=True)


@pytest.mark.parametrize(
    ("history", "before", "after", "held"),
    [
        ([], "X", "Y", False),
        ([("X", "Y")], "Y", "X", False),
        ([("X", "Y"), ("Y", "X")], "X", "Y", True),
        ([("O", "Y"), ("Y", "X")], "X", "Y", True),
        ([("X", "Y"), ("X", "Y")], "X", "Y", True),  # somebody puts X there every time
        ([("X", "Y"), ("Y", "Z")], "Z", "X", False),
        ([("X", "Y"), ("Y", "X"), ("X", "Z")], "Z", "W", False),
        ([("X", "Y "), ("Y", "X")], " X", "Y", True),
    ],
)
def test_the_third_time_between_two_values(
    history: list[tuple[str, str]], before: str, after: str, held: bool
) -> None:
    past = [wrote("b", "company", *values) for values in history]
    found = to_and_fro([step(before, after)], past, SETUP)
    assert found == (frozenset({COMPANY.key}) if held else frozenset())


def test_only_the_same_field_of_the_same_side_counts() -> None:
    past = [wrote("a", "company", "X", "Y"), wrote("b", "notes", "Y", "X")]
    past += [wrote("b", "company", "X", "Y")]
    assert to_and_fro([step("Y", "X")], past, SETUP) == frozenset()


def test_order_and_labels_make_no_other_list() -> None:
    one, two = phones("+32475112233 home", "+3292250000"), phones("+3292250000")
    turned = phones("+3292250000", "+32475112233 work")
    past = [wrote("b", "phones", two, one), wrote("b", "phones", one, two)]
    assert to_and_fro([step(two, turned, "phones")], past, SETUP) == {PHONES.key}


def test_a_tag_that_goes_on_and_off() -> None:
    past = [wrote("b", "tag", "", "CRM"), wrote("b", "tag", "crm", "")]
    act = StepPlan("act", "b", {"tag": Change("", "CRM")}, effects={"both 7": {}}, calls=True)
    assert to_and_fro([act], past, SETUP) == {"both 7"}
    assert to_and_fro([act], past[1:], SETUP) == frozenset()


def test_a_tag_that_follows_who_enters_and_leaves_is_no_to_and_fro() -> None:
    past = [wrote("b", "tag", "", "CRM"), wrote("b", "tag", "crm", "")]
    act = StepPlan("act", "b", {"tag": Change("", "CRM")}, effects={"b tag crm": {}}, calls=True)
    assert to_and_fro([act], past, SETUP) == frozenset()


def test_what_is_not_written_is_not_counted() -> None:
    past = [wrote("b", "company", "X", "Y"), wrote("b", "company", "Y", "X")]
    note = StepPlan("hold", "b", {"company": Change("X", "Y")})
    assert to_and_fro([note], past, SETUP) == frozenset()
