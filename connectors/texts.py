"""Texts of others: what JSON can say and is no text all the same. Pure.

``"\\u0000"`` and half of a surrogate pair, such as ``"\\ud83d"``, are valid JSON (RFC 8259 §8.2);
databases keep neither.
"""

from __future__ import annotations

import re

#: Characters: what the columns hold.
LONGEST_ID, LONGEST_NAME, LONGEST_VERSION = 1000, 300, 300
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
#: These, other control characters, and signs that turn the direction of text around.
_UNSHOWN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def is_text(value: object) -> bool:
    """Is it one that can be kept?"""
    return isinstance(value, str) and not _NO_TEXT.search(value)


def id_in(value: object) -> str:
    """An id as an app gives it; "" for what can be none."""
    is_id = isinstance(value, str) and len(value) <= LONGEST_ID and is_text(value)
    return str(value) if is_id else ""


def kept(text: str) -> str:
    """The text with a sign in place of what is none."""
    return _NO_TEXT.sub("\ufffd", text)


def shown(text: str) -> str:
    """A name for people, without what would make a page say another name or none."""
    return _UNSHOWN.sub("", text)[:LONGEST_NAME]
