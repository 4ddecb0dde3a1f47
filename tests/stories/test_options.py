"""What a connection does once its people have met, and what its options change."""

from __future__ import annotations

import pytest

from connectors.contact import Entry
from connectors.memory.app import Quirks
from tests.stories.installation import InThisProcess
from tests.stories.people import Pair, in_sync, names, person, texts, two_apps

pytestmark = pytest.mark.sqlite_only

# --- Clears --------------------------------------------------------------------------------


def test_a_clear_flows(people: Pair, ann: tuple[str, str]) -> None:
    people.b.edit(ann[1], {"notes": ""})
    people.sync()
    assert texts(people.a, ann[0], "notes") == [""]
    people.assert_quiet()


def test_never_blank_leaves_the_other_side_and_does_not_refill(
    people: Pair, ann: tuple[str, str]
) -> None:
    people.load("never_blank: true")
    people.sync()
    people.b.edit(ann[1], {"notes": ""})
    people.sync()
    assert (texts(people.a, ann[0], "notes"), texts(people.b, ann[1], "notes")) == (
        ["Old note"],
        [""],
    )
    people.assert_quiet()
    people.a.edit(ann[0], {"notes": "New note"})
    people.sync()
    assert texts(people.b, ann[1], "notes") == ["New note"]
    people.assert_quiet()


def test_the_last_address_is_never_removed(people: Pair, ann: tuple[str, str]) -> None:
    people.a.edit(ann[0], {"emails": "", "job_title": "Chief"})
    people.sync()
    assert texts(people.b, ann[1], "emails") == ["ann@mail.example"]
    assert texts(people.b, ann[1], "job_title") == ["Chief"]
    people.assert_quiet()


# --- Direction -----------------------------------------------------------------------------


def test_one_way_leaves_edits_of_the_target_until_the_source_changes(people: Pair) -> None:
    people.load("direction: a-to-b")
    one, two = in_sync(people, "Ann", "ann@mail.example")
    people.b.add(person("Bob", "bob@mail.example"))
    people.b.edit(two, {"job_title": "Edited there"})
    answer = people.sync()
    assert answer["excluded"] == {"direction": 1}
    assert (texts(people.a, one, "job_title"), texts(people.b, two, "job_title")) == (
        ["Boss"],
        ["Edited there"],
    )
    assert [step["why"] for step in people.steps("drift")] == [
        "Edited on the side that is only written: job_title. Left alone."
    ]
    people.assert_quiet()

    people.a.edit(one, {"job_title": "Chief"})
    answer = people.sync()
    assert texts(people.b, two, "job_title") == ["Chief"]
    assert people.steps("update")[-1]["fields"]["job_title"] == {
        "before": "Edited there", "after": "Chief", "lost": "Edited there",
    }  # fmt: skip
    assert names(people.a) == ["Ann"]
    assert people.a.number == 2
    people.assert_quiet()


# --- Apps that keep values in a way of their own --------------------------------------------


def test_apps_that_reformat_and_cut_cause_no_ping_pong(quick: InThisProcess) -> None:
    tidy = Quirks(normalise=True, limits={"notes": 20, "phones": 1})
    with two_apps(quick, b=tidy) as people:
        people.load("region: BE")
        long_note = "A note of much more than twenty characters"
        phones = (Entry("0475 11 22 33", "mobile"), Entry("09 225 00 00", "work"))
        one = people.a.add(person("Ann", "ANN@Mail.example", notes=long_note, phones=phones))
        people.sync()
        [two] = people.b.contacts()
        assert texts(people.b, two, "emails") == ["ann@mail.example"]
        assert texts(people.b, two, "notes") == [long_note[:20]]
        people.sync()
        people.assert_quiet()
        assert texts(people.a, one, "notes") == [long_note]
        assert texts(people.a, one, "phones") == ["0475 11 22 33", "09 225 00 00"]
        assert texts(people.a, one, "emails") == ["ANN@Mail.example"]

        people.b.edit(two, {"job_title": "Boss"})
        people.sync()
        assert texts(people.a, one, "job_title") == ["Boss"]
        assert texts(people.a, one, "notes") == [long_note]
        people.b.edit(two, {"notes": "Short"})
        people.sync()
        assert texts(people.a, one, "notes") == ["Short"]
        people.assert_quiet()


@pytest.mark.parametrize(("region", "phones"), [("BE", 1), ("", 2)])
def test_the_region_tells_the_country_of_a_phone_number(
    people: Pair, region: str, phones: int
) -> None:
    people.load(f"region: {region}" if region else "interval: 10")
    one = people.a.add(person("Ann", "ann@mail.example", phones=(Entry("0475 11 22 33"),)))
    people.b.add(person("Ann", "ann@mail.example", phones=(Entry("+32 475 11 22 33"),)))
    people.sync()
    assert len(texts(people.a, one, "phones")) == phones
    people.assert_quiet()
