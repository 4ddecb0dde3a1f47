"""The accounts of Mailchimp's customers: id, email, name, login_id, opened, disabled, blocked."""

from __future__ import annotations

import hashlib
from datetime import datetime

from connectors.sandbox.store import Document, Store

_KIND = "mailchimp/accounts"


def get(store: Store, id: str) -> Document | None:
    return store.get(_KIND, id)


def of(store: Store, email: str) -> Document | None:
    found = store.by_key(_KIND, email.casefold())
    return found[0] if found else None


def make(store: Store, email: str, name: str, now: datetime) -> Document:
    number = store.next(_KIND)
    id = hashlib.md5(f"account {number}".encode(), usedforsecurity=False).hexdigest()[:25]
    account = {
        "id": id,
        "email": email,
        "name": name or email.partition("@")[0],
        "login_id": 6_000_000 + number,
        "opened": int(now.timestamp()),
        "disabled": False,
        "blocked": False,
    }
    put(store, account)
    return account


def put(store: Store, account: Document) -> None:
    store.put(_KIND, account["id"], account, keys=[account["email"].casefold()])
