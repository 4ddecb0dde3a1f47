"""The ``_links`` of every answer: what can be done with a thing, and where."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.sandbox.store import Document

#: rel, method, what follows the URL of the thing; ``..`` is what the thing is in.
Rel = tuple[str, str, str]

ITEM = (
    ("self", "GET", ""),
    ("parent", "GET", ".."),
    ("update", "PATCH", ""),
    ("delete", "DELETE", ""),
)
COLLECTION = (("self", "GET", ""), ("create", "POST", ""), ("parent", "GET", ".."))
MEMBER = (
    ("self", "GET", ""),
    ("parent", "GET", ".."),
    ("update", "PATCH", ""),
    ("upsert", "PUT", ""),
    ("delete", "DELETE", ""),
    ("activity", "GET", "/activity"),
    ("goals", "GET", "/goals"),
    ("notes", "GET", "/notes"),
    ("events", "POST", "/events"),
    ("delete_permanent", "POST", "/actions/delete-permanent"),
)
LIST = (
    ("self", "GET", ""),
    ("parent", "GET", ".."),
    ("update", "PATCH", ""),
    ("batch-sub-unsub-members", "POST", ""),
    ("delete", "DELETE", ""),
    ("interest-categories", "GET", "/interest-categories"),
    ("members", "GET", "/members"),
    ("merge-fields", "GET", "/merge-fields"),
    ("segments", "GET", "/segments"),
    ("webhooks", "GET", "/webhooks"),
)


def of(url: str, rels: Iterable[Rel]) -> list[Document]:
    parent = url.rpartition("/")[0]
    return [
        {"rel": rel, "href": parent if follows == ".." else url + follows, "method": method}
        for rel, method, follows in rels
    ]
