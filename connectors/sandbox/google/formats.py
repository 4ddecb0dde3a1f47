"""What the service makes of what people type: the output-only parts of values, in English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import phonenumbers

Item = Mapping[str, Any]

_FIRST_LAST = ("honorificPrefix", "givenName", "middleName", "familyName")
_STREET = ("streetAddress", "extendedAddress", "poBox")
_TOWN = ("city", "region", "postalCode")
#: Words that are not the type with its capitals taken apart.
_WORDS = {"googleVoice": "Google Voice", "homePage": "Home Page", "ftp": "FTP"}
#: Fields whose values have a type in words; those of nicknames and keywords have their enum only.
_TYPED = frozenset(
    (
        "addresses", "calendarUrls", "emailAddresses", "events", "externalIds", "imClients",
        "miscKeywords", "organizations", "phoneNumbers", "relations", "sipAddresses", "urls",
    )
)  # fmt: skip
_PROTOCOLS = {
    "aim": "AIM",
    "msn": "Windows Live Messenger",
    "qq": "QQ",
    "googleTalk": "Google Talk",
    "icq": "ICQ",
}


def decorated(field: str, item: Item, region: str) -> dict[str, Any]:
    """A value as it is read, without its metadata."""
    found = dict(item)
    if field in _TYPED and item.get("type"):
        found["formattedType"] = in_words(item["type"])
    if field == "names":
        found |= _name(item)
    elif field == "phoneNumbers" and (number := e164(item.get("value", ""), region)):
        found["canonicalForm"] = number
    elif field == "addresses" and not item.get("formattedValue"):
        found["formattedValue"] = address(item)
    elif field == "imClients" and item.get("protocol"):
        protocol = item["protocol"]
        found["formattedProtocol"] = _PROTOCOLS.get(protocol) or in_words(protocol)
    elif field == "genders" and item.get("value"):
        found["formattedValue"] = in_words(item["value"])
    elif field == "biographies":
        found.setdefault("contentType", "TEXT_PLAIN")
    elif field == "birthdays" and item.get("date") and not item.get("text"):
        found["text"] = date(item["date"])
    elif field == "memberships" and (group := item.get("contactGroupMembership")):
        name = group["contactGroupResourceName"]
        found["contactGroupMembership"] = {
            "contactGroupId": name.partition("/")[2],
            "contactGroupResourceName": name,
        }
    return found


def _name(item: Item) -> dict[str, str]:
    display = display_name(item)
    family = item.get("familyName", "")
    given = " ".join(item[part] for part in ("givenName", "middleName") if item.get(part))
    last_first = ", ".join(part for part in (family, given) if part) or display
    whole = item.get("unstructuredName") or display
    texts = {
        "displayName": display,
        "displayNameLastFirst": last_first,
        "unstructuredName": whole,
    }
    return {name: text for name, text in texts.items() if text}


def display_name(item: Item) -> str:
    """First name first; the suffix stands after a comma."""
    name = " ".join(item[part] for part in _FIRST_LAST if item.get(part))
    parts = (name, item.get("honorificSuffix", ""))
    return ", ".join(part for part in parts if part) or item.get("unstructuredName", "")


def split_name(text: str) -> dict[str, str]:
    """The last word is the family name."""
    given, _, family = text.strip().rpartition(" ")
    return {"givenName": given, "familyName": family} if given else {"givenName": family}


def address(item: Item) -> str:
    lines = [item.get(part, "") for part in _STREET]
    lines.append(" ".join(item[part] for part in _TOWN if item.get(part)))
    lines.append(item.get("country") or item.get("countryCode", ""))
    return "\n".join(line for line in lines if line)


def date(value: Mapping[str, int]) -> str:
    parts = (value.get(part, 0) for part in ("month", "day", "year"))
    return "/".join(str(part) for part in parts if part)


@lru_cache(maxsize=50_000)
def e164(text: str, region: str) -> str:
    """ "" for what is no number."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def in_words(kind: str) -> str:
    """``workFax`` is Work Fax; a type of one's own stays as it is."""
    if kind in _WORDS:
        return _WORDS[kind]
    if not re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", kind):
        return kind
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind[0].upper() + kind[1:])
