"""Every list, page and search of a desk that has grown, as addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.urls import reverse

from connections.models import Connection, Record
from sync.models import Run, Step, SyncRecord


def pages(deep: int) -> Mapping[str, str]:
    """By name: of the connection that has most of everything. ``deep``: a late page of the log."""
    largest = Connection.objects.order_by("pk")[0]
    runs = Run.objects.filter(connection=largest).order_by("pk")
    first, preview = runs[0], Run.objects.get(kind=Run.Kind.PREVIEW)
    by_hand = runs.filter(kind=Run.Kind.BY_HAND).first() or first
    rule = largest.rules.all()[0]
    person = User.objects.get(pk=by_hand.requested_by_id or User.objects.all()[0].pk)
    record = SyncRecord.objects.filter(connection=largest, b__isnull=False)[0]
    one, of_it = record.title, {"connection__id__exact": largest.pk}
    assert record.a is not None
    day = {"at_from": "2025-03-01", "at_to": "2025-03-31"}
    return {
        "the first page": reverse("admin:index"),
        **_lists(
            "connections",
            reverse("admin:connections_connection_changelist"),
            {"": {}, "searched": {"q": "Connection 001"}},
        ),
        "accounts": reverse("admin:connections_account_changelist"),
        "containers": reverse("admin:connections_container_changelist"),
        **{
            word: reverse(f"admin:{name}", args=[largest.pk])
            for word, name in {
                "a connection": "connections_connection_change",
                "its health": "connection_health",
                "its drift": "connection_health_drift",
                "its rules": "connection_rules",
                "its options": "connection_options",
                "its history": "connections_connection_history_of",
                "its preview": "connection_preview",
            }.items()
        },
        **_lists(
            "runs",
            reverse("admin:sync_run_changelist"),
            {"": {}, "of a connection": of_it, "held": {"state__exact": "held"}},
        ),
        "a run": reverse("admin:sync_run_change", args=[first.pk]),
        "a run by hand": reverse("admin:sync_run_change", args=[by_hand.pk]),
        "a preview": reverse("admin:sync_run_change", args=[preview.pk]),
        "how far a run is": reverse("admin:run_progress", args=[first.pk]),
        **_lists(
            "the log",
            reverse("admin:sync_step_changelist"),
            {
                "": {},
                "a late page": {"p": deep},
                "of a connection": of_it,
                "of a run": {"run__id__exact": first.pk},
                "of a preview": {"run__id__exact": preview.pk, "verb__exact": "update"},
                "of a day": day,
                "deletions": {"verb__exact": "delete"},
                "what never happened": {"verb__exact": "merge"},
                "refused": {"result__exact": "refused"},
                "of a field": {"field": "birthday"},
                "of a field nobody changed": {"field": "custom:none", **of_it},
                "of a rule": {"rule_key__exact": rule.pk},
                "of a person": {"by__id__exact": person.pk},
                "of a person and a connection": {"by__id__exact": person.pk, **of_it},
                "conflicts of a connection": {"conflict__exact": 1, **of_it},
                "everything at once": {
                    **of_it,
                    **day,
                    "verb__exact": "update",
                    "side__exact": "b",
                    "result__exact": "done",
                    "field": "emails",
                },
                "a name": {"q": one},
                "the beginning of names": {"q": "a"},
                "a name in a connection": {"q": one, **of_it},
                "an address": {"q": _address(record.a)},
                "an id": {"q": record.a.remote_id},
                "nobody": {"q": "nobody at all"},
                "of a contact": {"sync_record__in": record.pk},
            },
        ),
        "a step": reverse("admin:sync_step_change", args=[Step.objects.filter(run=first)[0].pk]),
        **_lists(
            "sync records",
            reverse("admin:sync_syncrecord_changelist"),
            {
                "": {},
                "of a connection": of_it,
                "failed": {"state__exact": "failed"},
                "failed in a connection": {"state__exact": "failed", **of_it},
                "refused in a connection": {
                    "state__exact": "failed",
                    "cause": "refused",
                    **of_it,
                },
                "refused": {"cause": "refused"},
                "in sync": {"state__exact": "in_sync", "p": 2},
                "a name": {"q": one},
                "the beginning of names": {"q": "a"},
                "a name in a connection": {"q": one, **of_it},
                "an address": {"q": _address(record.a)},
            },
        ),
        "a sync record": reverse("admin:sync_syncrecord_change", args=[record.pk]),
        "a person": reverse("admin:person", args=[record.a.pk]),
        "exports": reverse("admin:sync_export_changelist"),
    }


def _lists(name: str, address: str, asked: Mapping[str, Mapping[str, Any]]) -> Mapping[str, str]:
    return {
        f"{name}: {what}" if what else name: f"{address}?{urlencode(query)}"
        for what, query in asked.items()
    }


def _address(record: Record) -> str:
    email: str = record.contact["fields"]["emails"][0]["value"] if record.contact else ""
    return email
