"""Who may be what: consent, archive, deletion for good, fakes and too many sign-ups."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.sandbox.mailchimp.people import hash_of
from connectors.sandbox.mailchimp.quirks import FAKE_DOMAINS
from tests.connectors.sandbox.mailchimp_desk import ANN, Desk, opened, refused


@pytest.fixture
def desk() -> Iterator[Desk]:
    with opened() as desk:
        yield desk


def archive(desk: Desk, address: str = ANN) -> None:
    assert desk.lists.delete_list_member(desk.list, hash_of(address)).status_code == 204


def assert_compliance(desk: Desk, address: str = ANN) -> None:
    problem = refused(desk.patch, address, status="subscribed")
    assert (problem.status, problem.title) == (400, "Member In Compliance State")
    assert problem.detail == (
        f"{address} is in a compliance state due to unsubscribe, bounce, or compliance review and "
        "cannot be subscribed."
    )
    assert "type" not in problem.body


def test_who_an_admin_unsubscribed_can_be_subscribed_again(desk: Desk) -> None:
    desk.add()
    shown = desk.patch(status="unsubscribed")
    assert shown["unsubscribe_reason"] == "N/A (Unsubscribed by an admin)"
    assert desk.patch(status="subscribed")["status"] == "subscribed"
    desk.people.unsubscribe(ANN, by_member=False)
    assert "unsubscribe_reason" not in desk.put(status="subscribed")


def test_who_unsubscribed_themselves_can_only_be_asked(desk: Desk) -> None:
    desk.add()
    desk.people.unsubscribe(ANN, reason="Too many mails")
    assert desk.get()["unsubscribe_reason"] == "Too many mails"
    assert_compliance(desk)
    assert desk.patch(status="pending")["status"] == "pending"
    assert_compliance(desk)
    desk.people.subscribe(ANN)
    assert desk.get()["status"] == "subscribed"
    desk.patch(status="unsubscribed")
    assert desk.patch(status="subscribed")["status"] == "subscribed"


def test_who_bounced_cannot_be_subscribed(desk: Desk) -> None:
    desk.add()
    desk.people.clean(ANN)
    assert_compliance(desk)
    desk.add("ben@example.com", "cleaned")
    assert_compliance(desk, "ben@example.com")


def test_archiving_keeps_everything_but_the_status(desk: Desk) -> None:
    before = desk.add(tags=["vip"], merge_fields={"FNAME": "Ann"})
    moment = desk.clock.forward(minutes=1)
    archive(desk)
    assert desk.get() == {**before, "status": "archived", "last_changed": moment}


@pytest.mark.parametrize("status", ["cleaned", "pending", "archived"])
def test_who_is_archived_pending_or_bounced_cannot_be_archived(desk: Desk, status: str) -> None:
    desk.add(status="subscribed" if status == "archived" else status)
    if status == "archived":
        archive(desk)
    problem = refused(desk.lists.delete_list_member, desk.list, hash_of(ANN))
    assert (problem.status, problem.title) == (405, "Method Not Allowed")
    assert problem.detail == (
        "This list member cannot be removed. "
        "Can not archive a contact that is bounced, pending or archived"
    )


def test_archiving_somebody_unknown_answers_404(desk: Desk) -> None:
    assert refused(desk.lists.delete_list_member, desk.list, hash_of(ANN)).status == 404


@pytest.mark.parametrize("how", ["post", "put", "patch"])
def test_who_is_archived_is_revived_with_a_new_status(desk: Desk, how: str) -> None:
    old = desk.add(tags=["vip"], merge_fields={"FNAME": "Ann"})
    archive(desk)
    if how == "post":
        new = desk.add(status="unsubscribed", merge_fields={"LNAME": "Miller"})
    else:
        change = desk.put if how == "put" else desk.patch
        new = change(status="unsubscribed", merge_fields={"LNAME": "Miller"})
    assert (new["status"], new["full_name"]) == ("unsubscribed", "Ann Miller")
    assert (new["contact_id"], new["tags"]) == (old["contact_id"], old["tags"])


def test_who_is_archived_stays_so_where_no_status_is_sent(desk: Desk) -> None:
    desk.add()
    archive(desk)
    changed = desk.put(email_address=ANN, status_if_new="subscribed", merge_fields={"FNAME": "A"})
    assert (changed["status"], changed["merge_fields"]["FNAME"]) == ("archived", "A")


def test_who_unsubscribed_is_not_subscribed_by_way_of_the_archive(desk: Desk) -> None:
    desk.add()
    desk.people.unsubscribe(ANN)
    archive(desk)
    assert refused(desk.add).title == "Member In Compliance State"
    desk.people.restore(ANN)
    assert desk.get()["status"] == "unsubscribed"


def test_who_is_deleted_for_good_cannot_be_brought_back(desk: Desk) -> None:
    old = desk.add()
    answer = desk.lists.delete_list_member_permanent(desk.list, hash_of(ANN))
    assert answer.status_code == 204
    for id in (ANN, old["contact_id"]):
        assert refused(desk.get, id).status == 404
    for call in (
        lambda: desk.add(),
        lambda: desk.put(email_address=ANN, status_if_new="subscribed"),
    ):
        problem = refused(call)
        assert (problem.status, problem.title) == (400, "Forgotten Email Not Subscribed")
        assert problem.detail == (
            f"{ANN} was permanently deleted and cannot be re-imported. "
            "The contact must re-subscribe to get back on the list."
        )
        assert "type" not in problem.body
    desk.people.add({"email_address": ANN})
    assert desk.get()["status"] == "subscribed"
    assert desk.get()["contact_id"] != old["contact_id"]


def test_fakes_are_refused_where_they_are_not_allowed(desk: Desk) -> None:
    desk.quirks(fakes=FAKE_DOMAINS | {"noreply@real.org"})
    for address in ("ann@example.com", "noreply@real.org"):
        problem = refused(desk.add, address)
        assert (problem.status, problem.title) == (400, "Invalid Resource")
        words = f"{address} looks fake or invalid, please enter a real email address."
        assert problem.detail == words
    assert desk.add("ann@real.org")["status"] == "subscribed"
    assert refused(desk.patch, "ann@real.org", email_address="ann@example.net").status == 400


def test_an_address_signs_up_only_so_often_in_a_day(desk: Desk) -> None:
    desk.quirks(signups_a_day=2)
    desk.add("ann@example.com")
    desk.add("ann+1@example.com")
    problem = refused(desk.add, "ann+2@example.com")
    assert (problem.status, problem.title) == (400, "Invalid Resource")
    assert problem.detail == (
        "ann+2@example.com has signed up to a lot of lists very recently; "
        "we're not allowing more signups for now"
    )
    assert desk.add("ann+3@example.com", "transactional")
    desk.clock.forward(days=1, seconds=1)
    assert desk.add("ann+2@example.com")["status"] == "subscribed"
