"""The page on which a person is erased: who is meant is shown first, and asked about."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from connections.models import Record
from sync import tasks
from sync.models import Erasure, Export
from sync.watch.bell import Bell
from tests.sync.desk.conftest import person, synced
from tests.sync.desk.people.chains import Chain, come

pytestmark = pytest.mark.sqlite_only


def ada() -> Record:
    return Record.objects.filter(title="Ada").order_by("pk")[0]


def page(name: str = "erase") -> str:
    return reverse(f"admin:person_{name}", args=[ada().pk])


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def test_it_says_what_would_be_erased_and_is_led_to_from_the_person(
    desk: Client, chain: Chain
) -> None:
    assert page() in text_of(desk.get(reverse("admin:person", args=[ada().pk])))
    told = text_of(desk.get(page()))
    assert "what it read of 3 contacts, 2 sync records" in told
    for app in ("crm · Contacts", "news · Contacts", "phone · Contacts"):
        assert f"<strong>Ada</strong> in {app}" in told


def test_nothing_is_erased_before_one_says_to_be_sure(desk: Client, chain: Chain) -> None:
    answer = desk.post(page())
    assert "Nothing was erased. Tick that you have looked" in text_of(answer)
    assert not Erasure.objects.exists()


def test_the_worker_erases_whom_the_page_asked_for(
    desk: Client, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[Any] = []
    monkeypatch.setattr("sync.watch.bell.async_task", lambda *args, **options: rung.append(args))
    answer = desk.post(page(), {"sure": "1"}, follow=True)
    assert "They are being erased" in text_of(answer)
    assert "Under way" in text_of(answer)
    bell = Bell()
    bell.ring_for_erasures()
    bell.ring_for_erasures()
    erasure = Erasure.objects.get()
    assert rung == [("sync.tasks.erase", erasure.pk)]
    tasks.erase(erasure.pk)
    assert not Record.objects.filter(title="Ada").exists()
    assert Record.objects.filter(title="Ben").exists()
    listed = text_of(desk.get(reverse("admin:sync_erasure_changelist")))
    assert ("boss" in listed, "Erased" in listed, "Ada" in listed) == (True, True, False)
    tasks.erase(erasure.pk)  # rung for twice
    for connection in chain:
        assert synced(connection).state == "done"
    assert not Record.objects.filter(title="Ada").exists()


def test_who_shares_an_address_is_offered_and_stays_unless_ticked(
    desk: Client, chain: Chain
) -> None:
    come(chain[0].a, person("Other", emails="ada@example.org"))  # the app asks no questions
    synced(chain[0])
    other = Record.objects.get(title="Other")
    told = text_of(desk.get(page()))
    assert "Who has one of their addresses as well" in told
    desk.post(page(), {"sure": "1", "chosen": [str(other.pk), "no number", "99999999"]})
    assert set(Erasure.objects.get().records) == {
        other.pk, *Record.objects.filter(title="Ada").values_list("pk", flat=True)
    }  # fmt: skip


def test_a_rule_that_names_them_is_said(desk: Client, chain: Chain) -> None:
    rule = chain[0].rules.create(side="a", name="All but Ada")
    rule.conditions.create(kind="field", op="is not", field="emails", value="ada@example.org")
    answer = desk.post(page(), {"sure": "1"})
    assert "The rule All but Ada of crm-phone names them." in text_of(answer)
    assert not Erasure.objects.exists()


def test_what_is_held_is_a_file_and_its_taking_is_logged(desk: Client, chain: Chain) -> None:
    answer = desk.post(page("held"))
    assert answer["Content-Disposition"].startswith("attachment")
    held = json.loads(answer.content)
    assert len(held["contacts"]) == 3
    export = Export.objects.get()
    assert (export.who, export.asked) == ("boss", "What is held of one person")
    assert export.rows >= 5


def test_the_role_alone_is_not_enough_to_see_who_it_is(chain: Chain) -> None:
    user = User.objects.create_user("eraser", is_staff=True)
    user.groups.set(Group.objects.filter(name__in=["Viewers", "Erases people"]))
    client = Client()
    client.force_login(user)
    assert client.get(page()).status_code == 403
    user.groups.add(Group.objects.get(name="Sees personal data"))
    assert client.get(page()).status_code == 200
    assert page() in text_of(client.get(reverse("admin:person", args=[ada().pk])))
