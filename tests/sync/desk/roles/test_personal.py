"""Who may not see people learns how many there are, and nothing of who they are."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from django.urls import reverse

from connections.models import Record
from sync.models import Run, Step, SyncRecord
from tests.sync.desk.roles.everybody import PLANTED, SEER, SUPERUSER, VIEWER, Rows, Visitor


@pytest.fixture
def viewer(visitors: Mapping[str, Visitor]) -> Visitor:
    return visitors[VIEWER]


@pytest.fixture
def seer(visitors: Mapping[str, Visitor]) -> Visitor:
    return visitors[SEER]


def text_of(visitor: Visitor, address: str) -> str:
    answer = visitor.ask("GET", address)
    assert answer.status_code == 200, address
    return re.sub(r"\s+", " ", answer.content.decode())


def listed(visitor: Visitor, name: str, query: str) -> list[int]:
    answer = visitor.ask("GET", f"{reverse(f'admin:sync_{name}_changelist')}?{query}")
    assert answer.status_code == 200, query
    return [row.pk for row in answer.context["cl"].result_list]


def test_a_contact_is_a_number_with_the_fields_it_has(
    rows: Rows, viewer: Visitor, seer: Visitor
) -> None:
    page = reverse("admin:sync_syncrecord_change", args=[rows.sync_record.pk])
    full, emptied = text_of(seer, page), text_of(viewer, page)
    assert "Zebulonist" in full
    assert "ask a superuser" not in full
    assert f"Contact {rows.sync_record.pk}" in emptied
    assert '<th>Job title</th><td data-side="A"><span>hidden</span></td>' in emptied
    assert "looks alike" in emptied, "the reason as a word"
    assert "ask a superuser for the role “Sees personal data”" in emptied


def test_of_a_step_the_names_of_its_fields_stay(rows: Rows, viewer: Visitor, seer: Visitor) -> None:
    page = reverse("admin:sync_step_change", args=[rows.step.pk])
    assert "<del>Not Zebulonist</del> → <ins>Zebulonist</ins>" in text_of(seer, page)
    emptied = text_of(viewer, page)
    assert "<del>hidden</del> → <ins>hidden</ins>" in emptied
    assert "gave way: hidden" in emptied
    assert "Job title" in emptied


def test_what_an_app_answered_is_told_to_everybody(rows: Rows, viewer: Visitor) -> None:
    """It names no contact, and is what a person needs to mend it."""
    why = "Mailchimp takes the e-mail address for invalid or made up."
    Step.objects.filter(pk=rows.step.pk).update(result=Step.Result.REFUSED, why=why)
    assert why in text_of(viewer, reverse("admin:sync_step_change", args=[rows.step.pk]))


def test_a_reason_that_quotes_what_was_typed_is_hidden(
    rows: Rows, viewer: Visitor, seer: Visitor
) -> None:
    pilot = Run.objects.exclude(only="").get()
    page = reverse("admin:sync_run_change", args=[pilot.pk])
    assert "zebulon@example.org" in text_of(seer, page)
    assert PLANTED not in text_of(viewer, page)
    Run.objects.filter(pk=pilot.pk).update(only="", why="The server is away.")
    assert "The server is away." in text_of(viewer, page)


@pytest.mark.parametrize("name", ["step", "syncrecord"])
@pytest.mark.parametrize("asked", [PLANTED, "nobody"])
def test_a_search_finds_what_it_would_find_for_any_other_word(
    rows: Rows, viewer: Visitor, name: str, asked: str
) -> None:
    assert listed(viewer, name, f"q={asked}") == listed(viewer, name, "")


def test_who_sees_people_finds_them(rows: Rows, seer: Visitor) -> None:
    assert listed(seer, "syncrecord", "q=zebulonella") != listed(seer, "syncrecord", "")
    assert listed(seer, "syncrecord", "q=zebulonella")
    assert not listed(seer, "step", "q=nobody")
    assert listed(seer, "run", "q=zebulon@example.org")


def test_runs_are_found_by_their_connection_and_not_by_what_was_typed(
    rows: Rows, viewer: Visitor
) -> None:
    assert listed(viewer, "run", "q=pair")
    assert not listed(viewer, "run", "q=zebulon")


@pytest.mark.parametrize(
    ("name", "column"),
    [*(("syncrecord", n) for n in range(5)), *(("step", n) for n in range(1, 7))],
)
def test_no_order_tells_who_comes_first(
    rows: Rows, viewer: Visitor, name: str, column: int
) -> None:
    """Steps go by time, the first column; nobody is offered what no index has in order."""
    SyncRecord.objects.filter(connection=rows.connection).update(reason="B", title="B")
    SyncRecord.objects.filter(pk=rows.sync_record.pk).update(reason="A", title="A")
    Step.objects.filter(run=rows.run).update(name="B")
    Step.objects.filter(pk=rows.step.pk).update(name="A")

    asked = {tuple(listed(viewer, name, f"o={sign}{column}")) for sign in ("", "-")}
    assert asked == {tuple(listed(viewer, name, ""))}


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("syncrecord", "title__startswith=Z"),
        ("syncrecord", "reason__contains=Zeb"),
        ("syncrecord", "a__title__startswith=Z"),
        ("syncrecord", "base__icontains=zeb"),
        ("step", "name__startswith=Z"),
        ("step", "fields__icontains=zeb"),
        ("step", "a_remote=zebulon-1"),
        ("step", "run__only__contains=zeb"),
        ("step", "run__id__exact=1&run__why__contains=zeb"),
        ("run", "only__startswith=z"),
        ("run", "why__contains=zeb"),
    ],
)
def test_no_address_asks_for_the_beginning_of_a_name(
    rows: Rows, viewer: Visitor, name: str, query: str
) -> None:
    address = f"{reverse(f'admin:sync_{name}_changelist')}?{query}"
    assert viewer.ask("GET", address).status_code == 400


def test_no_address_asks_for_what_is_kept_of_credentials(visitors: Mapping[str, Visitor]) -> None:
    accounts = reverse("admin:connections_account_changelist")
    for asked in ("sealed__startswith=v1", "renewed__contains=x"):
        assert visitors[SUPERUSER].ask("GET", f"{accounts}?{asked}").status_code == 400
    assert visitors[SUPERUSER].ask("GET", f"{accounts}?app__exact=memory").status_code == 200


def test_the_filters_of_a_list_work_for_everybody(rows: Rows, viewer: Visitor) -> None:
    pair = rows.connection.pk
    assert listed(viewer, "syncrecord", "state__exact=in_sync")
    SyncRecord.objects.filter(connection=pair).update(state=SyncRecord.State.TO_REVIEW)
    assert listed(viewer, "syncrecord", f"connection__id__exact={pair}&cause=looks+alike")
    assert listed(viewer, "step", f"connection__id__exact={pair}&verb__exact=update")
    assert listed(viewer, "step", f"run__id__exact={rows.run.pk}")
    assert listed(viewer, "run", "requested_at_from=2020-01-01&kind__exact=sync")


def test_no_list_of_suggestions_gives_names(rows: Rows, viewer: Visitor, seer: Visitor) -> None:
    asked = "?app_label=sync&model_name=step&field_name=sync_record&term=zeb"
    address = reverse("admin:autocomplete") + asked
    assert PLANTED in seer.ask("GET", address).content.decode().lower()
    assert viewer.ask("GET", address).status_code == 404


def test_what_would_be_deleted_with_an_account_is_counted_and_not_named(
    rows: Rows, visitors: Mapping[str, Visitor]
) -> None:
    account = rows.draft.a.account
    rows.draft.delete()
    assert Record.objects.filter(container__account=account).exists()
    shown = text_of(
        visitors[SUPERUSER], reverse("admin:connections_account_delete", args=[account.pk])
    )
    assert "Records: 1" in re.sub(r"<[^>]*>|\s+(?=[:\d])", "", shown).replace(":", ": ")
    assert PLANTED not in shown.lower()


def test_nothing_that_a_page_empties_is_kept(rows: Rows, viewer: Visitor) -> None:
    before = (list(Step.objects.values()), list(SyncRecord.objects.values()))
    for name, row in (("step", rows.step), ("syncrecord", rows.sync_record)):
        text_of(viewer, reverse(f"admin:sync_{name}_change", args=[row.pk]))
        listed(viewer, name, "")
    assert (list(Step.objects.values()), list(SyncRecord.objects.values())) == before
