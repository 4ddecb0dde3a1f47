"""Who is meant: the contacts of one person over all accounts, those that are gone included."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from connections.mirror import contact_of, key_value
from connections.models import FieldMapping, Key, Record
from connectors.contact import Contact
from connectors.fields import FieldType, normal
from rules.models import Action, Condition
from sync.belonging import together
from sync.watch.erasing.terms import By, Terms, terms_of


@dataclass(frozen=True, slots=True)
class Person:
    """``others``: contacts that share an address with them, and that no connection takes for the
    same person: they are somebody else until a person says otherwise."""

    records: Sequence[Record]
    others: Sequence[Record]


def person_of(ids: Collection[int]) -> Person:
    """With all that connections keep equal with these."""
    members = frozenset[int]().union(*together(ids)) if ids else frozenset()
    records = _rows(members)
    others = holders_of({email for record in records for email in emails_of(record)})
    return Person(records, _rows(others - members))


def records_called(key: str) -> frozenset[int]:
    """``key``: an e-mail address, or ``ACCOUNT:ID``, which is a contact's id in that app."""
    account, _, remote_id = key.partition(":")
    named = Record.objects.filter(container__account__name=account, remote_id=remote_id)
    return frozenset(named.values_list("pk", flat=True)) | holders_of({_normal(key)})


def emails_of(record: Record) -> frozenset[str]:
    """In normal form."""
    contact = contact_of(record) or Contact()
    return frozenset(map(_normal, contact.texts("emails"))) - {""}


def holders_of(emails: Collection[str]) -> frozenset[int]:
    return frozenset[int]().union(*_holders(emails).values())


def only_theirs(emails: Collection[str], records: Sequence[Record]) -> frozenset[str]:
    """Those of the addresses that nobody else has."""
    mine = {record.pk for record in records}
    holders = _holders(emails)
    return frozenset(email for email in emails if holders.get(email, set()) <= mine)


def _holders(emails: Collection[str]) -> Mapping[str, set[int]]:
    """By address. Of those that are gone no key tells, so each is looked at."""
    found: dict[str, set[int]] = {}
    if not emails:
        return found
    of_key: dict[str, set[str]] = {}
    for email in emails:
        of_key.setdefault(key_value(email), set()).add(email)
    keys = Key.objects.filter(kind=Key.Kind.EMAIL, value__in=list(of_key))
    for value, pk in keys.values_list("value", "record_id"):
        for email in of_key[value]:
            found.setdefault(email, set()).add(pk)
    gone = Record.objects.filter(gone_at__isnull=False, contact__isnull=False)
    for record in gone.only("contact").iterator(500):
        for email in emails_of(record) & set(emails):
            found.setdefault(email, set()).add(record.pk)
    return found


def named_in_rules(terms: Terms) -> list[str]:
    """What connections are told to do, where it names them: that is for staff to change, since it
    decides about others as well. A sentence each."""
    return list(_named(terms))


def _named(terms: Terms) -> Iterator[str]:
    for model in (Condition, Action):
        for row in model._default_manager.select_related("rule__connection"):
            if terms.name(row.value, By.SURELY):
                yield f"The rule {row.rule} of {row.rule.connection} names them."
    for line in FieldMapping.objects.exclude(values={}).select_related("connection"):
        if terms.name(line.values, By.SURELY):
            yield f"The value map of {line} in {line.connection} names them."


def terms_about(records: Sequence[Record]) -> Terms:
    """By what texts name them, and nobody else: an address that somebody has who stays is not."""
    return terms_of(records, lambda emails: only_theirs(emails, records))


def _rows(ids: Collection[int]) -> list[Record]:
    rows = Record.objects.filter(pk__in=ids).select_related("container__account")
    return list(rows.order_by("container__account__name", "pk"))


def _normal(email: str) -> str:
    return normal(FieldType.EMAIL, email)
