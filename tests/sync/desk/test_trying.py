"""*Try it*: the explanation of a contact on a page, and what would follow if it were different."""

from __future__ import annotations

import re
from html import unescape

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from connections.models import Connection
from sync.models import Run, Step
from tests.sync.desk.conftest import synced


def page(connection: Connection) -> str:
    return reverse("admin:connection_try", args=[connection.pk])


def asked(client: Client, connection: Connection, **typed: str) -> str:
    answer = client.post(page(connection), typed)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())))


def test_a_contact_is_explained_and_nothing_is_written(
    desk: Client, connection: Connection
) -> None:
    synced(connection)
    before = (Run.objects.count(), Step.objects.count())
    text = asked(desk, connection, contact="ada@example.org")
    assert "Everything in A matches" in text
    assert "What a run now would do Nothing." in text
    assert (Run.objects.count(), Step.objects.count()) == before


def test_what_would_follow_from_another_value_is_told(desk: Client, connection: Connection) -> None:
    synced(connection)
    typed = {"contact": "ada@example.org", "values": "job_title=Queen\n", "side": "a"}
    text = asked(desk, connection, **typed)
    assert "What would follow Change it in B" in text
    assert "Countess → Queen" in text


def test_what_cannot_be_tried_is_told_at_the_field(desk: Client, connection: Connection) -> None:
    assert "Nothing of pair has been read yet." in asked(desk, connection, contact="x@y.example")
    synced(connection)
    assert "Neither side of pair has a contact" in asked(desk, connection, contact="x@y.example")
    assert "Say which contact." in asked(desk, connection, contact=" ")
    text = asked(desk, connection, contact="ada@example.org", values="nonsense", side="a")
    assert "is not of the form FIELD=VALUE" in text


def test_who_may_not_see_people_is_told_so_and_asks_nothing(
    viewer: Client, connection: Connection
) -> None:
    synced(connection)
    text = viewer.get(page(connection)).content.decode()
    assert "Seeing them takes a right that you do not have." in text
    assert viewer.post(page(connection), {"contact": "ada@example.org"}).status_code == 403
    user = User.objects.get(username="viewer")
    user.user_permissions.add(Permission.objects.get(codename="see_people"))
    assert "matches" in asked(viewer, connection, contact="ada@example.org")
    assert (
        reverse("admin:connection_try", args=[connection.pk])
        in viewer.get(
            reverse("admin:connections_connection_change", args=[connection.pk])
        ).content.decode()
    )
