"""Values of single properties ↔ our spelling: names, addresses, organisations, dates, phones.

A component that a write does not change keeps the characters it had.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import unquote

from connectors.carddav.lines import Params
from connectors.carddav.text import components, escape, unescape
from connectors.contact import Address

#: Order of the components in N (RFC 6350 §6.2.2) and ADR (§6.3.1).
NAME = ("last_name", "first_name", "middle_name", "name_prefix", "name_suffix")
ADDRESS = ("po_box", "extended", "street", "city", "region", "postcode", "country")

_DIALLED = re.compile(r"(\+?[().-]*\d[\d().-]*)(?: ext\. (\d+))?")
_DATE = re.compile(r"(\d{4})(-?)(\d\d)\2(\d\d)(?:[T ].*)?")
_NO_YEAR = re.compile(r"--(\d\d)(-?)(\d\d)(?:T.*)?")
#: Apple writes a birthday without year with this one and a parameter that says so.
OMITTED = "1604"


def read_components(value: str, names: Sequence[str]) -> dict[str, str]:
    """The filled components by name."""
    found = {}
    for name, piece in zip(names, components(value), strict=False):
        if piece and (text := _component(piece, name)):
            found[name] = text
    return found


def write_components(value: str, names: Sequence[str], changes: Mapping[str, str]) -> str:
    pieces = components(value) if value else []
    pieces += [""] * (len(names) - len(pieces))
    for index, name in enumerate(names):
        if name in changes and changes[name] != _component(pieces[index], name):
            pieces[index] = escape(changes[name])
    return ";".join(pieces)


def _component(piece: str, name: str) -> str:
    """A component may be a list: "Philip,Paul". Names are listed with blanks, the rest
    with commas, which also restores what a writer forgot to escape."""
    if "," not in piece:
        return unescape(piece).strip()
    items = [unescape(item).strip() for item in components(piece, ",")]
    listed = name in NAME and name != "name_suffix" and ", " not in piece
    return (" " if listed else ", ").join(item for item in items if item)


def read_address(value: str) -> Address:
    return Address(**read_components(value, ADDRESS))


def write_address(address: Address, value: str = "") -> str:
    return write_components(value, ADDRESS, {name: getattr(address, name) for name in ADDRESS})


def read_organisation(value: str) -> tuple[str, str]:
    """Company and department: the units below the company, joined by "; "."""
    pieces = [unescape(piece).strip() for piece in components(value)]
    while pieces and not pieces[-1]:
        pieces.pop()
    return (pieces[0] if pieces else ""), "; ".join(pieces[1:])


def write_organisation(value: str, company: str, department: str) -> str:
    pieces = components(value) if value else [""]
    was_company, was_department = read_organisation(value)
    first = pieces[0] if company == was_company else escape(company)
    units = pieces[1:]
    if department != was_department:
        units = [escape(unit) for unit in department.split("; ")] if department else []
    return ";".join([first, *units])


def read_list(value: str) -> list[str]:
    """A comma-separated list of texts (NICKNAME, CATEGORIES)."""
    return [text for item in components(value, ",") if (text := unescape(item).strip())]


# --- Dates --------------------------------------------------------------------------------


def read_date(value: str, params: Params) -> str:
    """``YYYY-MM-DD`` or ``--MM-DD``; "" for what is neither (RFC 6350 §4.3 allows much)."""
    value = value.strip()
    if match := _DATE.fullmatch(value):
        year, _, month, day = match.groups()
        omitted = params.others.get("X-APPLE-OMIT-YEAR") == year
        return _checked("" if omitted else year, month, day)
    if match := _NO_YEAR.fullmatch(value):
        return _checked("", match[1], match[3])
    return ""


def _checked(year: str, month: str, day: str) -> str:
    try:
        date(int(year or OMITTED), int(month), int(day))
    except ValueError:
        return ""
    return f"{year or '-'}-{month}-{day}"


def write_date(text: str, version: str, old: str = "") -> tuple[str, str]:
    """Value and parameters. The old value tells whether dates are written with hyphens."""
    plain = "-" not in old.lstrip("-") if old else version == "4.0"
    if text.startswith("--") and version != "4.0":
        return f"{OMITTED}-{text[2:]}", f";X-APPLE-OMIT-YEAR={OMITTED}"
    if text.startswith("--"):
        return "--" + text[2:].replace("-", ""), ""
    return (text.replace("-", "") if plain else text), ""


# --- Phones ------------------------------------------------------


def read_phone(value: str) -> str:
    """A ``tel:`` URI (RFC 3966) as people write it: "+32 9 123 45 67 ext. 8"."""
    text = unescape(value).strip()
    if text[:4].lower() != "tel:":
        return text
    number, *params = unquote(text[4:]).split(";")
    extension = next((param[4:] for param in params if param.lower().startswith("ext=")), "")
    return f"{number.strip()} ext. {extension}" if extension else number.strip()


def phone_uri(text: str) -> str:
    """The ``tel:`` URI that reads as this text again; "" where there is none: blanks."""
    match = _DIALLED.fullmatch(text)
    if not match:
        return ""
    return f"tel:{match[1]};ext={match[2]}" if match[2] else f"tel:{match[1]}"
