"""Whether workers really work. A cluster of django-q2 can look alive and do nothing for ever (a
worker that is killed while idle takes the lock of its queue with it), so what counts is only
what was written from inside a worker: a heartbeat, or a run under way."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from datetime import datetime, timedelta

from sync.host import pid_here
from sync.leases import in_force
from sync.models import Heartbeat, Lease, Run

#: Without a heartbeat of any worker for so long, people are told that none is running.
SILENCE = timedelta(minutes=3)
KEPT = timedelta(days=1)


def beat(now: datetime) -> None:
    """The worker's process group is the sender: it tells one start of the workers from the
    next, and from those of other machines."""
    Heartbeat.objects.update_or_create(name=_name(os.getpgrp()), defaults={"at": now})
    Heartbeat.objects.filter(at__lt=now - KEPT).delete()


def last_beat(group: int) -> datetime | None:
    """When a worker of this process group last carried out a task."""
    return Heartbeat.objects.filter(name=_name(group)).values_list("at", flat=True).first()


def is_at_work(group: int) -> bool:
    """Is a run under way in this process group? Runs may be long, and all workers busy."""
    owners = Run.objects.filter(state=Run.State.RUNNING).values_list("owner", flat=True)
    return any(_is_member(pid_here(owner), group) for owner in owners)


def last_heard(now: datetime) -> Mapping[str, datetime]:
    """When each worker of the last day was heard, the latest first; by name, which is the machine
    and the number of its process group there."""
    beats = Heartbeat.objects.filter(at__gt=now - KEPT).order_by("-at")
    return dict(beats.values_list("name", "at"))


def heard(now: datetime) -> bool:
    """Is some worker at work, here or on another machine?"""
    lately = Heartbeat.objects.filter(at__range=(now - KEPT, now + SILENCE))
    latest = max(lately.values_list("at", flat=True), default=None)
    if latest is None:
        return False
    # While all workers are busy with long runs, those renew the leases of their accounts.
    return latest > now - SILENCE or Lease.objects.exclude(owner="").filter(in_force(now)).exists()


def _name(group: int) -> str:
    return f"{socket.gethostname()[:80]}/{group}"


def _is_member(pid: int | None, group: int) -> bool:
    if pid is None:
        return False
    try:
        return os.getpgid(pid) == group
    except ProcessLookupError:
        return False
