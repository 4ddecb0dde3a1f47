from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from connectors.contact import Contact, entries
from sync.engine.match import Match, Neighbours, match
from sync.engine.person import View


def view(id: int, name: str = "", emails: str = "", created: str = "") -> View:
    addresses = tuple(emails.split())
    fields = {"first_name": name, "emails": entries(addresses)}
    contact = Contact({k: v for k, v in fields.items() if v}, created=created)
    return View(id, f"r{id}", contact, "d", seen=id, emails=addresses)


def near(
    here: Sequence[View] = (),
    there: Sequence[View] = (),
    paired: Sequence[int] = (),
    bereaved: Sequence[int] = (),
    proposed: Sequence[View] = (),
    torn: Sequence[int] = (),
) -> Neighbours:
    by_email: Mapping[str, Sequence[View]] = {
        email: [x for x in there if email in x.emails] for x in there for email in x.emails
    }
    return Neighbours(
        here=here,
        there=by_email,
        paired=frozenset(paired),
        bereaved=dict.fromkeys(bereaved, "2026-11-23"),
        proposed=proposed,
        torn=frozenset(torn),
    )


ME = view(1, "Ann", "ann@x.org")
TWIN = view(2, "Ann", "ann@x.org")
RIVAL = view(3, "Bob", "ann@x.org")
THEIRS = view(11, "Ann", "ann@x.org")
OTHER = view(12, "Cid", "ann@x.org")

#: me, neighbours -> the id it pairs with, or (state, cause); "" is new
CASES: dict[str, tuple[View, Neighbours, int | tuple[str, str]]] = {
    "nobody has my address": (ME, near(), ("", "")),
    "one there": (ME, near(there=[THEIRS]), 11),
    "one there, another name": (ME, near(there=[OTHER]), 12),
    "a secondary address matches": (
        view(1, "Ann", "new@x.org ann@x.org"),
        near(there=[THEIRS]),
        11,
    ),
    "both addresses point to the same": (
        view(1, "Ann", "a@x.org b@x.org"),
        near(there=[view(11, "Ann", "a@x.org b@x.org"), view(12, "Zoe", "b@x.org")]),
        11,
    ),
    "addresses point to different contacts": (
        view(1, "Ann", "a@x.org b@x.org"),
        near(there=[view(11, "Ann", "a@x.org"), view(12, "Ann", "b@x.org")]),
        ("to_review", "several matches"),
    ),
    "the one there is paired": (
        ME,
        near(there=[THEIRS], paired=[11]),
        ("duplicate", "address in use"),
    ),
    "one of two there is paired": (ME, near(there=[THEIRS, OTHER], paired=[11]), 12),
    "several there, the namesake": (ME, near(there=[OTHER, THEIRS]), 11),
    "several there, several namesakes: the oldest": (
        ME,
        near(there=[view(11, "Ann", "ann@x.org", "2020"), view(12, " ANN ", "ann@x.org", "2010")]),
        12,
    ),
    "several there, no namesake": (
        ME,
        near(there=[OTHER, view(13, "Dan", "ann@x.org")]),
        ("to_review", "several matches"),
    ),
    "two without a name have none in common": (
        view(1, "", "ann@x.org"),
        near(there=[view(11, "", "ann@x.org"), OTHER]),
        ("to_review", "several matches"),
    ),
    "several here, I have the name": (ME, near(here=[RIVAL], there=[THEIRS]), 11),
    "several here, a rival has the name": (
        RIVAL,
        near(here=[ME], there=[THEIRS]),
        ("duplicate", "same address"),
    ),
    "several here, none has the name": (
        RIVAL,
        near(here=[view(4, "Eve", "ann@x.org")], there=[THEIRS]),
        ("to_review", "several matches"),
    ),
    "namesakes here, I was seen first": (ME, near(here=[TWIN], there=[THEIRS]), 11),
    "namesakes here, I was seen later": (
        TWIN,
        near(here=[ME], there=[THEIRS]),
        ("duplicate", "same address"),
    ),
    "namesakes here, I was created first": (
        view(2, "Ann", "ann@x.org", "2019"),
        near(here=[view(1, "Ann", "ann@x.org", "2020")], there=[THEIRS]),
        11,
    ),
    "the rival here is paired, there is nobody free": (
        ME,
        near(here=[TWIN], there=[THEIRS], paired=[2, 11]),
        ("duplicate", "address in use"),
    ),
    "the rival here is paired, one is free there": (
        RIVAL,
        near(here=[ME], there=[THEIRS], paired=[1]),
        11,
    ),
    "nobody there, I am the oldest here": (ME, near(here=[RIVAL]), ("", "")),
    "nobody there, another is older": (RIVAL, near(here=[ME]), ("duplicate", "same address")),
    "nobody there, the other here is paired": (
        ME,
        near(here=[RIVAL], paired=[3]),
        ("duplicate", "same address"),
    ),
    "a contact of my address was deleted there": (
        ME,
        near(here=[RIVAL], bereaved=[3]),
        ("to_review", "deleted there"),
    ),
    "the one there lost its counterpart here": (ME, near(there=[THEIRS], bereaved=[11]), 11),
    "the one there has addresses of different contacts here": (
        ME,
        near(there=[THEIRS], torn=[11]),
        ("to_review", "several matches"),
    ),
    "no address": (view(1, "Ann"), near(), ("excluded", "no e-mail")),
}


@pytest.mark.parametrize(("me", "neighbours", "expected"), CASES.values(), ids=CASES)
def test_who_is_it(me: View, neighbours: Neighbours, expected: int | tuple[str, str]) -> None:
    result = match(me, neighbours, avoid_duplicates=True)
    if isinstance(expected, int):
        assert (result.found and result.found.id, result.state) == (expected, "")
    else:
        assert (result.found, result.state, result.cause) == (None, *expected)
        assert bool(result.reason) == bool(result.state)


def test_without_avoiding_duplicates_contacts_without_address_sync_too() -> None:
    assert match(view(1, "Ann"), near(), avoid_duplicates=False) == Match()


def test_a_look_alike_is_proposed_and_never_merged_silently() -> None:
    result = match(view(1, "Ann"), near(proposed=[view(11, "Ann")]), avoid_duplicates=False)
    assert (result.found, result.state, result.cause) == (None, "to_review", "looks alike")
    assert result.reason == "It looks like a contact of the other side: Ann."


@pytest.mark.parametrize("avoid_duplicates", [True, False])
def test_the_option_changes_nothing_for_who_has_an_address(avoid_duplicates: bool) -> None:
    assert match(ME, near(there=[THEIRS]), avoid_duplicates).found == THEIRS
