"""The roles that staff can have, in words: the groups that migrations 0003_roles and 0009_erasures
make."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import Group

ROLES: Mapping[str, str] = {
    "Viewers": "Look at everything but names and values of contacts.",
    "Operators": "See names and values too; sync, preview, start and pause; export the audit log.",
    "Administrators": "All that; set up and change accounts, connections and rules.",
    "Sees personal data": "Adds names and values of contacts to another role.",
    "Deletes contacts": "Adds deleting contacts in the apps to another role.",
    "Erases people": "Adds erasing what is held of a person, and taking it out as a file.",
}


def in_words(group: Group) -> str:
    """Groups that somebody else made have a name only."""
    what = ROLES.get(group.name)
    return f"{group.name}: {what}" if what else group.name
