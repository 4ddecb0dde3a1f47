"""Sending what people are to be told. A message is claimed by its row before it is sent, so that of
several workers one sends it, and what a worker leaves behind that dies is sent by another."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q, QuerySet

from connections.days import in_configured_zone
from connections.models import Connection
from sync.host import Clock
from sync.models import Message, Notice
from sync.watch.channels import NotTold, tell
from sync.watch.letters import Letter, letter_of
from sync.watch.troubles import recipients

log = logging.getLogger(__name__)

#: Longer than a mail server or a channel is waited for.
CLAIM = timedelta(minutes=5)
#: Each further try waits twice as long; after so long it is given up.
FIRST_WAIT, LONGEST_WAIT, GIVE_UP = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: So many at a time: the queue ends a task that takes too long.
ENOUGH = 20
#: Messages that are closed, and troubles that are over, for longer are dropped.
KEPT = timedelta(days=90)


class NobodyThere(Exception):
    """Who is to be told has no address, or no right to see connections any more."""


def send_due(clock: Clock) -> None:
    for message in _claimed(clock):
        try:
            _send(message)
        except NobodyThere:
            _close(message, clock(), was_sent=False)
        except (NotTold, OSError, SMTPException) as error:
            _try_later(message, error, clock())
        else:
            _close(message, clock(), was_sent=True)


def write_digests(now: datetime) -> None:
    """Of yesterday, for those who have none yet today, from DIGEST_HOUR on."""
    here = in_configured_zone(now)
    connections = Connection.objects.filter(state=Connection.State.ACTIVE)
    if here.hour < settings.DIGEST_HOUR or not connections.exists():
        return
    day = here.date() - timedelta(days=1)
    people, rooms = recipients(connections.values_list("pk", flat=True), digest=True)
    written = Message.objects.filter(day=day)
    told, told_rooms = (set(written.values_list(x, flat=True)) for x in ("user", "channel"))
    new = [{"user_id": pk} for pk in people if pk not in told]
    new += [{"channel_id": pk} for pk in rooms if pk not in told_rooms]
    if new:
        Message.objects.bulk_create(
            (Message(what=Message.What.DIGEST, day=day, made_at=now, due_at=now, **x) for x in new),
            ignore_conflicts=True,  # another worker writes the same
        )


def drop_old(now: datetime) -> None:
    Message.objects.filter(closed_at__lt=now - KEPT).delete()
    Notice.objects.filter(ended_at__lt=now - KEPT, messages=None).delete()


def _claimed(clock: Clock) -> Iterator[Message]:
    for pk in _free(clock()).order_by("due_at", "pk").values_list("pk", flat=True)[:ENOUGH]:
        now = clock()
        if _free(now).filter(pk=pk).update(claimed_until=now + CLAIM, tries=F("tries") + 1):
            rows = Message.objects.select_related("user", "channel", "notice")
            yield rows.get(pk=pk)


def _free(now: datetime) -> QuerySet[Message]:
    is_free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    return Message.objects.filter(is_free, closed_at=None, due_at__lte=now)


def _send(message: Message) -> None:
    letter = letter_of(message)
    if message.channel is not None:
        tell(message.channel, letter.subject, letter.text)
        return
    user = message.user
    if user is None or not (user.is_active and user.email):
        raise NobodyThere
    if not user.has_perm("connections.view_connection"):
        raise NobodyThere
    _mail(user.email, letter, message)


def _mail(address: str, letter: Letter, message: Message) -> None:
    """Should a worker die between sending and saying so, it is sent again with the same id, by
    which mail programs know it as the same."""
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    headers = {
        "Message-ID": f"<accord-{message.pk}-{message.made_at:%Y%m%d%H%M%S}@{host}>",
        "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office answers
    }
    mail = EmailMessage(f"[Accord] {letter.subject}", letter.text, to=[address], headers=headers)
    try:
        mail.send()
    except ValueError:  # it is no address
        raise NobodyThere from None


def _close(message: Message, now: datetime, *, was_sent: bool) -> None:
    Message.objects.filter(pk=message.pk).update(
        closed_at=now, was_sent=was_sent, claimed_until=None
    )


def _try_later(message: Message, error: Exception, now: datetime) -> None:
    """A server's refusal may quote an address, so only its kind is logged."""
    log.warning("Message %d was not sent: %s.", message.pk, type(error).__name__)
    wait = min(LONGEST_WAIT, FIRST_WAIT * (1 << min(message.tries - 1, 10)))
    closed_at = now if now - message.made_at > GIVE_UP else None
    Message.objects.filter(pk=message.pk).update(
        due_at=now + wait, claimed_until=None, closed_at=closed_at
    )
