"""Which part each word of an edited name belongs to: the smallest change that explains the name.

In this order: nothing but the way the words are written; words put between two old ones; one
part replaced; the fewest neighbouring parts replaced. The rest of the words keep their parts.
"""

from __future__ import annotations

from collections.abc import Sequence

from connectors.name_words import (
    FIRST,
    LAST,
    MIDDLE,
    PREFIX,
    SUFFIX,
    bare,
    is_particle,
    is_unspaced,
    particles,
    read,
    read_core,
    suffixes,
    titles,
)


def find_parts(
    old: Sequence[Sequence[str]], words: Sequence[str], told: Sequence[int] | None
) -> Sequence[int]:
    """The part of each word, never decreasing. ``old``: the words of each old part; ``told``:
    what the spelling says, which a smallest change must not contradict about surnames."""
    if not any(old):
        return told if told is not None else read(words)
    change = _Change(old, words)
    found = _smallest_change(change)
    if told is None:
        return found if found is not None else _several(change)
    contradicted = found is None or (
        LAST in told and any((a < LAST) != (b < LAST) for a, b in zip(found, told, strict=True))
    )
    return told if found is None or contradicted else found


class _Change:
    """The old words by part and the words of the name, to be compared in the form of ``bare``."""

    def __init__(self, old: Sequence[Sequence[str]], words: Sequence[str]) -> None:
        self.words = words
        self.keys = [bare(word) for word in words]
        self.old = [[bare(word) for word in part] for part in old]
        before = [key for part in self.old for key in part]
        #: The part of each old word.
        self.places = [part for part, keys in enumerate(self.old) for _ in keys]
        self.same_at_start = _common(self.keys, before)
        self.same_at_end = _common(self.keys[::-1], before[::-1])

    def explained_by(self, low: int, high: int) -> tuple[int, int] | None:
        """Do the parts outside of ``low`` … ``high`` stay as they were? Then from where to where
        the words of the name are that replace those of ``low`` … ``high``."""
        start = sum(map(len, self.old[:low]))
        after = sum(map(len, self.old[high + 1 :]))
        end = len(self.words) - after
        fits = start <= self.same_at_start and after <= self.same_at_end and start <= end
        return (start, end) if fits else None

    def around(self, low: int, high: int, inside: Sequence[int]) -> list[int]:
        """The parts of all words, given those of the words that replace ``low`` … ``high``."""
        head = [place for place in self.places if place < low]
        return [*head, *inside, *(place for place in self.places if place > high)]


def _common(one: Sequence[str], two: Sequence[str]) -> int:
    count = 0
    for a, b in zip(one, two, strict=False):
        if a != b:
            break
        count += 1
    return count


def _smallest_change(change: _Change) -> list[int] | None:
    """Words were put between two parts or one part was replaced; None: it was more than that."""
    places = change.places
    more = len(change.words) - len(places)
    if not more and change.same_at_start == len(places):
        return places
    if more > 0:
        for at in range(change.same_at_start, len(places) - change.same_at_end - 1, -1):
            left = places[at - 1] if at else None
            right = places[at] if at < len(places) else None
            if left != right:
                inside = _inserted(change.words[at : at + more], left, right)
                return [*places[:at], *inside, *places[at:]]
    for part in reversed(range(len(change.old))):
        span = change.explained_by(part, part) if change.old[part] else None
        if span:
            return change.around(part, part, _replaced(change, part, *span))
    return None


def _inserted(words: Sequence[str], left: int | None, right: int | None) -> list[int]:
    """The parts of new words between old ones of the parts ``left`` and ``right``."""
    if right == PREFIX:
        return [PREFIX] * len(words)
    at_start = left is None or left == PREFIX
    at_end = right is None or right == SUFFIX
    front = titles(words, after_title=left == PREFIX) if at_start else 0
    back = suffixes(words[front:]) if at_end and left is not None else 0
    core = words[front : len(words) - back]
    if left is not None and left >= LAST:
        parts = [left] * len(core)
    elif at_end:  # there was no last name
        titled = front > 0 or left == PREFIX
        parts = read_core(core, FIRST if at_start else MIDDLE, by_surname=titled)
    else:
        small = particles(core) if right == LAST else 0
        given = FIRST if at_start else MIDDLE
        parts = [given] * (len(core) - small) + [LAST] * small
    return [PREFIX] * front + parts + [SUFFIX] * back


def _replaced(change: _Change, part: int, start: int, end: int) -> list[int]:
    """The parts of the words that replace one part: this part, but new titles, suffixes and
    particles at the edges go where they belong."""
    words = change.words[start:end]
    if part in (PREFIX, SUFFIX):
        return [part] * len(words)
    new = [key not in change.old[part] for key in change.keys[start:end]]
    front = back = small = 0
    if not any(change.old[FIRST:part]):
        count = titles(words)
        front = count if all(new[:count]) else 0
    if not any(change.old[part + 1 : SUFFIX]):
        count = suffixes(words[front:])
        back = count if all(new[len(new) - count :]) else 0
    elif part < LAST and not any(change.old[part + 1 : LAST]):
        count = particles(words[front:])
        small = count if all(new[len(new) - count :]) else 0
    stay = len(words) - front - back - small
    return [PREFIX] * front + [part] * stay + [LAST] * small + [SUFFIX] * back


def _several(change: _Change) -> list[int]:
    """The fewest neighbouring parts whose replacement explains the name."""
    everything = (PREFIX, SUFFIX)
    spans = ((low, low + size) for size in range(1, SUFFIX) for low in range(SUFFIX - size + 1))
    low, high = next((span for span in spans if change.explained_by(*span)), everything)
    start, end = change.explained_by(low, high) or (0, len(change.words))
    return change.around(low, high, _group(change, low, high, start, end))


def _group(change: _Change, low: int, high: int, start: int, end: int) -> list[int]:
    """The parts of the words that replace the parts ``low`` … ``high``."""
    words, keys = change.words[start:end], change.keys[start:end]
    known = {key for part in change.old[FIRST:SUFFIX] for key in part}
    front = titles(words) if low <= FIRST and high >= FIRST else 0
    front = 0 if known.intersection(keys[:front]) else front
    back = suffixes(words[front:]) if low <= LAST and high >= LAST else 0
    back = 0 if known.intersection(keys[len(keys) - back :]) else back
    stop = len(words) - back
    core = _core(change.old, words[front:stop], max(low, FIRST), min(high, LAST), titled=front > 0)
    return [PREFIX] * front + core + [SUFFIX] * back


def _core(
    old: Sequence[Sequence[str]], words: Sequence[str], low: int, high: int, *, titled: bool
) -> list[int]:
    """The parts, ``low`` to ``high``, of words between titles and suffixes: a part found whole
    stays; else word by word if there are as many as before; else as the words tell."""
    if not words:
        return []
    keys = [bare(word) for word in words]
    filled = [part for part in range(low, high + 1) if old[part]]
    if len(filled) == 1 and (high - low < LAST - FIRST or len(words) <= len(old[filled[0]])):
        return filled * len(words)
    for part in sorted(filled, key=lambda part: -len(old[part])):
        size = len(old[part])
        for at in range(len(words) - size + 1):
            rest = at + size
            fits = (at == 0 or part > filled[0]) and (rest == len(words) or part < filled[-1])
            if fits and keys[at:rest] == old[part]:
                left = _core(old, words[:at], low, part - 1, titled=titled)
                right = _core(old, words[rest:], part + 1, high, titled=titled)
                return [*left, *[part] * size, *right]
    if len(filled) > 1 and keys == [*old[filled[-1]], *(k for p in filled[:-1] for k in old[p])]:
        # First and last name changed places.
        surname = len(old[filled[-1]])
        return [filled[0]] * surname + [filled[-1]] * (len(words) - surname)
    places = [part for part in filled for _ in old[part]]
    if len(places) == len(words) and not is_unspaced(words) and not _new_particle(words, old):
        return places
    return _as_before(old, words, read_core(words, low, high, by_surname=titled))


def _new_particle(words: Sequence[str], old: Sequence[Sequence[str]]) -> bool:
    return any(is_particle(word) and not any(bare(word) in part for part in old) for word in words)


def _as_before(old: Sequence[Sequence[str]], words: Sequence[str], parts: list[int]) -> list[int]:
    """Two surnames stay two surnames; given names that were all in the first name stay there."""
    count = len(old[LAST])
    plain = not any(map(is_particle, [*old[LAST], *words]))
    if plain and count > 1 and len(words) > count and LAST in parts and FIRST in parts:
        parts = [min(part, MIDDLE) for part in parts[:-count]] + [LAST] * count
    if len(old[FIRST]) > 1 and not old[MIDDLE] and FIRST in parts:
        parts = [FIRST if part == MIDDLE else part for part in parts]
    return parts
