"""The name lens: five name parts in one app, one full name in the other.

``join`` is the way there, ``put`` the way back: it changes only the part that was changed. Laws
(tests/connectors/test_name_laws.py), for any parts p that the app has and any name n, where two
names are the same if ``plain`` is:

* GetPut: ``put(p, join(p)) == p``: what was not edited is not changed;
* PutGet: ``plain(join(put(p, n))) == plain(n)``: what was put can be read back;
* ``put(put(p, n), n) == put(p, n)``.

``plain`` (connectors.name_spelling) levels blanks and Unicode forms and the spellings whose order
of words differs from that of the parts: "Smith, Ann", "山田 太郎", "Иванов Иван Иванович". For
any other name the words are read back to the letter. So a sync that compares names by ``plain``
is quiet after a put; one that compares letter by letter rewrites "Smith, Ann" as "Ann Smith".

What cannot hold for a lens that is clever about what changed is PutPut: putting one name and then
another may end elsewhere than putting the other alone. So an undo restores the parts from before
and never puts the old name. (Foster et al., Combinators for bidirectional tree transformations,
2007; Foster, Pilkiewicz, Pierce, Quotient lenses, 2008.)

Every word of a name lands in one part, in the order of the words, so nothing is ever lost; where
the old parts do not tell which part that is, the words themselves are asked
(connectors.name_words).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from connectors.contact import NAME_PARTS, join_name
from connectors.name_change import find_parts
from connectors.name_spelling import plain, read_order
from connectors.name_words import FIRST, LAST, MIDDLE, PREFIX, SUFFIX, is_unspaced


def join(parts: Mapping[str, str]) -> str:
    """The filled parts in the order of NAME_PARTS, with a blank between them."""
    return join_name(parts)


def split(name: str, writable: Collection[str] = NAME_PARTS) -> dict[str, str]:
    """All five parts ("" = empty) of a name without old parts.

    One word is the first name, after a title the last name. A Chinese, Japanese or Korean name
    stays whole in the first name, unless a comma divides it.
    """
    return put({}, name, writable)


def put(
    parts: Mapping[str, str], name: str, writable: Collection[str] = NAME_PARTS
) -> dict[str, str]:
    """All five parts ("" = empty) after the joined name was edited to ``name``.

    ``writable``: the parts that the app has; the others count as empty and stay so, their words
    go to a neighbour. ValueError if there is none.
    """
    homes = _homes(tuple(part in writable for part in NAME_PARTS))
    old = [parts.get(part, "") if part in writable else "" for part in NAME_PARTS]
    before = " ".join(filter(None, old))
    if plain(before) == plain(name):
        return dict(zip(NAME_PARTS, old, strict=True))
    explained = None if name.isascii() else _unspaced(old, name)
    if explained:
        return dict(zip(NAME_PARTS, explained, strict=True))
    reading = read_order(name)
    found = find_parts([text.split() for text in old], reading.words, reading.parts)
    words: list[list[str]] = [[] for _ in NAME_PARTS]
    for word, part in zip(reading.words, found, strict=True):
        words[homes[part]].append(word)
    kept = [
        text if _same(text.split(), new) else " ".join(new)
        for text, new in zip(old, words, strict=True)
    ]
    after = " ".join(filter(None, kept))
    if "," in after and plain(after) != plain(name):
        # A comma that an old part kept, or lacks, makes a comma form of the whole.
        kept = [" ".join(new) for new in words]
    return dict(zip(NAME_PARTS, kept, strict=True))


@lru_cache(maxsize=32)
def _homes(has: tuple[bool, ...]) -> tuple[int, ...]:
    """Of each part the part that takes its words in an app that has only some. The order of
    the parts is kept, so words never change places."""
    preferences = (
        (PREFIX, FIRST, MIDDLE, LAST, SUFFIX),
        (FIRST, MIDDLE, LAST, PREFIX, SUFFIX),
        (MIDDLE, FIRST, LAST, PREFIX, SUFFIX),
        (LAST, MIDDLE, FIRST, SUFFIX, PREFIX),
        (SUFFIX, LAST, MIDDLE, FIRST, PREFIX),
    )
    if not any(has):
        raise ValueError(f"A name needs at least one of the parts {', '.join(NAME_PARTS)}.")
    return tuple(next(part for part in order if has[part]) for order in preferences)


def _same(one: Sequence[str], two: Sequence[str]) -> bool:
    """The same words but for Unicode form and commas: the part stays as it is."""
    return one == two or list(map(_level, one)) == list(map(_level, two))


def _level(word: str) -> str:
    return unicodedata.normalize("NFC", word).strip(",")


def _unspaced(old: Sequence[str], name: str) -> list[str] | None:
    """The parts where a Chinese, Japanese or Korean name is explained by the old first and last
    name, in whichever order its words are and whether or not there is a blank between them."""
    words = _level(name).split()
    if not is_unspaced(words) or len(words) > 2 or any(old[i] for i in (PREFIX, MIDDLE, SUFFIX)):
        return None
    first, last = _level(old[FIRST]), _level(old[LAST])
    if not (first and last and is_unspaced((*first.split(), *last.split()))):
        return None
    whole = words[0]
    if len(words) == 2:
        one, two = words
        new = (one, two) if one == first or two == last else (two, one)
    elif whole != last and whole.startswith(last):
        new = (whole.removeprefix(last), last)
    elif whole != first and whole.endswith(first):
        new = (first, whole.removesuffix(first))
    else:
        return None
    kept_first = old[FIRST] if new[0] == first else new[0]
    kept_last = old[LAST] if new[1] == last else new[1]
    return ["", kept_first, "", kept_last, ""]
