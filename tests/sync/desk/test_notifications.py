"""Who is told: one's own choice, and channels, whose addresses nobody sees again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from connections.models import Channel, Connection, Subscription
from connections.vault import unseal
from tests.receiver import Receiver

MINE = reverse("admin:notifications")
ADD = reverse("admin:connections_channel_add")


@pytest.fixture
def room() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def page_of(channel: Channel) -> str:
    return reverse("admin:connections_channel_change", args=[channel.pk])


def add(desk: Client, address: str, **values: Any) -> Channel:
    answer = desk.post(ADD, {"name": "ops", "secret_address": address, "on": "on", **values})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    return Channel.objects.get(name="ops")


def test_one_chooses_of_what_one_is_told(
    viewer: Client, desk: Client, connection: Connection
) -> None:
    User.objects.filter(username="viewer").update(email="viewer@example.org")
    answer = viewer.post(MINE, {"connections": [connection.pk], "digest": "on"}, follow=True)
    assert "You are told of 1 connection." in text_of(answer)
    mine = Subscription.objects.get()
    assert (mine.user.username, mine.digest, mine.everything) == ("viewer", True, False)
    assert list(mine.connections.all()) == [connection]
    page = text_of(viewer.get(MINE))
    assert "Mail goes to viewer@example.org." in page
    assert f'name="connections" value="{connection.pk}" checked' in page
    assert "Who is told" not in page
    assert re.search(r"Who is told.*pair.*viewer", text_of(desk.get(MINE)))
    assert "of no connection" in text_of(viewer.post(MINE, {}, follow=True))
    assert not Subscription.objects.get().connections.exists()


def test_who_has_no_address_is_told_so(viewer: Client) -> None:
    assert "No mail can reach you" in text_of(viewer.get(MINE))


def test_a_connection_that_is_gone_is_no_fault_of_the_page(viewer: Client) -> None:
    answer = viewer.post(MINE, {"connections": ["77"]}, follow=True)
    assert "a connection is not there any more" in text_of(answer)
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(
    "address", ["nonsense", "https://example.org/hook", "mailto://a:b@example.org", "syslog://"]
)
def test_what_cannot_be_told_is_refused(desk: Client, address: str) -> None:
    answer = desk.post(ADD, {"name": "ops", "secret_address": address, "on": "on"})
    page = text_of(answer)
    assert "That is no address of a service that can be told." in page
    assert address not in page and not Channel.objects.exists()


@pytest.mark.parametrize(
    ("address", "service"),
    [
        ("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "Slack"),
        ("workflows://example.org/4711/s3cret", "Microsoft Teams"),
        ("ntfys://ntfy.example.org/s3cret", "ntfy"),
    ],
)
def test_the_service_is_known_by_its_address(desk: Client, address: str, service: str) -> None:
    channel = add(desk, address)
    assert channel.service == service and unseal(channel.sealed) == {"url": address}
    assert service in text_of(desk.get(reverse("admin:connections_channel_changelist")))


def test_an_address_is_never_shown_again_and_kept_when_left_empty(
    desk: Client, viewer: Client, connection: Connection, room: Receiver
) -> None:
    address = f"json://127.0.0.1:{room.port}/s3cret"
    channel = add(desk, address)
    values = {"name": "renamed", "secret_address": "", "connections": [connection.pk]}
    assert desk.post(page_of(channel), values).status_code == 302
    channel.refresh_from_db()
    assert (channel.name, unseal(channel.sealed)["url"]) == ("renamed", address)
    assert (channel.on, list(channel.connections.all())) == (False, [connection])
    history = reverse("admin:connections_channel_history", args=[channel.pk])
    for client in (desk, viewer):
        for page in (page_of(channel), history, reverse("admin:connections_channel_changelist")):
            assert "s3cret" not in text_of(client.get(page))
            assert channel.sealed not in text_of(client.get(page))
    assert "secret_address" not in text_of(viewer.get(page_of(channel)))
    assert "s3cret" not in "".join(LogEntry.objects.values_list("change_message", flat=True))
    letter_by_letter = reverse("admin:connections_channel_changelist")
    assert desk.get(letter_by_letter, {"sealed__startswith": "a"}).status_code in (302, 400)


def test_a_test_is_sent_and_what_went_wrong_is_told(desk: Client, room: Receiver) -> None:
    channel = add(desk, f"json://127.0.0.1:{room.port}/s3cret")
    send = reverse("admin:connections_channel_test", args=[channel.pk])
    assert "ops was told. Look whether it came." in text_of(desk.post(send, follow=True))
    assert b"boss tries whether Accord can be heard here." in room.told[0].body
    room.status = 500
    page = text_of(desk.post(send, follow=True))
    assert "ops was not told. It did not take the message." in page and "s3cret" not in page
    assert "It could not be told last. It did not take the message." in page
    assert "not told" in text_of(desk.get(reverse("admin:connections_channel_changelist")))


def test_an_address_of_ones_own_machine_is_not_told(
    desk: Client, room: Receiver, settings: Any
) -> None:
    settings.ALLOW_PRIVATE_ADDRESSES = False
    channel = add(desk, f"json://127.0.0.1:{room.port}/s3cret")
    send = reverse("admin:connections_channel_test", args=[channel.pk])
    page = text_of(desk.post(send, follow=True))
    assert "is private or belongs to this machine" in page and room.told == []
