"""Somebody erased is not taken in again by any reading, of apps as they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connections.models import Container, Record
from sync.models import Erasure, SyncRecord
from sync.watch.erasing.carry_out import ask, carry_out
from sync.watch.erasing.whom import person_of, records_called
from tests.stories.town import LONG, Place, Town
from tests.sync.watch.every_table import places_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.sqlite_only,
    pytest.mark.usefixtures("judged"),
]


@pytest.mark.parametrize("apps", ["contactually-mailchimp", "google-carddav"])
def test_whoever_is_erased_stays_in_both_apps_and_out_of_accord(
    town: Town, place_of: Callable[[str], Place], apps: str
) -> None:
    a, b = map(place_of, apps.split("-"))
    a.add("Zebulon"), a.add("Ann")
    town.join(a, b)
    town.sync()
    needles = [
        "zebulon",
        *(each.remote_id for each in Record.objects.filter(title__startswith="Z")),
    ]
    records = person_of(records_called("zebulon@people.example")).records
    assert len(records) == 2
    erasure: Erasure = ask(records, "somebody")
    assert carry_out(erasure, town.host, patience=0)
    assert places_of(["zebulon"]) == set()
    town.assert_quiet()
    a.partner.edit(a.id("Zebulon"), {"last_name": "Quimby"})
    b.partner.edit(b.id("Zebulon"), {"last_name": "Quimby"})
    town.assert_quiet()
    Container.objects.update(cursor="")
    town.assert_quiet()
    town.sync(wait=LONG)
    town.assert_quiet()
    # Contactually's reader keeps which ids there are, packed, and nothing else of them.
    assert places_of([*needles, "Quimby"]) == set()
    assert [row.title for row in SyncRecord.objects.all()] == ["Ann Maes"]
    assert a.names() == b.names() == ["Ann Maes", "Zebulon Quimby"], "in the apps they stay"
