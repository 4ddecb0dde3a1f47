"""Field masks: which fields of a person or a group a request names."""

from __future__ import annotations

import re

from connectors.sandbox.google.errors import invalid
from connectors.sandbox.google.shapes import snake

READABLE = (
    "addresses", "ageRanges", "biographies", "birthdays", "calendarUrls", "clientData",
    "coverPhotos", "emailAddresses", "events", "externalIds", "genders", "imClients", "interests",
    "locales", "locations", "memberships", "metadata", "miscKeywords", "names", "nicknames",
    "occupations", "organizations", "phoneNumbers", "photos", "relations", "sipAddresses",
    "skills", "urls", "userDefined",
)  # fmt: skip
WRITABLE = tuple(
    field
    for field in READABLE
    if field not in ("ageRanges", "coverPhotos", "metadata", "photos", "skills")
)
GROUP_READABLE = ("clientData", "groupType", "memberCount", "metadata", "name")
GROUP_WRITABLE = ("clientData", "name")

_PAGES = "https://developers.google.com/people/api/rest/v1"
_PATH = re.compile(r"[\w.*]+")


def paths(text: str, parameter: str, valid: tuple[str, ...], page: str) -> tuple[str, ...]:
    """The fields of a mask, without repeats; "" has none. ``parameter``: what carries the mask,
    ``page``: of the reference, where its paths are."""
    found = tuple(dict.fromkeys(text.split(","))) if text else ()
    for path in found:
        if path and not _PATH.fullmatch(path):
            # googleapis/google-api-python-client#1409
            place = snake(parameter)
            raise invalid(
                f"Invalid value at '{place}' (type.googleapis.com/google.protobuf.FieldMask), "
                f"Field '{place}', Invalid FieldMask '{text}'. Map keys should be represented as "
                '["some_key"].',
                place,
            )
        if path not in valid:
            raise invalid(
                f'Invalid {parameter} mask path: "{path}". Valid paths are documented at '
                f"{_PAGES}/{page}."
            )
    return found


def required(text: str, parameter: str, valid: tuple[str, ...], page: str) -> tuple[str, ...]:
    """The same, of a mask that has to name something (google-api-go-client#1862)."""
    if not text:
        raise invalid(
            f"{parameter} mask is required. Please specify one or more valid paths. Valid paths "
            f"are documented at {_PAGES}/{page}."
        )
    return paths(text, parameter, valid, page)


def from_request_mask(text: str) -> str:
    """``requestMask.includeField``, which personFields replaced: ``person.names,person.urls``."""
    return ",".join(path.removeprefix("person.") for path in text.split(",")) if text else ""
