"""Who is the same person, and what becomes of two contacts that meet for the first time."""

from __future__ import annotations

import pytest

from connectors.contact import Address, Entry
from tests.stories.people import Pair, names, person, texts

# --- Who is who ----------------------------------------------------------------------------


def test_any_address_in_common_makes_a_pair_whatever_its_case(people: Pair) -> None:
    people.a.add(person("Ann", "ann@work.example", " ANN@Home.example"))
    people.b.add(person("Ann", "other@mail.example", "ann@home.example"))
    answer = people.sync()
    assert (answer["linked"], answer["in_sync"]) == (1, 1)
    assert len(people.a.contacts()) == len(people.b.contacts()) == 1
    people.assert_quiet()


def test_the_pair_outlives_its_addresses(people: Pair) -> None:
    ann = people.a.add(person("Ann", "ann@old.example"))
    people.sync()
    people.a.edit(ann, {"emails": (Entry("ann@new.example"),)})
    people.sync()
    [twin] = people.b.contacts()
    assert texts(people.b, twin, "emails") == ["ann@new.example"]
    people.assert_quiet()


def test_addresses_of_different_contacts_go_to_review_and_nothing_is_written(people: Pair) -> None:
    people.a.add(person("Ann", "ann@work.example", "ann@home.example"))
    people.b.add(person("Ann", "ann@work.example"))
    people.b.add(person("Ann", "ann@home.example"))
    before = people.a.contacts(), people.b.contacts()
    answer = people.sync()
    assert answer["to_review"] >= 1
    assert (answer["linked"], answer["in_sync"]) == (0, 0)
    assert (people.a.contacts(), people.b.contacts()) == before
    people.assert_quiet()


def test_of_several_with_the_address_the_namesake_pairs(people: Pair) -> None:
    people.a.add(person("Ann", "team@mail.example", nickname="From A"))
    bob = people.b.add(person("Bob", "team@mail.example"))
    ann = people.b.add(person(" ANN ", "team@mail.example"))
    answer = people.sync()
    assert (answer["in_sync"], answer["duplicates"]) == (1, 1)
    assert texts(people.b, ann, "nickname") == ["From A"]
    assert texts(people.b, bob, "nickname") == [""]
    assert len(people.a.contacts()) == 1
    people.assert_quiet()


def test_of_several_namesakes_the_oldest_pairs(people: Pair) -> None:
    people.a.add(person("Ann", "ann@mail.example", nickname="From A"))
    made = {"2020": "2020-01-01T00:00:00+00:00", "2010": "2010-01-01T00:00:00+00:00"}
    contacts = {year: person("Ann", "ann@mail.example") for year in made}
    ids = {
        year: people.b.add(type(contact)(contact.fields, created=made[year]))
        for year, contact in contacts.items()
    }
    people.sync()
    assert texts(people.b, ids["2010"], "nickname") == ["From A"]
    assert texts(people.b, ids["2020"], "nickname") == [""]
    people.assert_quiet()


def test_several_without_a_namesake_go_to_review(people: Pair) -> None:
    people.a.add(person("Ann", "team@mail.example"))
    people.b.add(person("Bob", "team@mail.example"))
    people.b.add(person("Eve", "team@mail.example"))
    before = people.a.contacts(), people.b.contacts()
    answer = people.sync()
    assert (answer["in_sync"], answer["linked"]) == (0, 0)
    assert answer["to_review"] >= 1
    assert (people.a.contacts(), people.b.contacts()) == before


def test_of_two_with_one_address_on_one_side_only_one_gets_a_counterpart(people: Pair) -> None:
    people.a.add(person("Ann", "team@mail.example"))
    people.a.add(person("Bob", "team@mail.example"))
    answer = people.sync()
    assert (answer["b"]["created"], answer["duplicates"]) == (1, 1)
    assert names(people.b) == ["Ann"]
    people.assert_quiet()


def test_an_address_that_lives_there_is_never_created_again(people: Pair) -> None:
    people.a.add(person("Ann", "ann@mail.example"))
    people.sync()
    people.a.add(person("Ann's copy", "new@mail.example", "ann@mail.example"))
    answer = people.sync()
    assert (answer["b"]["created"], answer["duplicates"]) == (0, 1)
    assert names(people.b) == ["Ann"]
    people.assert_quiet()


def test_an_address_of_another_contact_is_held_and_the_rest_flows(people: Pair) -> None:
    ann = people.a.add(person("Ann", "ann@mail.example"))
    people.sync()
    people.b.add(person("Bob", "bob@mail.example"))
    emails = (Entry("ann@mail.example", primary=True), Entry("bob@mail.example"))
    people.a.edit(ann, {"emails": emails, "job_title": "Boss"})
    people.sync()
    [twin] = [id for id, contact in people.b.contacts().items() if contact.name == "Ann"]
    assert texts(people.b, twin, "emails") == ["ann@mail.example"]
    assert texts(people.b, twin, "job_title") == ["Boss"]
    assert [step["why"] for step in people.steps("hold")] == [
        "An e-mail address is held back: another contact of that side has it (duplicate)."
    ]
    people.assert_quiet()


# --- Without an address --------------------------------------------------------------------


def test_contacts_without_address_are_left_out(people: Pair) -> None:
    people.a.add(person("Ann"))
    people.b.add(person("Bob"))
    answer = people.sync()
    assert answer["excluded"] == {"no e-mail": 2}
    assert (names(people.a), names(people.b)) == (["Ann"], ["Bob"])
    people.assert_quiet()


def test_a_contact_that_lost_its_address_after_the_first_meeting_stays_in_sync(
    people: Pair,
) -> None:
    ann = people.a.add(person("Ann", "ann@mail.example"))
    people.sync()
    people.a.edit(ann, {"emails": "", "job_title": "Boss"})
    answer = people.sync()
    [twin] = people.b.contacts()
    assert texts(people.b, twin, "job_title") == ["Boss"]
    assert texts(people.b, twin, "emails") == ["ann@mail.example"]
    assert answer["in_sync"] == 1
    assert [step["why"] for step in people.steps("hold")] == [
        "The last of E-mail addresses is never removed by a sync."
    ]
    people.assert_quiet()


def test_without_avoiding_duplicates_everybody_syncs_and_look_alikes_are_proposed(
    people: Pair,
) -> None:
    people.load("avoid_duplicates: false")
    phone = (Entry("+32 475 11 22 33"),)
    people.a.add(person("Ann", phones=phone))
    people.b.add(person("ann", phones=(Entry("+32475112233"),)))
    people.a.add(person("Bob", company="Acme"))
    people.b.add(person("Bob", company="ACME"))
    people.a.add(person("Eve"))
    people.b.add(person("Eve", company="Elsewhere"))
    answer = people.sync()
    assert names(people.b) == ["Bob", "Eve", "Eve", "ann"]
    assert names(people.a) == ["Ann", "Bob", "Eve", "Eve"]
    assert (answer["linked"], answer["in_sync"]) == (0, 2)
    assert answer["to_review"] == 4
    people.assert_quiet()


# --- What two contacts make of each other --------------------------------------------------


@pytest.mark.parametrize(("winner", "title"), [("a", "Boss"), ("b", "Chief")])
def test_first_match_fills_and_lets_the_winner_decide(
    people: Pair, winner: str, title: str
) -> None:
    people.load(f"winner: {winner}")
    one = people.a.add(
        person("Ann", "ann@mail.example", job_title="Boss", company="Acme", nickname="Annie")
    )
    two = people.b.add(
        person("Ann", "ann@mail.example", job_title="Chief", notes="Likes tea", nickname="Annie")
    )
    answer = people.sync()
    for app, id in ((people.a, one), (people.b, two)):
        assert texts(app, id, "job_title") == [title]
        assert texts(app, id, "company") == ["Acme"]
        assert texts(app, id, "notes") == ["Likes tea"]
        assert texts(app, id, "nickname") == ["Annie"]
    assert (answer["conflicts"], answer["linked"]) == (1, 1)
    people.assert_quiet()


def test_lists_unite_by_normal_form(people: Pair) -> None:
    people.load("region: BE")
    one = people.a.add(
        person(
            "Ann", "ann@mail.example", "one@mail.example",
            phones=(Entry("0475 11 22 33", "mobile"),),
            urls=(Entry("https://www.acme.example/"),),
        )
    )  # fmt: skip
    two = people.b.add(
        person(
            "Ann", "ANN@mail.example", "two@mail.example",
            phones=(Entry("+32475112233"), Entry("+32 9 225 00 00")),
            urls=(Entry("acme.example"), Entry("https://b.example")),
        )
    )  # fmt: skip
    people.sync()
    assert texts(people.a, one, "emails") == [
        "ann@mail.example", "one@mail.example", "two@mail.example",
    ]  # fmt: skip
    assert texts(people.b, two, "emails") == [
        "ANN@mail.example", "two@mail.example", "one@mail.example",
    ]  # fmt: skip
    assert texts(people.a, one, "phones") == ["0475 11 22 33", "+32 9 225 00 00"]
    assert texts(people.b, two, "phones") == ["+32475112233", "+32 9 225 00 00"]
    assert texts(people.a, one, "urls") == ["https://www.acme.example/", "https://b.example"]
    assert texts(people.b, two, "urls") == ["acme.example", "https://b.example"]
    people.assert_quiet()


def test_the_fuller_of_two_addresses_is_kept(people: Pair) -> None:
    full = Address(street="Korenmarkt 1", postcode="9000", city="Ghent", country="Belgium")
    one = people.a.add(person("Ann", "ann@mail.example", addresses=(Entry(full, "home"),)))
    poor = Entry(Address(street="korenmarkt 1", city="GHENT"), "work")
    two = people.b.add(person("Ann", "ann@mail.example", addresses=(poor,)))
    people.sync()
    assert texts(people.a, one, "addresses") == [str(full)]
    assert texts(people.b, two, "addresses") == [str(full)]
    assert people.b.contacts()[two].get("addresses") == (Entry(full, "work"),)
    people.assert_quiet()
