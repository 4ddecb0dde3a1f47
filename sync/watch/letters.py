"""What people are told: which account or connection, what that means, and the way there. Nothing
of contacts but their number, and nothing that an app said, which may quote anybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Count, QuerySet, Sum
from django.urls import reverse

from connections.models import Connection, Subscription
from sync.models import Day, Message, Notice, SyncRecord

Kind = Notice.Kind

_MEANS: Mapping[str, str] = {
    Kind.ACCOUNT: "It cannot be used until a person has put it right: its connections wait. What "
    "is wrong, and what to do, stands on its page.",
    Kind.HELD: "A run would do more than its limits allow, so it stopped before it wrote anything. "
    "Look at what it would do, and decide.",
    Kind.STOPPED: "Something about it has to be put right by a person; until then it does not run. "
    "Its page says what.",
    Kind.FAILING: "Its last runs failed. It is tried again by itself, after longer and longer "
    "pauses. Its page says why.",
}
#: In the order of the digest.
_COUNTED: Mapping[str, tuple[str, str]] = {
    "changed": ("contact changed", "contacts changed"),
    "conflicts": ("value gave way", "values gave way"),
    "faults": ("contact could not be read or written", "contacts could not be read or written"),
    "broken": ("run failed", "runs failed"),
}
_STANDING: Mapping[str, tuple[str, str]] = {
    SyncRecord.State.TO_REVIEW: ("contact to review", "contacts to review"),
    SyncRecord.State.FAILED: ("contact that fails", "contacts that fail"),
}


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str


def letter_of(message: Message) -> Letter:
    if message.notice is not None:
        subject, lines = _of_notice(message.notice, message.what)
    else:
        assert message.day is not None, "it is of a notice or of a day"
        subject, lines = _of_day(message.day, _connections_of(message))
    if message.user is not None:
        lines += ["", "You are told since you asked for it.", *_link("admin:notifications")]
    # A name from a configuration file may have several lines; a subject has one.
    return Letter(" ".join(subject.split()), "\n".join(lines))


def _of_notice(notice: Notice, what: str) -> tuple[str, list[str]]:
    of = notice.account or notice.connection
    assert of is not None, "a notice is of one of them"
    called = f"{'Account' if notice.account else 'Connection'} {of.name}"
    way = _link(f"admin:connections_{of._meta.model_name}_change", of.pk)
    if what == Message.What.BEGAN:
        label = Kind(notice.kind).label
        return f"{called} {label}", [f"{called} {label}. {_MEANS[notice.kind]}", *way]
    again = "can be used again" if notice.account else "goes on"
    return f"{called} {again}", [f"{called} {again}: what was wrong is over.", *way]


def _of_day(day: date, connections: QuerySet[Connection]) -> tuple[str, list[str]]:
    lines = [f"What was done on {day:%Y-%m-%d}, and how it stands now.", ""]
    for connection in connections:
        lines += [f"{connection.name}: {'; '.join(_told(connection, day))}."]
        notice = Notice.objects.filter(connection=connection, ended_at=None).first()
        if notice:
            lines += [f"  It {notice.get_kind_display()}."]
            lines += _link("admin:connections_connection_change", connection.pk)
    accounts = Notice.objects.filter(kind=Kind.ACCOUNT, ended_at=None).select_related("account")
    for notice in accounts.order_by("account__name"):
        if notice.account:
            lines += [f"Account {notice.account.name} needs attention."]
            lines += _link("admin:connections_account_change", notice.account.pk)
    return f"What was done on {day:%Y-%m-%d}", [*lines, "", *_link("admin:index")]


def _told(connection: Connection, day: date) -> Iterator[str]:
    sums = Day.objects.filter(connection=connection, day=day).aggregate(
        **{name: Sum(name, default=0) for name in _COUNTED}
    )
    yield _number(sums["changed"], *_COUNTED["changed"])
    for name, words in _COUNTED.items():
        if name != "changed" and sums[name]:
            yield _number(sums[name], *words)
    rows = SyncRecord.objects.filter(connection=connection, state__in=_STANDING).order_by("state")
    for state, number in rows.values_list("state").annotate(Count("pk")):
        yield _number(number, *_STANDING[state])


def _number(number: int, one: str, more: str) -> str:
    return f"{number:,} {one if number == 1 else more}"


def _connections_of(message: Message) -> QuerySet[Connection]:
    """Active ones, of which whom it is for wants to hear."""
    rows = Connection.objects.filter(state=Connection.State.ACTIVE)
    wanted = message.channel or Subscription.objects.filter(user=message.user).first()
    if wanted is None:
        return rows.none()
    return rows if wanted.everything else rows.filter(pk__in=wanted.connections.all())


def _link(name: str, *arguments: int) -> list[str]:
    """Nobody can tell from a mail where the desk is, unless PUBLIC_URL says it."""
    return [f"{settings.PUBLIC_URL}{reverse(name, args=arguments)}"] if settings.PUBLIC_URL else []
