"""What people begin to type of a name: it, or a later word of it, with or without accents. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

#: So many words of a name can be the one that is begun with.
_WORDS = 6


def name_parts(name: str) -> Iterator[str]:
    """``name`` is folded (``connectors.fields.fold``); it is left out itself where it is bare."""
    whole = bare(name)
    words = whole.split(" ")
    for first in range(0 if whole != name else 1, len(words[:_WORDS])):
        yield " ".join(words[first:])


def bare(text: str) -> str:
    """Without accents."""
    if text.isascii():
        return text
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
