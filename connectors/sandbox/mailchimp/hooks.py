"""Webhooks of audiences: which are registered, what they are told, and how it is posted.

https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/ has the payloads. What
is to be told is kept until it is delivered; deliveries that fail are lost here, not repeated.
"""

from __future__ import annotations

import hashlib
import hmac
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlencode

from connectors.sandbox.mailchimp.audience import Audience, short_id
from connectors.sandbox.store import Document, Store

EVENTS = ("subscribe", "unsubscribe", "profile", "cleaned", "upemail", "campaign")
SOURCES = ("user", "admin", "api")
POSTS = "mailchimp/posts"
#: Seconds that an address has to answer [REC].
_PATIENCE = 10

#: Method, URL, body and headers -> the status of the answer; 0: there was none.
Reach = Callable[[str, str, bytes, Mapping[str, str]], int]


def reached(method: str, url: str, body: bytes, headers: Mapping[str, str]) -> int:
    request = urllib.request.Request(url, body or None, dict(headers), method=method)
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def kind_of(audience: Audience) -> str:
    return f"mailchimp/hooks/{audience.id}"


def tell(audience: Audience, source: str, old: Document | None, new: Document | None) -> None:
    """Of a member that was ``old`` and is ``new``; None is not there."""
    hooks = audience.store.all(kind_of(audience))
    for event, data in _events(audience, old, new) if hooks else ():
        for hook in hooks:
            if hook["events"].get(event) and hook["sources"].get(source):
                _keep(audience, hook, event, data)


def are_waiting(store: Store) -> bool:
    return bool(store.all(POSTS))


def deliver(store: Store, now: Callable[[], datetime], reach: Reach) -> int:
    delivered = 0
    for post in store.all(POSTS):
        store.remove(POSTS, post["id"])
        body = post["body"].encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "MailChimp"}
        if post["secret"]:
            headers["X-Mailchimp-Signature"] = signature(post["secret"], body, now())
        delivered += 200 <= reach("POST", post["url"], body, headers) < 300
    return delivered


def signature(secret: str, body: bytes, at: datetime) -> str:
    stamp = int(at.timestamp())
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
    return f"t={stamp},v1={digest.hexdigest()}"


def _events(
    audience: Audience, old: Document | None, new: Document | None
) -> list[tuple[str, dict[str, str]]]:
    member = new or old or {}
    data = {
        "id": short_id(member["email_address"]),
        "list_id": audience.id,
        "email": member["email_address"],
        "email_type": member["email_type"],
        "web_id": str(member["web_id"]),
    }
    before, after = (each["status"] if each else "" for each in (old, new))
    if new is None:
        return [("unsubscribe", {**data, "action": "delete", "reason": "manual"})]
    if before != after:
        told = {
            "subscribed": ("subscribe", {}),
            "unsubscribed": ("unsubscribe", {"action": "unsub", "reason": "manual"}),
            "cleaned": ("cleaned", {"reason": "hard"}),
        }.get(after)
        return [(told[0], {**data, **told[1]})] if told else []
    if old is None or after != "subscribed" or _is_same(old, new):
        return []  # tags, and changes of those who are not subscribed, are told to nobody
    events = [("profile", data)]
    if old["email_address"] != new["email_address"]:
        moved = {"new_email": new["email_address"], "old_email": old["email_address"]}
        events.insert(0, ("upemail", {"list_id": audience.id, "new_id": data["id"], **moved}))
    return events


def _is_same(old: Document, new: Document) -> bool:
    shown = ("email_address", "values", "interests", "language", "email_type")
    return all(old[name] == new[name] for name in shown)


def _keep(audience: Audience, hook: Document, event: str, data: Mapping[str, str]) -> None:
    number = audience.store.next(POSTS)
    fields = {
        "type": event,
        "fired_at": audience.now().strftime("%Y-%m-%d %H:%M:%S"),
        **{f"data[{name}]": value for name, value in data.items()},
    }
    post = {"url": hook["url"], "secret": hook["secret"], "body": urlencode(fields)}
    audience.store.put(POSTS, str(number), {"id": str(number), **post})
