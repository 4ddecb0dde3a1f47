"""What the words of a person's name tell by themselves: titles, suffixes, particles, scripts.

The lists are the words common in the address books of Europe and the Americas and in Arabic and
Hebrew names; a word that is as often a given name (Don, Dean, Major, Ma) is left out or asks for
more evidence. A word that is missing here costs a worse split of a name seen for the first time,
never a word of it: ``connectors.names`` keeps all words whatever they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from connectors.contact import NAME_PARTS

#: A word's part, as its place in NAME_PARTS: the order in which parts are joined.
PREFIX, FIRST, MIDDLE, LAST, SUFFIX = range(len(NAME_PARTS))


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: Lower-case, without the dot at the end.
_TITLES = _set(
    """mr mrs ms miss mx dr dra prof professor doctor sir dame lord lady rev reverend rabbi
    father sr sra srta capt captain colonel lt sgt cpl cmdr
    dhr mevr mw mej drs jhr jkvr mudr judr phdr inż
    herr frau dipl.-ing dipl.-kfm monsieur madame mademoiselle mme mlle docteur maître
    señor señora doña senhor senhora sig.ra dott dott.ssa avv geom
    г-н г-жа проф доктор господин госпожа
    د دكتور الدكتور السيد السيدة الشيخ ד״ר ד"ר פרופ׳ פרופ' מר גב׳ גב' الأستاذ"""
)
#: Names or words as well; a title with its dot only.
_TITLES_WITH_DOT = _set("adm. arch. bc. col. ds. eng. fr. gen. hon. ing. ir. maj. mgr. sig. dipl.")
#: Only after another title: "Dr. med.", "Prof. Dr. h. c.", "Prof. Dr. habil."
_AFTER_A_TITLE = _set("h.c h c hc med rer nat phil jur habil hab vet dent oec theol mult mag")
#: These go with the given name: "Sir Elton", "Father Brown" is the exception that stays wrong.
_WITH_GIVEN_NAME = _set("sir dame doña rabbi")

_SUFFIXES = _set(
    """jr sr jnr snr jun sen junior senior ii iii iv vii viii 2nd 3rd esq esquire phd ph.d md m.d
    dds d.d.s dvm d.v.m jd j.d mba m.b.a cpa msc m.sc bsc b.sc m.a b.a dphil d.phil llm ll.m llb
    ll.b obe mbe cbe frcs 様 さん 氏 先生 女士 씨 님 inc llc ltd gmbh corp bv b.v nv n.v ag"""
)
#: Names as well; a suffix after a comma, in capitals ("Ann Smith, MA").
_SUFFIXES_AFTER_COMMA = _set("V VI MA BA DO RN PE USN USA USMC SA")

_PARTICLES = _set(
    """van von vom der den de del della dello delle degli dei di da das dos du des d' d’ la le las
    los lo el al bin ibn bint ter ten te 't ’t zu zum zur af av ver op aan het mac mc fitz o' o’
    ó ní nic saint st st. san santa
    بن ابن بنت آل ال أبو ابو בן בר בת אבן דה אל"""
)
#: Given names or initials when they begin with a capital letter.
_SMALL_PARTICLES = _set("ben do dal auf ap ab in")
_BETWEEN_SURNAMES = _set("y e i und")
_BETWEEN_PEOPLE = _set("& + and und et en")
#: They begin a given name of two words: Abd Allah, Abu Bakr.
_BOUND = _set("عبد أبو ابو أم abd abdul abdel abu umm")
_SPANISH_SURNAMES = _set("garcía garcia díaz diaz ruiz muñoz munoz ortiz sanz sáenz saenz")

#: Han, kana, Hangul (also as separate letters) with the marks used in names; no longer than names.
_UNSPACED = re.compile(
    "[\u1100-\u11ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    "\U00020000-\U0003ffff]{1,20}"
)


@lru_cache(maxsize=8192)
def bare(word: str) -> str:
    """The word for looking up and comparing: lower-case, without the comma or dot at its end."""
    return unicodedata.normalize("NFC", word).casefold().strip(",").rstrip(".") or word


def is_unspaced(words: Sequence[str]) -> bool:
    """Chinese, Japanese or Korean letters only: the family name goes first when a person writes
    it, and blanks may be missing."""
    return _UNSPACED.fullmatch("".join(words)) is not None


def titles(words: Sequence[str], *, after_title: bool = False) -> int:
    """How many words at the start are titles; ``after_title``: there is one before them."""
    for index, word in enumerate(words):
        if not _is_title(word) and not ((index or after_title) and bare(word) in _AFTER_A_TITLE):
            return index
    return len(words)


def _is_title(word: str) -> bool:
    return bare(word) in _TITLES or word.casefold() in _TITLES_WITH_DOT


def suffixes(words: Sequence[str]) -> int:
    """How many words at the end are suffixes."""
    for count, word in enumerate(reversed(words)):
        if bare(word) not in _SUFFIXES:
            return count
    return len(words)


def are_suffixes(words: Sequence[str], *, after_name: bool) -> bool:
    """Are these words, which follow a comma, suffixes? ``after_name``: what is before the comma
    may be a whole name, not only a surname."""
    return all(
        bare(word) in _SUFFIXES or (after_name and word.rstrip(".") in _SUFFIXES_AFTER_COMMA)
        for word in words
    )


def is_particle(word: str) -> bool:
    if word.isascii():
        return word.lower() in _PARTICLES or word in _SMALL_PARTICLES
    return unicodedata.normalize("NFC", word).casefold() in _PARTICLES


def particles(words: Sequence[str]) -> int:
    """How many words at the end are particles of the surname that follows them."""
    for count, word in enumerate(reversed(words)):
        if not is_particle(word):
            return count
    return len(words)


def read(words: Sequence[str]) -> list[int]:
    """The part of each word of a name that nothing is known of."""
    if not words:
        return []
    front = min(titles(words), len(words) - 1)
    back = min(suffixes(words[front:]), len(words) - front - 1)
    core = words[front : len(words) - back]
    by_surname = front > 0 and bare(words[0]) not in _WITH_GIVEN_NAME
    return [PREFIX] * front + read_core(core, by_surname=by_surname) + [SUFFIX] * back


def read_core(
    words: Sequence[str], low: int = FIRST, high: int = LAST, *, by_surname: bool = False
) -> list[int]:
    """The parts, ``low`` to ``high``, of words without titles and suffixes.

    ``by_surname``: a single word is the surname ("Ms. Jones"), not the given name.
    """
    count = len(words)
    if not count or low == high:
        return [low] * count
    if is_unspaced(words):
        return [low if low == FIRST else high] * count
    if high == LAST and (count == 1 or _is_surname_only(words)):
        surname = by_surname or count > 1 or low > FIRST
        return [LAST if surname else FIRST] * count
    given = _given(words) if low == FIRST else 0
    family = _surname_start(words, given) if high == LAST else count
    return [FIRST] * given + [MIDDLE] * (family - given) + [LAST] * (count - family)


def _is_surname_only(words: Sequence[str]) -> bool:
    """ "de Souza", but not "Van Morrison"."""
    return words[0][0].islower() and is_particle(words[0])


def _given(words: Sequence[str]) -> int:
    """How many words at the start are the given name."""
    if len(words) > 2 and words[0].casefold() in _BOUND:
        return 2
    if len(words) > 3 and words[1].casefold() in _BETWEEN_PEOPLE:
        return 3
    return 1


def _surname_start(words: Sequence[str], given: int) -> int:
    """Where the surname begins after the ``given`` words: at its particle, at the first of two
    surnames where that can be known ("Ortega y Gasset", "Gómez López"), else at the last word."""
    for index in range(given, len(words) - 1):
        word = words[index]
        if word in _BETWEEN_SURNAMES and index > given:
            return index - 1
        if is_particle(word) or _is_spanish_surname(word):
            return index
    return max(given, len(words) - 1)


def _is_spanish_surname(word: str) -> bool:
    key = bare(word)
    return (key.endswith("ez") and len(key) > 4) or key in _SPANISH_SURNAMES
