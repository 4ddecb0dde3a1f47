"""What people do in the app, as the API then tells of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.sandbox.contactually.problems import Missing
from tests.connectors.sandbox.contactually_crm import Crm, open_crm


@pytest.fixture
def crm() -> Iterator[Crm]:
    with open_crm() as crm:
        yield crm


def test_people_enter_somebody_twice_and_edit_one(crm: Crm) -> None:
    record = {"first_name": "Ada", "email_addresses": [{"address": "a@x.org"}]}
    one, two = crm.hands.add(record), crm.hands.add(record)
    crm.clock.go(60)
    crm.hands.edit(two, {"first_name": "Adah", "phone_numbers": [{"number": "1"}]})
    assert crm.listed(q="a@x.org") == ["Ada", "Adah"]
    assert crm.listed(**{"updated_at.after": "2026-11-23T12:00:30"}) == ["Adah"]
    assert crm.hands.get(one)["email_addresses"][0]["label"] is None
    crm.hands.delete(one)
    assert crm.hands.get(one) is None
    assert list(crm.hands.all()) == [two]


def test_people_replace_lists_whatever_a_patch_does(crm: Crm) -> None:
    crm.turn(lists="merge", unknown_tags="refuse")
    id = crm.hands.add({"tags": ["A"], "email_addresses": [{"address": "a@x.org"}]})
    crm.hands.edit(id, {"tags": ["B"], "email_addresses": []})
    assert crm.get(f"/contacts/{id}")["tags"] == ["B"]
    assert crm.get(f"/contacts/{id}")["email_addresses"] == []


def test_archived_contacts_are_among_those_that_are_there_but_not_among_the_living(
    crm: Crm,
) -> None:
    id = crm.hands.add({"first_name": "Ada"})
    crm.hands.archive(id)
    crm.hands.archive(id)
    assert crm.hands.all() == {}
    assert crm.hands.get(id)["archived_at"] == "2026-11-23T12:00:00Z"
    crm.hands.restore(id)
    assert list(crm.hands.all()) == [id]


def test_tags_and_buckets_go_on_and_off(crm: Crm) -> None:
    id = crm.hands.add({"first_name": "Ada"})
    bucket = crm.hands.add_bucket("Clients", reminder_interval=30)
    crm.hands.tag(id, "Client")
    crm.hands.tag(id, "CLIENT")
    crm.hands.put_in(id, bucket)
    crm.hands.put_in(id, bucket)
    assert crm.hands.get(id)["tags"] == ["Client"]
    assert crm.hands.get(id)["bucket_ids"] == [bucket]
    crm.hands.rename_bucket(bucket, "Customers")
    [tag] = crm.hands.tags()
    crm.hands.rename_tag(tag, "Customer")
    shown = crm.get(f"/contacts/{id}")
    assert (shown["tags"], shown["extra_data"]["buckets"][0]["name"]) == (
        ["Customer"],
        "Customers",
    )
    crm.hands.untag(id, "customer")
    crm.hands.take_out(id, bucket)
    crm.hands.take_out(id, bucket)
    shown = crm.get(f"/contacts/{id}")
    assert (shown["tags"], shown["extra_data"]["buckets"]) == ([], [])
    assert (crm.hands.tags(), crm.hands.buckets()) == ({tag: "Customer"}, {bucket: "Customers"})
    crm.hands.remove_tag(tag)
    crm.hands.remove_bucket(bucket)
    assert (crm.hands.tags(), crm.hands.buckets()) == ({}, {})


def test_removing_a_tag_or_a_bucket_takes_it_off_its_contacts(crm: Crm) -> None:
    tag, bucket = crm.hands.add_tag("Client"), crm.hands.add_bucket("Clients")
    assert crm.hands.add_tag("client") == tag
    id = crm.hands.add({"tags": ["Client"], "bucket_ids": [bucket]})
    crm.clock.go(60)
    crm.hands.remove_tag(tag)
    crm.hands.remove_bucket(bucket)
    assert (crm.hands.get(id)["tags"], crm.hands.get(id)["bucket_ids"]) == ([], [])
    assert crm.hands.get(id)["updated_at"] == "2026-11-23T12:01:00Z"


def test_custom_fields_are_renamed_and_removed(crm: Crm) -> None:
    field = crm.hands.define_field("Colour")
    id = crm.hands.add({"custom_fields": [{"field": {"id": field}, "value": 7}]})
    crm.hands.change_field(field, {"name": "Color"})
    assert crm.get(f"/contacts/{id}")["custom_fields"] == [
        {"field": {"id": field, "name": "Color"}, "value": 7}
    ]
    assert crm.hands.fields() == {field: "Color"}
    crm.hands.remove_field(field)
    assert crm.get(f"/contacts/{id}")["custom_fields"] == []


def test_what_is_not_there_cannot_be_handled(crm: Crm) -> None:
    with pytest.raises(Missing):
        crm.hands.edit("contact_9", {"title": "X"})
    with pytest.raises(Missing):
        crm.hands.put_in(crm.hands.add({}), "bucket_9")
    with pytest.raises(Missing):
        crm.hands.add({"bucket_ids": ["bucket_9"]})
    with pytest.raises(Missing):
        crm.hands.add({"custom_fields": [{"field": {"id": "custom_field_9"}, "value": 1}]})
    with pytest.raises(Missing):
        crm.app.hands("user_9")
    with pytest.raises(ValueError, match="A contact has no emails"):
        crm.hands.add({"emails": []})


def test_a_change_that_fails_half_way_is_taken_back(crm: Crm) -> None:
    one, two = crm.hands.add({"first_name": "A"}), crm.hands.add({"first_name": "B"})
    with pytest.raises(Missing):
        crm.hands.merge(one, [two, "contact_9"])
    assert list(crm.hands.all()) == [one, two]
