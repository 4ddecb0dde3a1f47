"""What somebody tries out, from the words that they type: FIELD=VALUE, KIND=NAME."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import Q

from connections.models import Connection, Record
from connectors.connector import Catalogue
from connectors.contact import Contact, Entry, Segment, Value, as_entries
from connectors.errors import AskStaff
from connectors.fields import Field, FieldType, fold, normal
from rules.words.errors import NotPossible
from rules.words.reading import field_to_read
from rules.words.values import typed
from sync.engine.lenses import lens_of
from sync.explaining.asking import Paper, known_records
from sync.views import view_of

STATUS = "status"


@dataclass(frozen=True, slots=True)
class Trial:
    """As typed. ``values``: FIELD=VALUE, of a list with commas, nothing for empty; ``put_on``
    and ``take_off``: KIND=NAME, such as tag=VIP; ``side``: "" where only one side has it."""

    values: Sequence[str] = ()
    put_on: Sequence[str] = ()
    take_off: Sequence[str] = ()
    side: str = ""

    def __bool__(self) -> bool:
        return bool(self.values or self.put_on or self.take_off)


def paper_of(connection: Connection, key: str, trial: Trial) -> Paper:
    """Raises AskStaff, saying what is possible, for what cannot be tried out."""
    record = _record(connection, key, trial.side)
    side = "a" if record.container_id == connection.a_id else "b"
    view, catalogue = view_of(record), connection.container(side).catalogue
    if view.contact is None or view.gone:
        why = "It is no longer there." if view.gone else view.fault
        raise AskStaff(f"Nothing can be tried out on {key} in {side.upper()}.", why)
    contact = view.contact
    for text in trial.values:
        contact = _with_value(contact, *_split(text, "FIELD=VALUE"), catalogue, connection.region)
    add, remove = _segments(trial.put_on, catalogue), _segments(trial.take_off, catalogue)
    return Paper(record.pk, side, replace(contact, segments=_put(contact, add, remove)))


def _record(connection: Connection, key: str, side: str) -> Record:
    rows = Record.objects.filter(pk__in=known_records(connection, key))
    given = key.partition(":")[0] if key[:2] in ("a:", "b:") else ""
    if wanted := side or given:
        rows = rows.filter(container=connection.container(wanted))
    if given and given == wanted:
        rows = rows.filter(remote_id=key.partition(":")[2])
    found = list(rows.filter(Q(gone_at=None)) or rows)
    if not found:
        raise AskStaff(f"{key} is not in {wanted.upper()}.", "Give the other side.")
    sides = {row.container_id for row in found}
    if len(sides) > 1:
        raise AskStaff(f"{key} is on both sides.", "Say on which side to try it: a or b.")
    if len(found) > 1:
        letter = "a" if sides == {connection.a_id} else "b"
        ids = " or ".join(f"{letter}:{row.remote_id}" for row in found)
        raise AskStaff(f"{key} names several contacts of {letter.upper()}.", f"Give {ids}.")
    return found[0]


def _split(text: str, form: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise AskStaff(f"{text!r} is not of the form {form}.")
    return name.strip(), value.strip()


# --- values ---


def _with_value(
    contact: Contact, name: str, text: str, catalogue: Catalogue, region: str
) -> Contact:
    if name == STATUS and catalogue.statuses:
        if text not in catalogue.statuses:
            raise AskStaff(
                f"There is no status {text!r}.", f"There is: {', '.join(catalogue.statuses)}."
            )
        return replace(contact, status=text)
    try:
        field = field_to_read(catalogue, name)
        value = _value(field, text, contact, region)
    except NotPossible as error:
        raise AskStaff(str(error)) from error
    return contact.with_fields(lens_of(field, True, frozenset(), region).put(contact, value, None))


def _value(field: Field, text: str, contact: Contact, region: str) -> Value:
    if not field.holds_list:
        return typed(field, text) if text else ""
    if field.type == FieldType.ADDRESS:
        raise NotPossible(
            "value", f"{field.label} are tried out by their parts: {field.name}.city=Ghent."
        )
    known = {
        normal(field.type, entry.value, region): entry
        for entry in as_entries(contact.get(field.name))
    }
    texts = [typed(field, part) for part in text.split(",") if part.strip()]
    return tuple(known.get(normal(field.type, part, region)) or Entry(part) for part in texts)


# --- segments ---


def _segments(texts: Iterable[str], catalogue: Catalogue) -> list[Segment]:
    found = []
    for text in texts:
        kind, name = _split(text, "KIND=NAME")
        if kind not in catalogue.segments:
            kinds = ", ".join(catalogue.segments) or "none"
            raise AskStaff(f"This app has no kind {kind!r} to be in.", f"There is: {kinds}.")
        found.append(Segment(kind, name))
    return found


def _put(contact: Contact, add: Iterable[Segment], remove: Iterable[Segment]) -> frozenset[Segment]:
    gone = {(item.kind, fold(item.name)) for item in remove}
    kept = {(x.kind, fold(x.name)): x for x in contact.segments}
    for item in add:
        kept.setdefault((item.kind, fold(item.name)), item)
    return frozenset(item for key, item in kept.items() if key not in gone)
