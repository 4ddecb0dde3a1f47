"""What has gone wrong, or is well again, since the last look: told once, however many look.

A look compares how things stand with the notices that are open. So nothing is told twice when a
worker dies half-way, and what was over before anybody looked is not told at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from connections.accounts import broken
from connections.models import Account, Channel, Connection, Subscription
from connections.uses import of_account
from sync.brakes import waiting_hold
from sync.models import Message, Notice, Run
from sync.watch.due import with_ends

Kind = Notice.Kind
#: A connection of which there is nothing to tell: no trouble, or one that is told elsewhere.
QUIET = ""


def look(now: datetime) -> None:
    open_ = Notice.objects.filter(ended_at=None)
    _look_at_accounts({x.account_id: x for x in open_.exclude(account=None)}, now)
    _look_at_connections({x.connection_id: x for x in open_.exclude(connection=None)}, now)


def recipients(connections: Iterable[int], **also: Any) -> tuple[list[int], list[int]]:
    """Users and channels that want to hear of one of these; ``also``: what they have to be."""
    pks = list(connections)
    people = Subscription.objects.filter(
        Q(everything=True) | Q(connections__in=pks), user__is_active=True, **also
    )
    rooms = Channel.objects.filter(Q(everything=True) | Q(connections__in=pks), on=True, **also)
    return (
        list(people.order_by("user").values_list("user", flat=True).distinct()),
        list(rooms.order_by("pk").values_list("pk", flat=True).distinct()),
    )


def using(account: int) -> list[int]:
    return list(Connection.objects.filter(of_account(account)).values_list("pk", flat=True))


def _look_at_accounts(open_: Mapping[int | None, Notice], now: datetime) -> None:
    wrong = set(Account.objects.filter(broken(now)).values_list("pk", flat=True))
    for pk in sorted(wrong - open_.keys()):
        _begin(Notice(kind=Kind.ACCOUNT, account_id=pk, began_at=now), using(pk))
    for account, notice in open_.items():
        if account not in wrong:
            _end(notice, now)


def _look_at_connections(open_: Mapping[int | None, Notice], now: datetime) -> None:
    rows: Any = with_ends(Connection.objects.select_related("a__account", "b__account"))
    unfit = set(Account.objects.filter(broken(now)).values_list("pk", flat=True))
    for row in rows.order_by("pk"):
        known = open_.get(row.pk)
        stands = _standing(row, unfit, known)
        if stands == (known.kind if known else QUIET):
            continue
        if known:
            # Of another trouble that came in its place, or that a person is at it, no "well again".
            is_well = row.state == Connection.State.ACTIVE and stands == QUIET
            _end(known, now, is_told=is_well and not _uses(row, unfit))
        if stands:
            _begin(Notice(kind=stands, connection_id=row.pk, began_at=now), [row.pk])


def _standing(row: Any, unfit: set[int], known: Notice | None) -> str:
    """``row``: a connection ``with_ends``. Between the first failed run and the last that is
    forgiven it stands as it did."""
    if row.state != Connection.State.ACTIVE or _uses(row, unfit):
        return QUIET
    if row.attention:
        return Kind.STOPPED
    if row.failures >= settings.NOTIFY_AFTER_FAILURES:
        return Kind.FAILING
    if (row.last_state == Run.State.HELD or known) and waiting_hold(row):
        return Kind.HELD
    if known and row.last_state not in (Run.State.DONE, Run.State.HELD):
        return known.kind
    return QUIET


def _uses(row: Any, unfit: set[int]) -> bool:
    return not unfit.isdisjoint((row.a.account_id, row.b.account_id))


def _begin(notice: Notice, connections: Sequence[int]) -> None:
    people, rooms = recipients(connections)
    try:
        with transaction.atomic():
            notice.save()
            _tell(notice, Message.What.BEGAN, people, rooms, notice.began_at)
    except IntegrityError:
        return  # another worker saw it first


def _end(notice: Notice, now: datetime, is_told: bool = True) -> None:
    """Who was told that it began is told that it is over."""
    with transaction.atomic():
        ended = Notice.objects.filter(pk=notice.pk, ended_at=None).update(ended_at=now)
        if ended and is_told:
            told = notice.messages.filter(what=Message.What.BEGAN)
            people = told.exclude(user=None).values_list("user", flat=True)
            rooms = told.exclude(channel=None).values_list("channel", flat=True)
            _tell(notice, Message.What.ENDED, list(people), list(rooms), now)


def _tell(
    notice: Notice,
    what: str,
    people: Iterable[int | None],
    rooms: Iterable[int | None],
    now: datetime,
) -> None:
    to: list[dict[str, int | None]] = [{"user_id": pk} for pk in people]
    to += [{"channel_id": pk} for pk in rooms]
    Message.objects.bulk_create(
        Message(what=what, notice=notice, made_at=now, due_at=now, **one) for one in to
    )
