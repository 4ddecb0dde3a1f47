"""Addresses of books and cards, each in one spelling: servers answer with paths or URLs and
differ in which characters they encode."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes, urlsplit

from connectors.urls import linked

_PLAIN = re.compile(r"/[A-Za-z0-9/._~@+=-]*")


@lru_cache(maxsize=8192)
def canonical(href: str) -> str:
    """The id of a card: its absolute path, percent-encoded in one way."""
    path = href if href.startswith("/") else _path(href)
    if _PLAIN.fullmatch(path):
        return path
    segments = (quote(unquote_to_bytes(item), safe="~@+=") for item in path.split("/"))
    return "/".join(segments)


def _path(href: str) -> str:
    try:
        return urlsplit(href).path
    except ValueError:  # no URL, such as ``http://[``: then it is no card of the book either
        return "/" + quote(href, safe="")


def absolute(url: str, href: str) -> str:
    """The URL of a collection that an answer names, in one spelling, with its last slash; ""
    where it names none."""
    found = urlsplit(linked(url, href))
    if not found.netloc:
        return ""
    return f"{found.scheme}://{found.netloc}{canonical(found.path.rstrip('/') + '/')}"


def href_of(book: str, marker: str) -> str:
    """The id of the card that a create with this marker makes."""
    return canonical(f"{urlsplit(book).path.rstrip('/')}/{quote(marker, safe='')}.vcf")
