"""Making members: in bulk, never over who is there, and each with an answer of its own."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from connectors.connector import Create, Update, Written
from connectors.contact import Address, Contact, Entry, Segment
from connectors.errors import AskStaff, Refused, TryAgain, Unanswered
from connectors.mailchimp.creating import FEW
from tests.connectors.conformance import marker, reading
from tests.connectors.mailchimp.partner import App

BULK, LOOK = "POST ", "GET /members/{member}"
SCHEMA = ["GET /merge-fields", "GET /interest-categories"]
VIP = Segment("tag", "VIP")


def create(address: str, status: str = "subscribed", *segments: Segment, **fields: Any) -> Create:
    return Create(marker(), {"emails": address, **fields}, frozenset(segments), status)


def creates(number: int) -> list[Create]:
    return [create(f"n{n}@people.example", first_name=f"N{n}") for n in range(number)]


def there(people: App, address: str) -> Any:
    return people.hands.get(address)


# --- What it costs ------------------------------------------------------------------------


def test_first_load_of_a_thousand_is_two_bulk_calls(people, connector):
    wanted = creates(1000)
    people.archive(people.add(Contact({"emails": "old@people.example"})))
    assert connector.capabilities.batch == 500
    for start in (0, 500):
        results = connector.write(people.container, wanted[start : start + 500])
        assert all(isinstance(result, Written) and result.received for result in results)
    assert people.calls == [*SCHEMA, "GET /members", BULK, BULK]
    assert len(people.hands.all()) == 1000


def test_few_are_looked_up_one_by_one(people, connector):
    connector.write(people.container, creates(FEW))
    assert people.calls == [*SCHEMA, *[LOOK] * FEW, BULK]


def test_bulk_call_neither_updates_nor_replaces_tags(people, odd, connector):
    connector.write(people.container, creates(FEW + 1))
    (sent,) = odd.sent("POST", people.container)
    assert sent["update_existing"] is False and "sync_tags" not in sent
    assert sent["members"][0] == {
        "email_address": "n0@people.example",
        "status": "subscribed",
        "merge_fields": {"FNAME": "N0"},
    }


# --- What is made -------------------------------------------------------------------------


def test_new_member_has_fields_tags_and_groups_from_the_start(people, connector):
    tea = Segment("group", "Tea")
    people.interest("Tea")
    people.hands.add_tag("VIP")
    new = create("ann@people.example", "subscribed", tea, Segment("tag", "vip"), first_name="Ann")
    (result,) = connector.write(people.container, [new])
    assert (result.adopted, result.received.contact.segments) == (False, {tea, VIP})
    assert result.id == there(people, "ann@people.example")["contact_id"]
    assert people.calls == ["GET /merge-fields", "GET /interest-categories",
        "GET /interest-categories/{category}/interests", "GET /tag-search", LOOK, BULK]  # fmt: skip


def test_answers_find_their_creations_in_any_order_and_case(people, odd, connector):
    odd.alter(
        "POST", people.container, lambda data: {**data, "new_members": data["new_members"][::-1]}
    )
    wanted = [create(f"Name{n}@People.Example", first_name=f"N{n}") for n in range(8)]
    results = connector.write(people.container, wanted)
    assert [result.received.contact.text("first_name") for result in results] == [
        f"N{n}" for n in range(8)
    ]


def test_incomplete_address_is_left_out(people, connector):
    near = (Entry(Address(street="Street 1")),)
    (result,) = connector.write(people.container, [create("ann@people.example", addresses=near)])
    assert isinstance(result, Written) and "addresses" not in result.received.contact.fields


def test_tags_that_the_answer_lacks_are_put_on(people, odd, connector):
    """They are not documented for bulk calls."""
    odd.alter("POST", people.container, _tagless)
    new = create("ann@people.example", "subscribed", VIP)
    (result,) = connector.write(people.container, [new])
    assert result.received.contact.segments == {VIP}
    assert odd.sent("POST", "/tags")[0]["is_syncing"]


def _tagless(data: Any) -> Any:
    members = [{**row, "tags": [], "tags_count": 0} for row in data["new_members"]]
    return {**data, "new_members": members}


def test_answer_without_ids_is_completed(people, odd, connector):
    odd.alter("POST", people.container, _addresses)
    (result,) = connector.write(people.container, [create("ann@people.example", first_name="A")])
    assert result.received.contact.text("first_name") == "A"
    assert result.id == there(people, "ann@people.example")["contact_id"]


def _addresses(data: Any) -> Any:
    members = [{"email_address": row["email_address"]} for row in data["new_members"]]
    return {**data, "new_members": members}


# --- Who is there already -----------------------------------------------------------------


@pytest.fixture(params=[0, FEW], ids=["few", "many"])
def others(request) -> list[Create]:
    """Creations beside the one that matters."""
    return creates(request.param)


def result_of(people: App, connector: Any, wanted: Create, others: list[Create]) -> Any:
    *rest, result = connector.write(people.container, [*others, wanted])
    assert all(isinstance(other, Written) for other in rest)
    return result


@pytest.mark.parametrize(
    ("status", "asked"),
    [("subscribed", "subscribed"), ("subscribed", "pending"), ("pending", "pending"),
     ("unsubscribed", "unsubscribed")],
)  # fmt: skip
def test_who_is_there_with_this_consent_or_more_is_adopted_untouched(
    people, connector, others, status, asked
):
    fields = {"emails": "Ann@people.example", "first_name": "Ann"}
    id = people.add(Contact(fields, frozenset({VIP}), status))
    before = people.hands.get(id)
    wanted = create("ann@people.example", asked, Segment("tag", "New"), first_name="Other")
    result = result_of(people, connector, wanted, others)
    assert (result.id, result.adopted) == (id, True)
    assert result.received.contact.text("first_name") == "Ann"
    assert people.hands.get(id) == before


@pytest.mark.parametrize(
    ("status", "asked"),
    [("unsubscribed", "subscribed"), ("cleaned", "subscribed"), ("pending", "subscribed"),
     ("transactional", "subscribed"), ("unsubscribed", "pending")],
)  # fmt: skip
def test_nobody_is_subscribed_who_was_not(people, connector, others, status, asked):
    id = people.add(Contact({"emails": "ann@people.example"}, status=status))
    result = result_of(people, connector, create("ann@people.example", asked), others)
    assert isinstance(result, Refused) and status in str(result)
    assert people.hands.get(id)["status"] == status


def test_who_is_archived_is_not_revived(people, connector, others):
    id = people.add(Contact({"emails": "Ann@people.example"}))
    people.archive(id)
    result = result_of(people, connector, create("ann@people.example"), others)
    assert isinstance(result, Refused) and "nothing is revived" in str(result)
    assert people.hands.get(id)["status"] == "archived"


def test_archive_of_several_pages_is_known(people, odd, connector, monkeypatch):
    monkeypatch.setattr("connectors.mailchimp.listing.SIZES", (3,))
    for n in range(10):
        people.archive(people.add(Contact({"emails": f"n{n}@people.example"})))
    results = connector.write(people.container, creates(12))
    assert [type(result) for result in results] == [Refused] * 10 + [Written] * 2
    assert people.hands.all().keys() == {result.id for result in results[10:]}


def test_who_was_deleted_for_good_is_refused(people, connector, others):
    people.delete(people.add(Contact({"emails": "ann@people.example"})))
    result = result_of(people, connector, create("ann@people.example"), others)
    assert isinstance(result, Refused) and "deleted for good" in str(result)
    assert there(people, "ann@people.example") is None


def test_one_address_twice_in_a_batch_is_made_once(people, connector, others):
    wanted = create("ann@people.example", first_name="One")
    again = create("ANN@people.example", first_name="Two")
    *_, one, two = connector.write(people.container, [*others, wanted, again])
    assert (type(one), type(two)) == (Written, TryAgain)
    assert there(people, "ann@people.example")["merge_fields"]["FNAME"] == "One"


# --- What is refused ----------------------------------------------------------------------


@pytest.mark.parametrize("status", ["", "archived", "Subscribed", "clean"])
def test_creation_without_a_consent_that_is_known_is_refused(people, connector, status):
    (result,) = connector.write(people.container, [create("ann@people.example", status)])
    assert isinstance(result, Refused) and "consent" in str(result)
    assert BULK not in people.calls


def test_each_refusal_is_that_of_its_own_contact(people, connector):
    people.be(fakes=frozenset({"fake.example"}))
    people.hands.add_field("SITE", "Site", "url")
    wanted = [
        create("ann@people.example"),
        create("ann@fake.example"),
        create("nonsense"),
        create("bob@people.example", **{"custom:Site": "nowhere"}),
        create(""),
        create("eve@people.example", company="x" * 256),
        create("joe@people.example", birthday="April"),
        create("zoe@people.example"),
    ]
    results = connector.write(people.container, wanted)
    assert [type(result) for result in results] == [Written, *[Refused] * 6, Written]
    texts = [str(result) for result in results[1:7]]
    for text, words in zip(
        texts,
        ["made up", "made up", "Site", "needs an e-mail", "Company", "Birthday"],
        strict=True,
    ):
        assert words in text and ".example" not in text and "nowhere" not in text


def test_address_that_signed_up_too_often_is_tried_again_after_a_day(people, connector):
    people.be(signups_a_day=1)
    wanted = [create("ann+1@people.example"), create("ann+2@people.example")]
    first, second = connector.write(people.container, wanted)
    assert (type(first), type(second)) == (Written, TryAgain)
    assert second.after == 24 * 3600


def test_call_that_is_refused_as_a_whole_goes_again_in_halves(people, odd, connector):
    """One that it stumbles over does not stop the others."""
    for skip in (0, 0, 1):  # the whole, its first half, and the second half of that
        people.fail(what="status", status=400, method="POST", skip=skip)
    results = connector.write(people.container, creates(8))
    sizes = [len(body["members"]) for body in odd.sent("POST", people.container)]
    assert sizes == [8, 4, 2, 2, 1, 1, 4]
    assert all(isinstance(result, Written) for result in results)
    people.fail(what="status", status=400, method="POST", times=4)
    results = connector.write(people.container, [create(f"x{n}@people.example") for n in range(8)])
    assert [type(result) for result in results] == [Refused, *[Written] * 7]


def test_required_field_that_is_empty_is_refused_by_name(people, connector):
    people.hands.add_field("SIZE", "Size", "text", required=True)
    (result,) = connector.write(people.container, [create("ann@people.example")])
    assert isinstance(result, Refused) and "Size" in str(result)


# --- Answers that are lost ----------------------------------------------------------------


@pytest.mark.parametrize("what", ["lost", "broken"])
def test_lost_answer_is_unanswered_for_exactly_the_creations(people, connector, what):
    bob = people.add(Contact({"emails": "bob@people.example"}))
    (record,) = connector.read(people.container, [bob])
    people.calls  # noqa: B018
    people.fail(what=what, status=200, method="POST", path=people.container)
    change = Update(bob, record.version, record.raw, {"company": "ACME"})
    results = connector.write(people.container, [*creates(8), change, create("")])
    assert [type(result) for result in results] == [*[Unanswered] * 8, Written, Refused]
    assert people.calls.count(BULK) == 1
    found = reading(connector, people.container).contacts
    assert {contact.text("first_name") for contact in found.values()} >= {f"N{n}" for n in range(8)}


def test_creation_after_a_lost_one_adopts_what_is_there(people, connector):
    wanted = create("ann@people.example", first_name="Ann")
    people.fail(what="lost", method="POST")
    (first,) = connector.write(people.container, [wanted])
    with closing(people.connector()) as other:
        (second,) = other.write(people.container, [wanted])
    assert (type(first), second.adopted) == (Unanswered, True)
    assert len(people.hands.all()) == 1


def test_500_to_creations_is_unanswered(people, connector):
    people.fail(what="status", status=500, method="POST")
    results = connector.write(people.container, creates(3))
    assert [type(result) for result in results] == [Unanswered] * 3


def test_answer_that_names_not_everybody_leaves_them_unanswered(people, odd, connector):
    odd.alter("POST", people.container, lambda data: {**data, "new_members": [], "errors": [5, {}]})
    results = connector.write(people.container, creates(7))
    assert all(result.adopted for result in results)
    for item in list(people.hands.all()):
        people.delete(item)
    odd.alter("POST", people.container, lambda data: [])
    results = connector.write(people.container, [create(f"x{n}@people.example") for n in range(7)])
    assert [type(result) for result in results] == [Unanswered] * 7


def test_nothing_is_sent_where_the_archive_cannot_be_read(people, connector):
    people.fail(what="status", status=500, path="/members", times=-1)
    with pytest.raises(TryAgain):
        connector.write(people.container, creates(FEW + 1))
    assert BULK not in people.calls


def test_vanished_audience_asks_staff(people, connector):
    people.at_mailchimp.delete_audience(people.container)
    with pytest.raises(AskStaff, match="no longer in Mailchimp"):
        connector.write(people.container, creates(2))
