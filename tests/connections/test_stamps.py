from __future__ import annotations

from typing import Any

import pytest

from connections.stamps import REST, Stamp, changed_fields, restamp, stamp_of
from connectors.contact import Contact, value_to_json
from tests.sync.engine.pairs import emails

ONE, TOO = emails("ann@x.org", "ANN@x.org")


@pytest.mark.parametrize(
    ("stamps", "stamp"),
    [
        ({}, Stamp(0, True)),
        ({REST: [3, True]}, Stamp(3, True)),
        ({REST: [3, True], "company": [7, False]}, Stamp(7, False)),
    ],
)
def test_a_field_without_a_stamp_of_its_own_has_that_of_the_record(
    stamps: dict[str, Any], stamp: Stamp
) -> None:
    assert stamp_of(stamps, "company") == stamp


def test_a_first_sighting_is_all_raw_but_for_what_we_wrote() -> None:
    new = Contact({"company": "x", "notes": "n"})
    stamps = restamp(None, new, {}, {"company": Stamp(4, False)}, {}, 9)
    assert stamps == {REST: [9, True], "company": [4, False]}


def test_only_what_changed_gets_a_new_stamp() -> None:
    old = Contact({"company": "x", "notes": "n", "nickname": "k"})
    new = Contact({"company": "y", "notes": "n", "job_title": "j"})
    assert sorted(changed_fields(old, new)) == ["company", "job_title", "nickname"]
    stamps = restamp(old, new, {REST: [1, True], "notes": [2, False]}, {}, {}, 9)
    fresh = [9, True]
    assert stamps == {
        REST: [1, True], "notes": [2, False], "company": fresh, "job_title": fresh,
        "nickname": fresh,
    }  # fmt: skip


def test_what_we_wrote_carries_its_stamp_although_nothing_seems_changed() -> None:
    same = Contact({"company": "x"})
    assert restamp(same, same, {REST: [1, True]}, {"company": Stamp(8, False)}, {}, 9) == {
        REST: [1, True],
        "company": [8, False],
    }


def test_a_value_whose_answer_was_lost_is_known_for_ours_in_any_spelling() -> None:
    pending = {"emails": [value_to_json((TOO,)), [5, False]], "company": ["x", [5, False]]}
    new = Contact({"emails": (ONE,), "company": "a person's"})
    stamps = restamp(Contact(), new, {REST: [1, True]}, {}, pending, 9)
    assert stamps == {REST: [1, True], "emails": [5, False], "company": [9, True]}


def test_a_clear_whose_answer_was_lost_is_known_for_ours() -> None:
    stamps = restamp(Contact({"company": "x"}), Contact(), {}, {}, {"company": ["", [5, False]]}, 9)
    assert stamps == {"company": [5, False]}
