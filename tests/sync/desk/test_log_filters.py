"""The audit log is searched and filtered by what people ask for, and says what it shows."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from connections.accounts import open_account
from connections.models import Connection, Key, Record
from connectors.connector import Update
from connectors.contact import entries
from sync.desk import long_lists, steps
from sync.host import this_process
from sync.models import Run, Step, SyncRecord
from sync.queue import ask_for_run
from sync.run import perform
from tests.sync.desk.conftest import synced

LOG = "admin:sync_step_changelist"


def asked(desk: Client, **query: Any) -> Any:
    answer = desk.get(reverse(LOG), query)
    assert answer.status_code == 200, answer.headers.get("Location")
    return answer


def found(desk: Client, **query: Any) -> list[tuple[str, str, str]]:
    """Of each step the verb, the side and the name."""
    rows = asked(desk, **query).context["cl"].result_list
    return sorted((step.verb, step.side, step.name) for step in rows)


LINK, UPDATE, CREATE = ("link", "", "Ada"), ("update", "b", "Ada"), ("create", "b", "Ben")


@pytest.fixture
def log(connection: Connection) -> Run:
    """Ada was paired and changed in b, where a value gave way; Ben was made there."""
    return synced(connection)


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ({}, [CREATE, LINK, UPDATE]),
        ({"verb__exact": "update"}, [UPDATE]),
        ({"side__exact": "b"}, [CREATE, UPDATE]),
        ({"side__exact": "a"}, []),
        ({"result__exact": "done"}, [CREATE, LINK, UPDATE]),
        ({"result__exact": "refused"}, []),
        ({"conflict__exact": "1"}, [UPDATE]),
        ({"field": "job_title"}, [UPDATE]),
        ({"field": "emails"}, [CREATE]),
        ({"field": "custom:none"}, []),
        ({"field": "emails", "side__exact": "b", "verb__exact": "create"}, [CREATE]),
    ],
)
def test_by_what_was_done(
    desk: Client, log: Run, query: dict[str, str], rows: list[tuple[str, str, str]]
) -> None:
    assert found(desk, **query) == rows


def test_by_connection_and_run(desk: Client, log: Run) -> None:
    other = Connection.objects.create(name="other", a=log.connection.b, b=log.connection.a)
    assert found(desk, connection__id__exact=log.connection_id) == [CREATE, LINK, UPDATE]
    assert found(desk, connection__id__exact=other.pk) == []
    assert found(desk, run__id__exact=log.pk) == [CREATE, LINK, UPDATE]
    assert found(desk, run__id__exact=log.pk + 1) == []


def test_by_day_where_the_person_is(desk: Client, log: Run) -> None:
    """An hour before midnight in Ghent it is yet the same day in London."""
    late = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    Step.objects.update(at=late)
    desk.cookies["zone"] = "Europe/Brussels"
    assert found(desk, at_from="2026-07-02", at_to="2026-07-02") == [CREATE, LINK, UPDATE]
    assert found(desk, at_to="2026-07-01") == []
    desk.cookies["zone"] = "Europe/London"
    assert found(desk, at_to="2026-07-01") == [CREATE, LINK, UPDATE]
    assert found(desk, at_from="2026-07-02") == []


def test_by_rule_under_the_name_it_has_now(desk: Client, connection: Connection) -> None:
    rule = connection.rules.create(name="Clients", side="a")
    rule.actions.create(kind="set field", field="notes", value="Noble")
    synced(connection)
    rule.name = "Customers"
    rule.save()
    acts = [("act", "b", "Ada"), ("act", "b", "Ben")]
    assert found(desk, rule_key__exact=rule.pk) == acts
    answer = asked(desk, rule_key__exact=rule.pk, connection__id__exact=connection.pk)
    assert [(x.title, x.told) for x in answer.context["cl"].asked] == [
        ("Connection", "pair"),
        ("Rule", "Customers"),
    ]
    key = rule.pk
    rule.delete()
    assert found(desk, rule_key__exact=key) == acts, "the log outlives the rule"


def test_by_person(desk: Client, log: Run) -> None:
    boss, other = User.objects.get(username="boss"), User.objects.create_user("otto", is_staff=True)
    lost = Step.objects.get(verb="update")
    task = {"put back": [[lost.pk, "job_title"]]}
    perform(ask_for_run(log.connection, kind="by hand", by=boss, task=task).pk, host=this_process())
    assert {verb for verb, _, _ in found(desk, by__id__exact=boss.pk)} == {"update"}
    assert found(desk, by__id__exact=other.pk) == []
    assert "boss" in asked(desk, by__id__exact=boss.pk).content.decode()


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("ada", [LINK, UPDATE]),
        ("AD", [LINK, UPDATE]),
        ("ada@example.org", [LINK, UPDATE]),
        ("ben@exa", [CREATE]),
        ("nobody", []),
        ("%", []),
    ],
)
def test_people_are_searched_by_name_address_and_id(
    desk: Client, log: Run, text: str, rows: list[tuple[str, str, str]]
) -> None:
    assert found(desk, q=text) == rows
    assert found(desk, q=text, connection__id__exact=log.connection_id) == rows
    assert found(desk, q=text, run__id__exact=log.pk) == rows


def test_people_are_searched_by_their_id_in_an_app(desk: Client, log: Run) -> None:
    made = Step.objects.get(verb="create")
    assert found(desk, q=made.a_remote) == found(desk, q=f" {made.b_remote} ") == [CREATE]


def test_whoever_has_another_name_now_is_found_by_it_with_all_that_happened(
    desk: Client, log: Run
) -> None:
    account = log.connection.a.account
    app = open_account(account)
    record = Record.objects.get(container=log.connection.a, title="Ada")
    change = {"first_name": "Augusta", "emails": entries(["augusta@example.org"])}
    app.write(log.connection.a.remote_id, [Update(record.remote_id, record.version, b"", change)])
    synced(log.connection)
    assert LINK in found(desk, q="augusta")
    assert UPDATE in found(desk, q="augusta@example.org")


def test_who_is_gone_from_both_apps_is_found_by_name_and_id(desk: Client, log: Run) -> None:
    id = Step.objects.get(verb="link").a_remote
    Key.objects.all().delete()
    SyncRecord.objects.filter(title="Ada").delete()
    assert found(desk, q="ada") == [LINK, UPDATE]
    assert found(desk, q=id) == [LINK, UPDATE]


def test_steps_of_a_preview_are_found_by_address(desk: Client, connection: Connection) -> None:
    run = perform(ask_for_run(connection, kind="preview").pk, host=this_process())
    assert found(desk, q="ada@example.org", run__id__exact=run.pk) == [LINK, UPDATE]
    assert found(desk, q="ada@example.org") == []
    assert found(desk, result__exact="planned", run__id__exact=run.pk) == [CREATE, UPDATE]


def test_steps_without_an_answer_are_unknown_as_the_command_says(desk: Client, log: Run) -> None:
    Step.objects.filter(verb="update").update(result=Step.Result.SENT)
    Step.objects.filter(verb="create").update(result=Step.Result.UNKNOWN)
    assert found(desk, result__exact="unknown") == [CREATE, UPDATE]


def test_a_person_leads_to_their_steps_only(desk: Client, log: Run) -> None:
    ben = SyncRecord.objects.get(title="Ben")
    answer = asked(desk, sync_record__in=ben.pk)
    assert [step.name for step in answer.context["cl"].result_list] == ["Ben"]
    assert "<b>Contact:</b> Ben" in answer.content.decode()


def test_what_is_asked_for_is_shown_and_can_be_taken_away_one_by_one(
    desk: Client, log: Run
) -> None:
    answer = asked(desk, verb__exact="update", field="job_title", at_from="2020-01-01", q="ada")
    chips = answer.context["cl"].asked
    assert [(chip.title, chip.told) for chip in chips] == [
        ("Date", "from 2020-01-01"),
        ("What was done", "Changed"),
        ("Field", "Job title"),
        ("Search", "ada"),
    ]
    assert chips[1].without == "?at_from=2020-01-01&field=job_title&q=ada"
    assert chips[3].without == "?at_from=2020-01-01&field=job_title&verb__exact=update"


@pytest.mark.parametrize(
    "query",
    [
        "at_from=yesterday", "at_to=2026-02-30", "before=now", "before=2026-01-01T00:00:00",
        "connection__id__exact=x", "run__id__exact=1;2", "by__id__exact=²", "sync_record__in=1,x",
        "sync_record__in=99999999999999999999", "run__id__exact=99999999999999999999",
        "p=0", "p=99", "p=201",
    ],
)  # fmt: skip
def test_what_makes_no_sense_leads_back_to_the_whole_log(
    desk: Client, log: Run, query: str
) -> None:
    answer = desk.get(f"{reverse(LOG)}?{query}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{reverse(LOG)}?e=1")


@pytest.mark.parametrize("query", ["why__icontains=x", "fields__has_key=emails", "run__why=x"])
def test_nobody_asks_for_what_no_index_knows(desk: Client, log: Run, query: str) -> None:
    assert desk.get(f"{reverse(LOG)}?{query}").status_code == 400


def test_a_search_through_very_many_says_how_far_back_it_looked_and_goes_on(
    desk: Client, log: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "LOOK", 1)
    for days, verb in enumerate(("create", "link", "update"), 1):
        day = datetime(2026, 1, days, 12, tzinfo=UTC)
        Step.objects.filter(verb=verb).update(at=day)
    seen, address = [], f"{reverse(LOG)}?verb__exact=create"
    for _ in range(3):
        answer = desk.get(address)
        changes = answer.context["cl"]
        seen.append([step.verb for step in changes.result_list])
        if changes.looked_to is None:
            break
        assert "looked back to 2026-01-0" in _text(answer)
        address = f"{reverse(LOG)}{changes.further}"
    assert seen == [[], ["create"]]


def test_a_person_is_found_however_far_back_it_was(
    desk: Client, log: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "LOOK", 1)
    Step.objects.filter(verb="create").update(at=datetime(2020, 1, 1, tzinfo=UTC))
    answer = asked(desk, q="ben")
    assert [step.name for step in answer.context["cl"].result_list] == ["Ben"]
    assert "Look further back" not in answer.content.decode()


def test_no_more_is_counted_than_can_be_paged_through(
    desk: Client, log: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_lists, "MOST", 2)
    monkeypatch.setattr(long_lists.LongList, "most", "2")
    monkeypatch.setattr(steps, "LOOK", 2)
    answer = asked(desk)
    assert len(answer.context["cl"].result_list) == 2
    assert "More than 2 steps; the rest is found by filters and dates" in _text(answer)
    assert "looked back to" not in _text(answer), "that is said where there is room for more"


def test_whoever_means_very_many_is_told_to_type_more(
    desk: Client, log: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "More than" not in _text(asked(desk, q="e"))
    monkeypatch.setattr("sync.finding.PEOPLE", 1)
    Record.objects.update(title="Eve")
    SyncRecord.objects.update(name_key="eve")
    assert "Type more of the name to see the others." in _text(asked(desk, q="eve"))
    address = reverse("admin:sync_syncrecord_changelist")
    assert "Type more of the name to see the others." in _text(desk.get(address, {"q": "eve"}))


def test_the_log_is_the_newest_first_and_can_be_turned(desk: Client, log: Run) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for hours, verb in enumerate(("update", "create", "link")):
        Step.objects.filter(verb=verb).update(at=now + timedelta(hours=hours))

    def order(**query: str) -> list[str]:
        return [step.verb for step in asked(desk, **query).context["cl"].result_list]

    assert order() == ["link", "create", "update"]
    assert order(o="0") == ["update", "create", "link"]


def test_it_says_that_apps_do_not_tell_who_edited(desk: Client, log: Run) -> None:
    assert "apps do not say which of their users it was" in _text(asked(desk))


def test_the_log_of_a_connection_is_reached_from_its_page(desk: Client, log: Run) -> None:
    log.connection.rules.all().delete()
    page = desk.get(reverse("admin:connections_connection_change", args=[log.connection_id]))
    (address,) = re.findall(r'href="([^"]*)">Audit log</a>', page.content.decode())
    rows = desk.get(address).context["cl"].result_list
    assert {step.connection_id for step in rows} == {log.connection_id}


def _text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())
