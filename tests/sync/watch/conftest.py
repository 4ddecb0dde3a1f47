"""Who is told: a mail server and a room elsewhere, both of them real."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.contrib.auth.models import Group, User

from connections.models import Channel, Connection, Subscription
from sync.watch.channels import entered
from tests.ports import free_port
from tests.receiver import Receiver

PUBLIC_URL = "https://accord.example.org"


class Mails:
    """What a mail server took in. ``answers`` are given first, in place of taking it."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: list[str] = []

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        if self.answers:
            return self.answers.pop(0)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage) and envelope.rcpt_tos == [mail["To"]]
        self.mails.append(mail)
        return "250 Taken"

    @property
    def subjects(self) -> list[str]:
        return [mail["Subject"].removeprefix("[Accord] ") for mail in self.mails]

    @property
    def texts(self) -> list[str]:
        return [mail.get_content() for mail in self.mails]


@pytest.fixture
def mails(settings: Any) -> Iterator[Mails]:
    settings.PUBLIC_URL = PUBLIC_URL
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    server = Controller(taken := Mails(), hostname="127.0.0.1", port=settings.EMAIL_PORT)
    server.start()
    yield taken
    server.stop()


@pytest.fixture
def room() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def reader(name: str, *connections: Connection, everything: bool = False) -> User:
    """A viewer who wants to be told of these."""
    user = User.objects.create_user(name, f"{name}@example.org", is_staff=True)
    user.groups.add(Group.objects.get(name="Viewers"))
    Subscription.objects.create(user=user, everything=everything).connections.set(connections)
    return user


def channel(room: Receiver, path: str = "s3cret", **values: Any) -> Channel:
    made = Channel(name="room", **values)
    entered(made, f"json://127.0.0.1:{room.port}/{path}")
    made.save()
    return made
