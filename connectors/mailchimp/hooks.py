"""Webhooks of an audience (https://mailchimp.com/developer/marketing/api/list-webhooks/).

They tell of members that subscribe, unsubscribe, change or bounce; not of tags, archived members
and what an integration writes. So they make readings come sooner, and never take their place.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from urllib.parse import quote

from connectors.errors import AskStaff
from connectors.mailchimp.api import Api
from connectors.texts import id_in

#: What is told. ``campaign`` is not about members.
_EVENTS = dict.fromkeys(("subscribe", "unsubscribe", "profile", "cleaned", "upemail"), True)
#: Who changed it. By ``api`` are our own writes, whose echo nobody needs
#: (github.com/ibericode/mailchimp-user-sync/issues/46).
_SOURCES = {"user": True, "admin": True, "api": False}
#: A signed post that is older is taken for a replay.
_FRESH = timedelta(minutes=5)
_SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})", re.ASCII)


class Hooks:
    def __init__(self, api: Api, audience: str) -> None:
        self._api = api
        self._path = f"/lists/{quote(audience, safe='')}/webhooks"

    def on(self, home: str, url: str) -> str:
        """Raises AskStaff where Mailchimp takes none, such as one that cannot reach us."""
        self.off(home)
        body = {"url": url, "events": {**_EVENTS, "campaign": False}, "sources": _SOURCES}
        reply = self._api.call("POST", self._path, body=body)
        if not reply.is_success or not isinstance(reply.data, dict):
            raise AskStaff(
                f"Mailchimp takes no webhook of ours ({reply.status}).",
                "It has to reach PUBLIC_URL from the internet. Without it changes are read at each "
                "interval.",
            )
        secret = reply.data.get("signing_secret")
        return secret if isinstance(secret, str) else ""

    def off(self, home: str) -> None:
        for id in list(self._ours(home)):
            # Gone already is as well.
            self._api.call("DELETE", f"{self._path}/{quote(id, safe='')}")

    def _ours(self, home: str) -> Iterator[str]:
        told = self._api.get(self._path).get("webhooks")
        for hook in told if isinstance(told, list) else ():
            url, id = (hook.get("url"), hook.get("id")) if isinstance(hook, dict) else (None, None)
            if (id := id_in(id)) and isinstance(url, str) and url.startswith(home):
                yield id


def is_signed(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """``X-Mailchimp-Signature: t=SECONDS,v1=HEX``, an HMAC of ``SECONDS.BODY``. Accounts whose
    webhooks are not signed have the secret in the address only."""
    if not secret:
        return True
    found = _SIGNATURE.fullmatch(headers.get("x-mailchimp-signature", ""))
    if found is None or abs(now.timestamp() - int(found[1])) > _FRESH.total_seconds():
        return False
    digest = hmac.new(secret.encode(), f"{found[1]}.".encode() + body, hashlib.sha256)
    return hmac.compare_digest(digest.hexdigest(), found[2])
