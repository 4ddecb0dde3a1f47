"""Contacts into groups and out of them, and what becomes of them when a group goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from connectors.sandbox.google.contacts import Contact, Contacts, memberships
from connectors.sandbox.google.groups import Group, Groups


@dataclass(frozen=True, slots=True)
class Left:
    """Resource names of contacts for which nothing was done."""

    not_found: list[str]
    last_group: list[str]


def modify(contacts: Contacts, group: Group, add: Iterable[str], remove: Iterable[str]) -> Left:
    left = Left([], [])
    for resource in dict.fromkeys(add):
        contact = contacts.get(resource)
        if contact is None:
            left.not_found.append(resource)
        elif group.resource not in contact.groups:
            put_in(contacts, contact, [*contact.groups, group.resource])
    for resource in dict.fromkeys(remove):
        contact = contacts.get(resource)
        if contact is None:
            if resource not in left.not_found:
                left.not_found.append(resource)
        elif group.resource in contact.groups:
            others = [name for name in contact.groups if name != group.resource]
            if others:
                put_in(contacts, contact, others)
            else:
                left.last_group.append(resource)
    return left


def delete(contacts: Contacts, groups: Groups, group: Group, with_contacts: bool) -> None:
    for contact in contacts.members(group.resource):
        if with_contacts:
            contacts.delete(contact)
        else:
            others = [name for name in contact.groups if name != group.resource]
            put_in(contacts, contact, others)
    groups.delete(group)


def put_in(contacts: Contacts, contact: Contact, groups: Iterable[str]) -> Contact:
    return contacts.write(contact, {**contact.record, "memberships": memberships(groups)})
