"""Units that an account may use in a minute, by metric, as the Google Cloud console lists them."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from connectors.sandbox.google.errors import SERVICE, Refused, error_info, over_fixed_quota
from connectors.sandbox.google.quirks import Quirks


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one request, in units."""

    critical_reads: int = 0
    critical_writes: int = 0
    group_reads: int = 0
    other_writes: int = 0
    daily_writes: int = 0


#: https://developers.google.com/people/v1/contacts: what requests cost. A batch costs the same
#: however many contacts are in it.
READ = Cost(critical_reads=1)
WRITE = Cost(critical_reads=1, critical_writes=1, daily_writes=1)
BATCH_WRITE = Cost(critical_reads=6, critical_writes=6, daily_writes=200)
DELETE = Cost(other_writes=1)
BATCH_DELETE = Cost(other_writes=10)
GROUP_READ = Cost(group_reads=1)
GROUP_WRITE = Cost(other_writes=1)


@dataclass(frozen=True, slots=True)
class _Metric:
    words: str
    name: str
    limit: str
    seconds: int = 60


_METRICS = {
    "critical_reads": _Metric(
        "Critical read requests (Contact and Profile Reads)",
        "critical_read_requests",
        "CriticalReadsPerMinutePerProjectPerUser",
    ),
    "critical_writes": _Metric(
        "Critical write requests (Contact Creates and Updates)",
        "critical_write_requests",
        "CriticalWritesPerMinutePerProjectPerUser",
    ),
    "group_reads": _Metric(
        "Read requests (Contact Group Reads)",
        "read_requests",
        "ReadsPerMinutePerProjectPerUser",
    ),
    "other_writes": _Metric(
        "Write requests (Contact Deletes and Contact Group Writes)",
        "write_requests",
        "WritesPerMinutePerProjectPerUser",
    ),
    "daily_writes": _Metric(
        "Daily Contact Writes (Total)",
        "daily_contact_writes",
        "DailyContactWritesPerDayPerProject",
        seconds=24 * 3600,
    ),
}


class Quotas:
    """What the accounts used in the minutes (and days) of now; those of the clock, not the last
    sixty seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._used: Counter[tuple[str, str, int]] = Counter()

    def charge(self, account: str, cost: Cost, quirks: Quirks, now: datetime) -> None:
        """Raises Refused, and charges nothing, where one of the quotas would be exceeded."""
        with self._lock:
            places = {}
            for field, metric in _METRICS.items():
                units: int = getattr(cost, field)
                most: int = getattr(quirks, field)
                place = (account, field, int(now.timestamp() // metric.seconds))
                if most and units and self._used[place] + units > most:
                    raise over_quota(field, most, quirks.retry_after)
                places[place] = units
            self._used.update(places)

    def full_sync(self, account: str, quirks: Quirks, now: datetime) -> None:
        """The first page of one; raises Refused."""
        with self._lock:
            place = (account, "full_syncs", int(now.timestamp() // 60))
            if quirks.full_syncs and self._used[place] >= quirks.full_syncs:
                raise over_fixed_quota()
            self._used[place] += 1


def over_quota(field: str, most: int, retry_after: int = 0) -> Refused:
    """``field``: of Cost."""
    metric = _METRICS[field]
    period = "day" if metric.seconds > 60 else "minute per user"
    info = error_info(
        "RATE_LIMIT_EXCEEDED",
        consumer="projects/100000000000",
        quota_limit=metric.limit,
        quota_limit_value=str(most),
        quota_location="global",
        quota_metric=f"{SERVICE}/{metric.name}",
    )
    message = (
        f"Quota exceeded for quota metric '{metric.words}' and limit '{metric.words} per "
        f"{period}' of service '{SERVICE}' for consumer 'project_number:100000000000'."
    )
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    return Refused("RESOURCE_EXHAUSTED", message, [info], headers=headers)
