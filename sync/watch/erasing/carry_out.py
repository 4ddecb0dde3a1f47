"""An erasure: asked for in one transaction, from which on nobody takes them in again, and carried
out under the leases of the accounts that know them, so that no run is at work with them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from connections.erased import keep_out, of_address, of_contact
from connections.models import Connection, Record
from sync.host import Host
from sync.leases import Busy, Held
from sync.models import Erasure, Step
from sync.watch.erasing.rows import steps_about, sync_records_about
from sync.watch.erasing.sweep import sweep
from sync.watch.erasing.terms import Terms
from sync.watch.erasing.whom import emails_of, named_in_rules, only_theirs, terms_about

#: Rows that are removed in one transaction.
CHUNK = 500


_FIRST = "Take it out there first: it decides about others as well."


class Named(Exception):
    """The configuration names them; the message says where, and what to do."""


def ask(records: Sequence[Record], who: str, by: int | None = None) -> Erasure:
    """``who``: asks for it; ``by``: the user. Raises Named."""
    terms = terms_about(records)
    if places := named_in_rules(terms):
        raise Named(" ".join([*places, _FIRST]))
    mine = {record.pk for record in records}
    emails = {email for record in records for email in emails_of(record)}
    words = [of_contact(record.container, record.remote_id) for record in records]
    words += [of_address(email) for email in sorted(only_theirs(emails, records))]
    with transaction.atomic():
        erasure = Erasure.objects.create(
            by_id=by, who=who, records=sorted(mine), sealed=terms.sealed()
        )
        keep_out(words, erasure.pk)
    return erasure


def carry_out(erasure: Erasure, host: Host, patience: float) -> bool:
    """Whether it is done; False where an account was in use for all of ``patience`` (seconds), and
    it is to be tried again. It may be stopped at any moment, and goes on the next time."""
    records = list(
        Record.objects.filter(pk__in=erasure.records).select_related("container__account")
    )
    held = Held(_accounts(records), host)
    try:
        held.wait(patience)
    except Busy:
        return False
    try:
        _remove(erasure, records, held)
        erasure.texts += sweep(Terms.opened(erasure.sealed), held.commit)
        erasure.ended_at, erasure.records, erasure.sealed = host.now(), [], ""
        with held.commit():
            erasure.save()
    finally:
        held.release()
    return True


def open_erasures() -> Sequence[int]:
    rows = Erasure.objects.filter(ended_at=None).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def _accounts(records: Sequence[Record]) -> list[int]:
    """Those that know them, and those that runs take together with these."""
    containers = {record.container_id for record in records}
    connections = Connection.objects.filter(Q(a__in=containers) | Q(b__in=containers))
    pairs = connections.values_list("a__account", "b__account")
    return [*{record.container.account_id for record in records}.union(*pairs)]


def _remove(erasure: Erasure, records: Sequence[Record], held: Held) -> None:
    steps = sorted(steps_about(records))
    for start in range(0, len(steps), CHUNK):
        part = steps[start : start + CHUNK]
        with held.commit():
            Step.objects.filter(pk__in=part).delete()
            erasure.steps += len(part)
            erasure.save(update_fields=["steps"])
    rows = sync_records_about(records)
    with held.commit():
        erasure.sync_records += rows.count()
        erasure.contacts += len(records)
        rows.delete()
        for record in records:
            heirs = Record.objects.filter(container=record.container_id, heir=record.remote_id)
            heirs.update(heir="")
        Record.objects.filter(pk__in=[record.pk for record in records]).delete()
        erasure.save(update_fields=["sync_records", "contacts"])
