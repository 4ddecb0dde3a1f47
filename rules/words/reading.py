"""Which fields a condition can read, and their elements in a contact.

Of a sub-value every element counts: all phones with that label for ``phones.mobile``, that part
of all addresses for ``addresses.city`` (a mapping would carry only the first).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from connectors.connector import Catalogue
from connectors.contact import ADDRESS_PARTS, NAME_PARTS, Address, Contact
from connectors.fields import Field, fold, is_address_part, split_name
from rules.words.errors import NotPossible, listed

Element = str | Address
#: The filled elements of one field; a single value is one element.
Read = Callable[[Contact], Iterable[Element]]


def field_to_read(catalogue: Catalogue, name: str) -> Field:
    """The field of this name, sub-values included; ``city`` is that of the addresses where the
    app has no field of its own called so. Raises NotPossible."""
    field = catalogue.field(name)
    if field is None and name in ADDRESS_PARTS:
        field = catalogue.field(f"addresses.{name}")
    if field is not None:
        return field
    what = f"There is no field {name!r} in this app." if name else "A field has to be named."
    raise NotPossible("field", f"{what} {listed(item.name for item in catalogue.fields)}")


def sources(field: Field) -> frozenset[str]:
    """The names in ``Contact.fields`` that reading this field looks at."""
    if field.name == "full_name":
        return frozenset({field.name, *NAME_PARTS})
    return frozenset({split_name(field.name)[0]})


def reader(field: Field) -> Read:
    name = field.name
    if name == "full_name":  # there only where it says more than the joined parts
        return lambda contact: (contact.name,) if contact.name.strip() else ()
    parent, part = split_name(name)
    if is_address_part(name):
        return lambda contact: _parts(contact, part)
    if part:
        return lambda contact: _labelled(contact, parent, part)

    def read(contact: Contact) -> Iterable[Element]:
        value = contact.fields.get(name)
        if not value:
            return ()
        if isinstance(value, str):
            return (value,) if value.strip() else ()
        return [entry.value for entry in value if _filled(entry.value)]

    return read


def _parts(contact: Contact, part: str) -> list[Element]:
    value = contact.fields.get("addresses", "")
    entries = () if isinstance(value, str) else value
    texts = [getattr(entry.value, part) for entry in entries if isinstance(entry.value, Address)]
    return [text for text in texts if text.strip()]


def _labelled(contact: Contact, parent: str, label: str) -> list[Element]:
    value = contact.fields.get(parent, "")
    entries = () if isinstance(value, str) else value
    return [entry.value for entry in entries if fold(entry.label) == label and _filled(entry.value)]


def _filled(element: Element) -> bool:
    return bool(element.strip() if isinstance(element, str) else element)
