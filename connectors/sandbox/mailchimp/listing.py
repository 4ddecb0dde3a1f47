"""Which members a listing shows, and in what order.

https://mailchimp.com/developer/marketing/api/list-members/list-members-info/
"""

from __future__ import annotations

from collections.abc import Callable

from connectors.sandbox.mailchimp import checks
from connectors.sandbox.mailchimp.audience import short_id
from connectors.sandbox.mailchimp.call import Call
from connectors.sandbox.mailchimp.people import STATUSES, People
from connectors.sandbox.mailchimp.problems import invalid_resource
from connectors.sandbox.store import Document

_SORTS = ("timestamp_opt", "timestamp_signup", "last_changed")
Test = Callable[[Document], bool]


def members(call: Call) -> list[Document]:
    """All that fit, sorted; raises Refused."""
    people, tests = call.people(), _tests(call)
    after = checks.moment_in(call.request, "since_last_changed")
    found = [member for member in people.all(after) if all(test(member) for test in tests)]
    sort = checks.choice_of(call.request, "sort_field", _SORTS)
    way = checks.choice_of(call.request, "sort_dir", ("ASC", "DESC"), "ASC")
    if sort:
        found.sort(key=lambda member: member[sort])
    if way == "DESC":
        found.reverse()
    return found


def _tests(call: Call) -> list[Test]:
    request = call.request
    status = checks.choice_of(request, "status", STATUSES)
    tests: list[Test] = [_in_status(status), *_changed(call), *_times(call), *_grouped(call)]
    if "unsubscribed_since" in request.query:
        if status != "unsubscribed":
            raise invalid_resource("Status must be unsubscribed to use unsubscribed_since filter.")
        tests.append(_since("last_changed", checks.moment_in(request, "unsubscribed_since")))
    # Even ``False`` needs one: github.com/brandonseydel/MailChimp.Net/issues/589
    if "since_last_campaign" in request.query and not status:
        raise invalid_resource("Status is required when using since_last_campaign filter.")
    if checks.flag_of(request, "vip_only"):
        tests.append(lambda member: bool(member["vip"]))
    if email_type := request.one("email_type"):
        tests.append(lambda member: member["email_type"] == email_type)
    if unique := request.one("unique_email_id"):
        prefix = f"unique {call.account['id']} "
        tests.append(lambda member: short_id(prefix + member["email_address"].lower()) == unique)
    return tests


def _in_status(status: str) -> Test:
    """One at a time; without one, all but the archived [INF from REC]."""
    if status:
        return lambda member: member["status"] == status
    return lambda member: member["status"] != "archived"


def _changed(call: Call) -> list[Test]:
    since = checks.moment_in(call.request, "since_last_changed")
    before = checks.moment_in(call.request, "before_last_changed")
    tests: list[Test] = []
    if since is not None and not call.quirks.since_is_inclusive:
        tests.append(lambda member: member["last_changed"] > since)
    if before is not None and call.quirks.before_is_inclusive:
        tests.append(lambda member: member["last_changed"] <= before)
    if before is not None and not call.quirks.before_is_inclusive:
        tests.append(lambda member: member["last_changed"] < before)
    if call.quirks.lag and (since is not None or before is not None):
        settled = call.now().timestamp() - call.quirks.lag
        tests.append(lambda member: member["last_changed"] <= settled)
    return tests


def _times(call: Call) -> list[Test]:
    since = checks.moment_in(call.request, "since_timestamp_opt")
    before = checks.moment_in(call.request, "before_timestamp_opt")
    tests: list[Test] = []
    if since is not None:
        tests.append(lambda member: _opted_in(member) >= since)
    if before is not None:
        tests.append(lambda member: _opted_in(member) <= before)
    return tests


def _opted_in(member: Document) -> float:
    return checks.moment_of(member["timestamp_opt"]) or 0


def _since(name: str, moment: float | None) -> Test:
    return lambda member: moment is None or member[name] >= moment


def _grouped(call: Call) -> list[Test]:
    """``interest_category_id`` with ``interest_ids`` and ``interest_match``: all three or none."""
    ids = [id for id in call.request.one("interest_ids").split(",") if id]
    match = checks.choice_of(call.request, "interest_match", ("any", "all", "none"))
    if not (ids and match and call.request.one("interest_category_id")):
        return []
    return [
        {
            "any": lambda member: any(id in member["interests"] for id in ids),
            "all": lambda member: all(id in member["interests"] for id in ids),
            "none": lambda member: not any(id in member["interests"] for id in ids),
        }[match]
    ]


def count_of_tags(people: People) -> dict[str, int]:
    """Members that are not archived, by the id of the tag."""
    counts: dict[str, int] = {}
    for member in people.all():
        if member["status"] != "archived":
            for id in member["tags"]:
                counts[id] = counts.get(id, 0) + 1
    return counts


def count_of_interests(people: People) -> dict[str, int]:
    """Subscribed members, by the id of the interest."""
    counts: dict[str, int] = {}
    for member in people.all():
        if member["status"] == "subscribed":
            for id in member["interests"]:
                counts[id] = counts.get(id, 0) + 1
    return counts
