"""vCard ↔ Contact. Reading understands versions 2.1, 3.0 and 4.0; a write touches only the
lines of the fields that change."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from connectors.carddav.card import Card
from connectors.carddav.entries import LISTS, edit_entries, read_entries
from connectors.carddav.text import components, escape, unescape
from connectors.carddav.values import (
    NAME,
    read_components,
    read_date,
    read_list,
    read_organisation,
    write_components,
    write_date,
    write_organisation,
)
from connectors.contact import Contact, Segment, Value, join_name
from connectors.fields import fold

CATEGORY = "category"
PRODUCT = "-//Accord//Accord 0.1//EN"


def read_card(raw: bytes) -> Contact:
    """Raises ``Refused`` for what is not a vCard."""
    return _read(Card(raw))


def write_card(
    raw: bytes,
    changes: Mapping[str, Value],
    add: Collection[Segment] = (),
    remove: Collection[Segment] = (),
) -> bytes:
    """The card after a change of these fields (an empty value clears) and categories."""
    card = Card(raw)
    _edit(card, changes)
    if add or remove:
        _edit_categories(card, _names(add), _names(remove))
    return bytes(card)


def new_card(
    uid: str,
    fields: Mapping[str, Value],
    categories: Collection[Segment] = (),
    version: str = "3.0",
) -> bytes:
    """A card of our own. FN and, in 3.0, N are there always: the format requires them."""
    head = f"BEGIN:VCARD\r\nVERSION:{version}\r\nPRODID:{PRODUCT}\r\nUID:{escape(uid)}\r\n"
    empty = f"{head}N:;;;;\r\nFN:\r\nEND:VCARD\r\n"
    return write_card(empty.encode(), {"full_name": "", **fields}, categories)


# --- Reading ------------------------------------------------------------------------------


def _read(card: Card) -> Contact:
    parts = _name(card)
    fields: dict[str, Value] = {**parts}
    for name in LISTS:
        if entries := read_entries(card, name):
            fields[name] = entries
    for line in card.named("ORG")[:1]:
        fields["company"], fields["department"] = read_organisation(line.value)
    for line in card.named("TITLE")[:1]:
        fields["job_title"] = unescape(line.value).strip()
    for line in card.named("BDAY")[:1]:
        fields["birthday"] = read_date(line.value, line.params)
    if lines := card.named("NICKNAME"):
        fields["nickname"] = ", ".join(item for line in lines for item in read_list(line.value))
    if lines := card.named("NOTE"):
        notes = [unescape(line.value).strip() for line in lines]
        fields["notes"] = "\n\n".join(note for note in notes if note)
    full_name = _full_name(card)
    if full_name and _says_more(card, full_name, parts):
        fields["full_name"] = full_name
    return Contact({name: value for name, value in fields.items() if value}, _categories(card))


def _name(card: Card) -> dict[str, str]:
    lines = card.named("N")
    return read_components(lines[0].value, NAME) if lines else {}


def _full_name(card: Card) -> str:
    return unescape(card.first_value("FN"))


def _says_more(card: Card, full_name: str, parts: Mapping[str, str]) -> bool:
    """Whether FN is more than a copy: of the joined parts or, without any, of the company,
    an e-mail address or a number, which stand in where the format demands an FN."""
    words = full_name.split()
    joined = join_name(parts)
    if joined:
        return words != joined.split()
    return all(words != text.split() for text in _stand_ins(card))


def _stand_ins(card: Card) -> list[str]:
    companies = [read_organisation(line.value)[0] for line in card.named("ORG")[:1]]
    lists = Contact({name: read_entries(card, name) for name in ("emails", "phones")})
    texts = [*companies, *lists.texts("emails"), *lists.texts("phones")]
    return [text for text in texts if text]


def _categories(card: Card) -> frozenset[Segment]:
    lines = card.named("CATEGORIES")
    if not lines:
        return frozenset()
    return frozenset(Segment(CATEGORY, name) for line in lines for name in read_list(line.value))


# --- Writing ------------------------------------------------------------------------------


def _edit(card: Card, changes: Mapping[str, Value]) -> None:
    full_name = _full_name(card)
    stays = "full_name" not in changes and full_name and _says_more(card, full_name, _name(card))
    for name in LISTS:
        if name in changes:
            edit_entries(card, name, changes[name])
    texts = {name: value for name, value in changes.items() if isinstance(value, str)}
    for fields, edit in _EDITS:
        if not texts.keys().isdisjoint(fields):
            edit(card, texts)
    if not stays and not changes.keys().isdisjoint(_IN_FULL_NAME):
        _edit_full_name(card, texts.get("full_name", ""))


def _edit_name(card: Card, texts: Mapping[str, str]) -> None:
    if lines := card.named("N"):
        card.set(lines[0], write_components(lines[0].value, NAME, texts))
    else:
        card.add("N", write_components("", NAME, texts))


def _edit_full_name(card: Card, wanted: str) -> None:
    """An FN that only repeats the parts is rewritten along with them."""
    lines = card.named("FN")
    if lines and not wanted and not _says_more(card, _full_name(card), _name(card)):
        return
    text = wanted or join_name(_name(card)) or next(iter(_stand_ins(card)), "")
    if not lines:
        card.add("FN", escape(text))
    elif unescape(lines[0].value) != text:
        card.set(lines[0], escape(text))


def _edit_organisation(card: Card, texts: Mapping[str, str]) -> None:
    lines = card.named("ORG")
    company, department = read_organisation(lines[0].value) if lines else ("", "")
    company = texts.get("company", company)
    department = texts.get("department", department)
    old = lines[0].value if lines else ""
    value = write_organisation(old, company, department) if company or department else ""
    _edit_text(card, "ORG", value)


def _edit_title(card: Card, texts: Mapping[str, str]) -> None:
    _edit_text(card, "TITLE", escape(texts["job_title"]))


def _edit_nickname(card: Card, texts: Mapping[str, str]) -> None:
    """Written as one text: of a list Radicale, that is vobject, keeps the first name only."""
    _edit_text(card, "NICKNAME", escape(texts["nickname"]))
    card.remove(card.named("NICKNAME")[1:])


def _edit_notes(card: Card, texts: Mapping[str, str]) -> None:
    """Several notes are read as one, so all of it goes into the first."""
    _edit_text(card, "NOTE", escape(texts["notes"]))
    card.remove(card.named("NOTE")[1:])


def _edit_birthday(card: Card, texts: Mapping[str, str]) -> None:
    lines = card.named("BDAY")
    text = texts["birthday"]
    if not text:
        card.remove(lines)
    elif lines:
        readable = read_date(lines[0].value, lines[0].params)
        old = lines[0].value.strip() if readable else ""
        card.set(lines[0], *write_date(text, card.version, old))
    else:
        card.add("BDAY", *write_date(text, card.version))


def _edit_text(card: Card, name: str, value: str) -> None:
    lines = card.named(name)
    if not value:
        card.remove(lines)
    elif lines:
        card.set(lines[0], value)
    else:
        card.add(name, value)


_EDITS: Sequence[tuple[Sequence[str], Callable[[Card, Mapping[str, str]], None]]] = (
    (NAME, _edit_name),
    (("company", "department"), _edit_organisation),
    (("job_title",), _edit_title),
    (("nickname",), _edit_nickname),
    (("birthday",), _edit_birthday),
    (("notes",), _edit_notes),
)
_IN_FULL_NAME = frozenset({"full_name", "company", "emails", "phones", *NAME})


def _edit_categories(card: Card, add: Sequence[str], remove: Sequence[str]) -> None:
    """Names compare folded; the other items of a line stay as they are written."""
    unwanted = {fold(name) for name in remove}
    for line in list(card.named("CATEGORIES")):
        items = components(line.value, ",")
        kept = [item for item in items if fold(unescape(item)) not in unwanted]
        if kept == items:
            continue
        if any(item.strip() for item in kept):
            card.set(line, ",".join(kept))
        else:
            card.remove([line])
    there = {fold(segment.name) for segment in _categories(card)}
    wanted = {fold(name): name for name in reversed(add)}
    missing = [escape(wanted[key]) for key in sorted(wanted.keys() - there)]
    lines = card.named("CATEGORIES")
    if missing and lines:
        card.set(lines[-1], ",".join([lines[-1].value, *missing]))
    elif missing:
        card.add("CATEGORIES", ",".join(missing))


def _names(segments: Collection[Segment]) -> list[str]:
    return sorted(segment.name for segment in segments if segment.kind == CATEGORY)
