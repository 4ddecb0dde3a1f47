"""Types of list values ↔ our lower-case words. Pure."""

from __future__ import annotations

from collections.abc import Mapping

#: Google's type -> our word, by field, where it is not the type in lower case.
_WORDS: Mapping[str, Mapping[str, str]] = {
    "phoneNumbers": {
        "homeFax": "home fax",
        "workFax": "work fax",
        "otherFax": "fax",
        "workMobile": "work mobile",
        "workPager": "work pager",
        "googleVoice": "google voice",
    },
    "urls": {"homePage": "homepage", "appInstallPage": "app install page"},
    "relations": {"domesticPartner": "domestic partner", "referredBy": "referred by"},
}
_TYPES = {field: {word: type_ for type_, word in table.items()} for field, table in _WORDS.items()}


def word_of(field: str, type_: str) -> str:
    return _WORDS.get(field, {}).get(type_, type_.strip().lower())


def type_of(field: str, word: str) -> str:
    """Predefined, or one of the user's own: Google takes any text."""
    return _TYPES.get(field, {}).get(word, word)
