"""What people are told when something goes wrong and when it is well again: once."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection as database
from django.utils import timezone
from django_q.models import OrmQ

from connections.models import Account, Channel, Connection, Subscription
from connections.rotation import rotate_all
from connectors.errors import Refused, SignInAgain
from sync.models import Message, Notice, Run
from sync.tasks import tell
from sync.watch.bell import Bell
from sync.watch.channels import entered
from sync.watch.outbox import CLAIM, GIVE_UP, send_due, write_digests
from sync.watch.troubles import look
from tests.receiver import Receiver
from tests.sync.conftest import Pair, connect, person
from tests.sync.watch.conftest import PUBLIC_URL, Mails, channel, reader


def ended(connection: Connection, *states: str) -> None:
    for state in states:
        Run.objects.create(
            connection=connection, state=state, finished_at=timezone.now(), counts={}
        )


def told(mails: Mails) -> list[str]:
    """What is told now that was not told before."""
    before = len(mails.mails)
    for _ in range(3):
        tell()
    return mails.subjects[before:]


def test_an_account_that_needs_somebody_and_that_it_is_over(pair: Pair, mails: Mails) -> None:
    reader("ann", pair.connection)
    reader("ben", connect("other", "two", "three"))
    pair.a.add(person("Eve", "eve@x.org"))
    pair.b.errors["Eve"] = SignInAgain("eve@x.org has no right.")
    pair.sync()
    Account.objects.filter(name="two").update(attention="")
    Account.objects.filter(name="one").update(attention="It refuses eve@x.org.")
    assert told(mails) == ["Account one needs attention"]
    assert mails.mails[0]["To"] == "ann@example.org"
    account = Account.objects.get(name="one")
    assert f"{PUBLIC_URL}/admin/connections/account/{account.pk}/change/" in mails.texts[0]
    assert f"{PUBLIC_URL}/admin/notifications/" in mails.texts[0]
    Account.objects.update(attention="")
    assert told(mails) == ["Account one can be used again"]
    Account.objects.filter(name="one").update(ends_at=timezone.now())
    assert told(mails) == ["Account one needs attention"]
    assert "eve" not in "".join(map(str, mails.mails)).casefold()


def test_a_run_that_is_held_and_that_it_goes_on(pair: Pair, mails: Mails) -> None:
    reader("ann", everything=True)
    for number in range(60):
        pair.a.add(person(f"Zebulon{number}", f"zebulon{number}@x.org"))
    pair.sync()
    assert told(mails) == []
    for id in list(pair.a.contacts()):
        pair.a.remove(id)
    assert pair.sync().state == "held" and pair.sync().state == "held"
    assert told(mails) == ["Connection pair is held"]
    ended(pair.connection, "failed")  # the hold stands
    assert told(mails) == []
    pair.sync(approved=True)
    assert told(mails) == ["Connection pair goes on"]
    assert "zebulon" not in "".join(map(str, mails.mails)).casefold()


def test_a_connection_that_fails_again_and_again(pair: Pair, mails: Mails, settings: Any) -> None:
    settings.NOTIFY_AFTER_FAILURES = 3
    reader("ann", pair.connection)
    ended(pair.connection, "done", "failed", "failed")
    assert told(mails) == []
    ended(pair.connection, "failed")
    assert told(mails) == ["Connection pair is failing"]
    ended(pair.connection, "failed", "busy", "failed")
    assert told(mails) == []
    ended(pair.connection, "done")
    assert told(mails) == ["Connection pair goes on"]


def test_a_connection_that_a_person_has_to_put_right(pair: Pair, mails: Mails) -> None:
    reader("ann", pair.connection)
    ended(pair.connection, "refused")
    Connection.objects.update(attention="The tag of zebulon is gone.")
    assert told(mails) == ["Connection pair is stopped"]
    Connection.objects.update(attention="")
    assert told(mails) == []  # it has not run yet
    ended(pair.connection, "done")
    assert told(mails) == ["Connection pair goes on"]


def test_what_an_account_stops_is_told_with_the_account(pair: Pair, mails: Mails) -> None:
    reader("ann", pair.connection)
    ended(pair.connection, "failed", "failed", "failed")
    assert told(mails) == ["Connection pair is failing"]
    Account.objects.filter(name="two").update(attention="Sign in.")
    ended(pair.connection, "refused", "refused")
    assert told(mails) == ["Account two needs attention"]
    Account.objects.update(attention="")
    ended(pair.connection, "done")
    assert told(mails) == ["Account two can be used again"]


def test_who_pauses_a_connection_knows_it(pair: Pair, mails: Mails) -> None:
    reader("ann", pair.connection)
    ended(pair.connection, "held")
    assert told(mails) == ["Connection pair is held"]
    Connection.objects.update(state="paused")
    assert told(mails) == []
    assert not Notice.objects.filter(ended_at=None).exists()
    Connection.objects.update(state="active")
    assert told(mails) == ["Connection pair is held"]


def test_what_is_over_before_anybody_looked_is_not_told(pair: Pair, mails: Mails) -> None:
    reader("ann", pair.connection)
    ended(pair.connection, "held", "done")
    assert told(mails) == []


def at_once(number: int, work: Callable[[], None]) -> None:
    barrier = Barrier(number)
    faults: list[Exception] = []

    def alone() -> None:
        try:
            barrier.wait()
            work()
        except Exception as error:
            faults.append(error)
        finally:
            database.close()

    threads = [Thread(target=alone) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_several_workers_tell_once(transactional_db: None, pair: Pair, mails: Mails) -> None:
    reader("ann", pair.connection)
    reader("ben", everything=True)
    for _ in range(3):
        mails.mails.clear()
        Account.objects.filter(name="one").update(attention="Sign in.")
        at_once(4, tell)
        assert sorted(mail["To"] for mail in mails.mails) == ["ann@example.org", "ben@example.org"]
        Account.objects.update(attention="")
        at_once(4, tell)
        assert mails.subjects[2:] == ["Account one can be used again"] * 2
    assert Notice.objects.count() == 3


def test_what_a_worker_left_that_died_is_sent_by_another(pair: Pair, mails: Mails) -> None:
    reader("ann", pair.connection)
    ended(pair.connection, "held")
    now = timezone.now()
    look(now)
    Message.objects.update(claimed_until=now + CLAIM)  # it died before it sent
    send_due(lambda: now)
    assert mails.mails == []
    send_due(lambda: now + CLAIM + timedelta(seconds=1))
    assert mails.subjects == ["Connection pair is held"]
    # It died after it sent, before it said so: the same mail again, by its id.
    Message.objects.update(closed_at=None)
    send_due(lambda: now + CLAIM * 2)
    first, second = (mail["Message-ID"] for mail in mails.mails)
    assert first == second


def test_a_server_that_is_busy_is_asked_again(pair: Pair, mails: Mails, caplog: Any) -> None:
    ann = reader("ann", pair.connection)
    ended(pair.connection, "held")
    mails.answers = ["451 ann@example.org comes later", "451 still busy"]
    assert told(mails) == []
    moment = Message.objects.get().due_at
    assert moment > timezone.now()
    waits = []
    while mails.answers:
        send_due(lambda at=moment: at)
        waits.append(Message.objects.get().due_at - moment)
        moment += waits[-1]
    send_due(lambda: moment)
    assert mails.subjects == ["Connection pair is held"] and waits == [timedelta(minutes=2)]
    assert "was not sent: SMTPDataError" in caplog.text and ann.email not in caplog.text


def test_what_cannot_be_sent_for_a_day_is_given_up(pair: Pair, settings: Any, mails: Mails) -> None:
    settings.EMAIL_PORT = 1
    reader("ann", pair.connection)
    ended(pair.connection, "held")
    now = timezone.now()
    look(now)
    tries, moment = 0, now
    while Message.objects.filter(closed_at=None):
        send_due(lambda at=moment: at)
        moment = Message.objects.get().due_at
        tries += 1
    assert moment - now > GIVE_UP and 20 < tries < 40
    assert not Message.objects.get().was_sent


def test_who_may_not_look_any_more_is_not_told(pair: Pair, mails: Mails) -> None:
    changes = {"ann": {"is_active": False}, "ben": {"email": ""}, "joe": {"email": "ü@ü@ü"}}
    for name, change in {**changes, "eve": {}}.items():
        user = reader(name, pair.connection)
        type(user).objects.filter(pk=user.pk).update(**change)
        if name == "eve":
            user.groups.clear()
    ended(pair.connection, "held")
    assert told(mails) == []
    assert not Message.objects.filter(closed_at=None).exists()


# --- Channels ---


def test_a_channel_is_told_and_its_address_stays_secret(
    pair: Pair, room: Receiver, mails: Mails, log: io.StringIO
) -> None:
    made = channel(room, everything=False)
    made.connections.add(pair.connection)
    ended(connect("other", "one", "three"), "held")
    ended(pair.connection, "held")
    tell()
    assert [(x.path, json.loads(x.body)["title"]) for x in room.told] == [
        ("/s3cret", "Connection pair is held")
    ]
    assert f"{PUBLIC_URL}/admin/connections/connection/" in json.loads(room.told[0].body)["message"]
    made.refresh_from_db()
    assert made.told_at and made.service == "a web hook" and made.trouble == ""
    row = str(Channel.objects.filter(pk=made.pk).values().get())
    assert "s3cret" not in row + log.getvalue()


def test_a_channel_that_does_not_answer_is_told_later(pair: Pair, room: Receiver) -> None:
    made = channel(room)
    room.status = 500
    ended(pair.connection, "held")
    tell()
    made.refresh_from_db()
    assert made.trouble == "It did not take the message. Check its address."
    room.status = 200
    send_due(lambda: timezone.now() + timedelta(minutes=5))
    made.refresh_from_db()
    assert (len(room.told), made.trouble) == (2, "")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_channel_leads_nowhere_private(
    pair: Pair, room: Receiver, settings: Any, host: str
) -> None:
    settings.ALLOW_PRIVATE_ADDRESSES = False
    made = channel(room)
    entered(made, f"json://{host}:{room.port}/x")
    made.save()
    ended(pair.connection, "held")
    tell()
    made.refresh_from_db()
    assert room.told == []
    assert "is private or belongs to this machine" in made.trouble


def test_a_channel_that_sends_on_leads_nowhere_reserved(pair: Pair, room: Receiver) -> None:
    made = channel(room)
    room.status, room.location = 307, "http://169.254.169.254/latest/meta-data/"
    ended(pair.connection, "held")
    tell()
    made.refresh_from_db()
    assert len(room.told) == 1 and "169.254.169.254 is reserved" in made.trouble


@pytest.mark.parametrize("values", [{"on": False}, {"everything": False}])
def test_a_channel_that_is_off_or_chose_none_is_not_told(
    pair: Pair, room: Receiver, values: dict[str, bool]
) -> None:
    channel(room, **values)
    ended(pair.connection, "held")
    tell()
    assert room.told == []


def test_addresses_of_channels_are_sealed_anew_with_the_others(
    db: None, room: Receiver, settings: Any
) -> None:
    made = channel(room)
    settings.CREDENTIALS_KEYS = ["B" * 43 + "=", *settings.CREDENTIALS_KEYS]
    assert rotate_all().rotated == 1
    before = made.sealed
    made.refresh_from_db()
    assert made.sealed != before


# --- The digest ---


def at(hour: int) -> datetime:
    return timezone.now().replace(hour=hour, minute=1)


def test_a_digest_comes_once_a_day_with_what_was_done(
    pair: Pair, mails: Mails, room: Receiver, settings: Any
) -> None:
    settings.TIME_ZONE = "UTC"
    settings.DIGEST_HOUR = 7
    ann = reader("ann", pair.connection)
    reader("ben", pair.connection)
    Subscription.objects.filter(user=ann).update(digest=True)
    channel(room, digest=True)
    pair.clock.now = timezone.now() - timedelta(days=1)
    pair.a.add(person("Zebulon", "zebulon@x.org"))
    pair.a.add(person("Eve", "eve@x.org"))
    pair.b.errors["Eve"] = Refused("eve@x.org is not welcome.")
    pair.sync()
    write_digests(at(6))
    assert not Message.objects.exists()
    for hour in (8, 9, 23):
        write_digests(at(hour))
        send_due(lambda hour=hour: at(hour) + timedelta(minutes=1))
    (mail,) = mails.mails
    assert mail["To"] == "ann@example.org"
    text = mails.texts[0]
    assert (
        "pair: 1 contact changed; 1 contact could not be read or written; 1 contact that fails"
        in text
    )
    assert "eve" not in text and "Zebulon" not in text
    assert len(room.told) == 1
    write_digests(at(8) + timedelta(days=1))
    send_due(lambda: at(9) + timedelta(days=1))
    assert len(mails.mails) == len(room.told) == 2


def test_what_was_told_long_ago_is_dropped(pair: Pair, mails: Mails) -> None:
    reader("ann", pair.connection)
    ended(pair.connection, "held")
    tell()
    ended(pair.connection, "done")
    tell()
    long_ago = timezone.now() - timedelta(days=91)
    Message.objects.filter(what="began").update(closed_at=long_ago)
    Notice.objects.update(ended_at=long_ago)
    tell()
    assert [(x.what, x.notice) for x in Message.objects.all()] == [("ended", Notice.objects.get())]
    Message.objects.update(closed_at=long_ago)
    tell()
    assert not Notice.objects.exists() and len(mails.mails) == 2


def test_a_name_of_several_lines_is_one_subject(pair: Pair, mails: Mails) -> None:
    reader("ann", pair.connection)
    Connection.objects.update(name="pair\nBcc: eve@example.org")
    ended(pair.connection, "held")
    assert told(mails) == ["Connection pair Bcc: eve@example.org is held"]
    assert mails.mails[0]["Bcc"] is None


def test_the_worker_is_asked_to_tell(db: None) -> None:
    Bell().ask_for_beat()
    assert {row.func() for row in OrmQ.objects.all()} == {"sync.tasks.beat", "sync.tasks.tell"}
