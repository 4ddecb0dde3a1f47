"""Pages of things that fit a filter, in order: https://docs.ghost.org/admin-api/#parameters"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from connectors.sandbox.ghost import nql
from connectors.sandbox.ghost.problems import Refused
from connectors.sandbox.store import Document
from connectors.sandbox.web import Request

_USUAL = 15


def fitting(
    request: Request, rows: Iterable[Document], keys: Mapping[str, str], doing: str
) -> list[Document]:
    """``keys``: how a filter calls what of a row is asked for. Dates are compared as the texts that
    the database (SQLite) keeps, whatever the filter writes: with a T in it, it is later than any
    time of that day."""
    try:
        test, asked = nql.parsed(request.one("filter"))
    except nql.NoFilter:
        raise Refused("BadRequestError", "Error parsing filter", doing) from None
    if not asked <= keys.keys():
        words = "Could not understand request."
        raise Refused("BadRequestError", words, doing, code="SQLITE_ERROR")
    return [row for row in rows if test({key: _kept(row, keys[key]) for key in asked})]


def paged(
    request: Request,
    name: str,
    rows: list[Document],
    usual: str,
    most: int,
    show: Callable[[Document], Document],
    doing: str,
    orders: Collection[str] = ("id", "name", "created_at", "updated_at"),
) -> Document:
    """``usual``: the order that nobody asked for another."""
    asked = request.one("order") or usual
    for part in reversed(asked.split(",")):
        field, _, direction = part.strip().partition(" ")
        if field in orders:
            rows = sorted(rows, key=_by(field), reverse=direction.lower() == "desc")
    limit, page = _limit(request, most, len(rows), doing), max(1, _number(request, "page", 1))
    pages = max(1, -(-len(rows) // limit))
    return {
        name: [show(row) for row in rows[(page - 1) * limit : page * limit]],
        "meta": {
            "pagination": {
                "page": page,
                "limit": limit,
                "pages": pages,
                "total": len(rows),
                "next": page + 1 if page < pages else None,
                "prev": page - 1 if 1 < page <= pages else None,
            }
        },
    }


def _limit(request: Request, most: int, total: int, doing: str) -> int:
    """``most`` 0 is any number."""
    text = request.one("limit") or str(_USUAL)
    if text == "all":
        return most or max(1, total)
    if not re.fullmatch("[0-9]{1,9}", text):
        words = "Validation (matches) failed for limit undefined.limit"
        raise Refused("ValidationError", words, doing)
    wanted = int(text) or _USUAL
    return min(wanted, most) if most else wanted


def _number(request: Request, name: str, default: int) -> int:
    text = request.one(name)
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else default


def _by(field: str) -> Callable[[Document], str]:
    return lambda row: str(row.get(field) or "")


def _kept(row: Document, field: str) -> Any:
    value = row.get(field)
    if isinstance(value, str) and field.endswith("_at"):
        return value.replace("T", " ").removesuffix(".000Z")
    return value
