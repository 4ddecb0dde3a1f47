"""The worker's supervisor: starts the queue's processes, rings for what is due, and starts them
anew when they have stopped to work."""

from __future__ import annotations

import logging
import random
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from threading import Event

from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections
from django.utils import timezone
from redis import RedisError

from sync.claim import bury_dead
from sync.host import this_process
from sync.watch.bell import Bell
from sync.watch.due import queue_due
from sync.watch.leash import Leash
from sync.watch.pulse import is_at_work, last_beat

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "django", "qcluster")


@dataclass(frozen=True, slots=True)
class Limits:
    """All in seconds. ``look``: between two looks at what is due. ``beat``: between two
    heartbeats. ``silence``: without any sign of work for so long, workers are started anew.
    ``grace``: how long a stop waits for what is under way. ``tidy``: between two times that old
    rows are dropped."""

    look: float = 2
    beat: float = 20
    silence: float = 180
    grace: float = 60
    tidy: float = 3600


def supervise(limits: Limits, stop: Event) -> None:
    """Returns when ``stop`` is set and no process of ours is left."""
    bell = Bell()
    while not stop.is_set():
        started = time.monotonic()
        leash = Leash(COMMAND, limits.grace, str(settings.BASE_DIR))
        try:
            why = _watch(leash, bell, limits, stop)
        finally:
            if stop.is_set():
                leash.let_go()
            else:
                leash.kill()
        if why:
            log.error("%s They are started anew.", why)
            # Processes that cannot even start must not be started all day long.
            stop.wait(max(0, limits.look * 5 - (time.monotonic() - started)))


def _watch(leash: Leash, bell: Bell, limits: Limits, stop: Event) -> str:
    """Look after running workers until they have to be replaced, and tell why."""
    # By a clock that nobody sets: that of the heartbeats may jump.
    heard_at, next_beat, next_tidying = time.monotonic(), 0.0, 0.0
    heard: datetime | None = None
    while not stop.wait(limits.look):
        if leash.has_ended():
            return "The workers ended by themselves."
        try:
            close_old_connections()
            _look(bell)
            if time.monotonic() >= next_beat:
                bell.ask_for_beat()
                # Not in step with other machines, which take from the same queue.
                next_beat = time.monotonic() + limits.beat * random.uniform(0.5, 1)
            if time.monotonic() >= next_tidying:
                bell.ask_to_tidy()
                next_tidying = time.monotonic() + limits.tidy * random.uniform(0.5, 1)
            beat = last_beat(leash.group)
            if beat != heard or is_at_work(leash.group):
                heard_at, heard = time.monotonic(), beat
        except (DatabaseError, InterfaceError, RedisError) as error:
            # The workers cannot work either; theirs is not the fault.
            log.error("The database or the queue does not answer: %s", error)
            heard_at = time.monotonic()
            continue
        if (silent := time.monotonic() - heard_at) > limits.silence:
            return f"The workers carried out nothing for {silent:.0f} seconds."
    return ""


def _look(bell: Bell) -> None:
    now = timezone.now()
    bury_dead(now, this_process())
    for run in queue_due(now):
        bell.ring(run)
    bell.ring_for_waiting(now)
    bell.ring_for_erasures()
