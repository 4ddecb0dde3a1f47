"""The last steps of a set-up: the preview in words, and the start, of everything or of a pilot."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Permission, User
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ
from pytest_django import DjangoCaptureOnCommitCallbacks

from connections.accounts import open_account
from connections.models import Beginning, Connection, Container, Record
from connectors.connector import Create
from rules.models import Action, Rule
from sync.by_rule import by_rule
from sync.desk.start_form import StartForm
from sync.host import this_process
from sync.models import Run, Step
from sync.queue import ask_for_run
from sync.run import perform
from tests.query_plans import asked
from tests.sync.desk.conftest import container, person, synced

pytestmark = pytest.mark.sqlite_only


def preview(connection: Connection) -> str:
    return reverse("admin:connection_preview", args=[connection.pk])


def start(connection: Connection) -> str:
    return reverse("admin:connection_start", args=[connection.pk])


def overview(connection: Connection) -> str:
    return reverse("admin:connections_connection_change", args=[connection.pk])


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def looked(connection: Connection) -> Run:
    return perform(ask_for_run(connection, kind="preview").pk, host=this_process())


def carried_out() -> Run:
    """The run that was asked for, by a worker."""
    return perform(Run.objects.get(state="queued").pk, host=this_process())


def names_in(connection: Connection, side: str) -> list[str]:
    rows = Record.objects.filter(container=connection.container(side), gone_at=None)
    return sorted(rows.values_list("title", flat=True))


def permitted(client: Client, *codenames: str) -> Client:
    user = User.objects.get(username="viewer")
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    return client


@pytest.fixture
def operator(viewer: Client) -> Client:
    return permitted(viewer, "operate_connection")


# --- Preview


def test_before_anything_was_read_the_page_says_so_and_offers_it(
    desk: Client, connection: Connection
) -> None:
    text = text_of(desk.get(preview(connection)))
    assert "No preview has been made yet." in text and "Make the preview" in text


def test_a_preview_of_a_draft_is_asked_for_once_and_comes_back_to_its_step(
    operator: Client,
    connection: Connection,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = operator.post(preview(connection))
    assert answer.headers["Location"] == preview(connection)
    operator.post(preview(connection))
    (run,) = Run.objects.all()
    assert (run.kind, run.state, run.approved) == ("preview", "queued", False)
    assert OrmQ.objects.count() == 1
    text = text_of(operator.get(preview(connection)))
    assert f'hx-get="{reverse("admin:run_progress", args=[run.pk])}"' in text


def test_what_it_would_do_is_counted_by_side_and_shown_on_people(
    desk: Client, connection: Connection
) -> None:
    connector = open_account(connection.a.account)
    connector.write(connection.a.remote_id, [Create("no-mail", {"first_name": "Dee"})])
    run = looked(connection)
    text = text_of(desk.get(preview(connection)))
    rows = {
        row[1]: re.findall(r'data-side="in (.)">(?:<a[^>]*>)?([^<]*)', row[2])
        for row in re.findall(r"(<tr> <td>([^<]*)</td>(.*?)</tr>)", text)
    }
    assert rows["made new"] == [("A", "–"), ("B", "1")]
    assert rows["changed"] == [("A", "–"), ("B", "1")]
    assert "1 contact is paired with the same person on the other side." in text
    assert "1 place</a> a value gives way to that of the other side." in text
    assert "<del>Engineer</del> → <ins>Countess</ins>" in text
    made = f"{reverse('admin:sync_step_changelist')}?run__id__exact={run.pk}"
    address = f"{made}&verb__exact=create&side__exact=b"
    assert address.replace("&", "&amp;") in text
    assert [step.name for step in desk.get(address).context["cl"].result_list] == ["Ben"]


def test_who_stays_as_they_are_is_told_by_cause_with_the_remedy(
    desk: Client, connection: Connection
) -> None:
    connector = open_account(connection.a.account)
    twins = [Create(f"twin{n}", person("Eve").fields) for n in range(2)]
    connector.write(connection.a.remote_id, [Create("no-mail", {"first_name": "Dee"}), *twins])
    run = looked(connection)
    answer = desk.get(preview(connection))
    left = {
        (group.state, row.told.label): row.number
        for group in answer.context["left"]
        for row in group.rows
    }
    assert left == {
        ("excluded", "no e-mail address"): 1,
        ("duplicate", "of another contact"): 1,
    }
    assert run.counts["excluded"] == {"no e-mail": 1} and run.counts["duplicates"] == 1
    options = reverse("admin:connection_options", args=[connection.pk])
    told = "or let contacts without one sync too."
    assert f'{told} <span class="health-ways"><a href="{options}">' in text_of(answer)


def contacts_of(connection: Connection) -> str:
    return reverse("admin:connection_preview_people", args=[connection.pk])


def foreseen(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    people = answer.context["shown"].people
    return {one.name: [step.text for step in one.steps] for one in people}


def test_contacts_are_shown_one_by_one_with_each_field(
    desk: Client, connection: Connection
) -> None:
    looked(connection)
    answer = desk.get(contacts_of(connection))
    assert foreseen(answer) == {
        "Ada": ["paired: the same person on both sides", "changed in two"],
        "Ben": ["made new in two"],
    }
    text = text_of(answer)
    assert "<del>Engineer</del> → <ins>Countess</ins>" in text
    ada = Record.objects.get(container=connection.a, title="Ada")
    explain = reverse("admin:connection_explain", args=[connection.pk, ada.pk])
    assert f'href="{explain}">Ada</a>' in text


def test_contacts_are_chosen_by_what_would_happen(desk: Client, connection: Connection) -> None:
    looked(connection)
    words = [kind.word for kind in desk.get(contacts_of(connection)).context["kinds"]]
    assert words == ["create-b", "update-b", "link-"]
    assert foreseen(desk.get(contacts_of(connection), {"kind": "create-b"})) == {
        "Ben": ["made new in two"]
    }
    assert foreseen(desk.get(contacts_of(connection), {"kind": "nonsense"})) == {}
    assert foreseen(desk.get(contacts_of(connection), {"after": "9" * 30})) == {}


def test_a_contact_of_the_preview_is_searched_for(desk: Client, connection: Connection) -> None:
    looked(connection)
    answer = desk.post(contacts_of(connection), {"text": "ben@example.org"})
    assert answer.headers["Location"] == f"{contacts_of(connection)}?found"
    assert foreseen(desk.get(f"{contacts_of(connection)}?found")) == {"Ben": ["made new in two"]}
    desk.post(contacts_of(connection), {"text": "zoe"})
    answer = desk.get(f"{contacts_of(connection)}?found")
    assert foreseen(answer) == {}
    assert "The preview would do nothing to anybody" in text_of(answer)


def test_nobody_is_torn_apart_by_the_end_of_a_page(
    desk: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked(connection)
    whole = foreseen(desk.get(contacts_of(connection)))
    monkeypatch.setattr("sync.desk.foreseen_people.STEPS", 2)
    shown, address = {}, contacts_of(connection)
    while True:
        answer = desk.get(address)
        shown |= foreseen(answer)
        if not (after := answer.context["shown"].after):
            break
        address = f"{contacts_of(connection)}?after={after}"
    assert shown == whole


def test_who_may_not_see_people_sees_none_of_the_preview(
    viewer: Client, connection: Connection
) -> None:
    looked(connection)
    assert viewer.get(contacts_of(connection)).status_code == 403
    assert viewer.post(contacts_of(connection), {"text": "ben"}).status_code == 403


def test_without_a_preview_there_are_no_contacts_of_it(
    desk: Client, connection: Connection
) -> None:
    assert desk.get(contacts_of(connection)).headers["Location"] == preview(connection)


def test_who_may_not_see_people_sees_counts_and_no_name(
    viewer: Client, connection: Connection
) -> None:
    looked(connection)
    text = text_of(viewer.get(preview(connection)))
    assert "made new" in text and "Names and values of contacts are not shown to you." in text
    assert "Ben" not in text and "Engineer" not in text
    assert "Ben" in text_of(permitted(viewer, "see_people").get(preview(connection)))


def test_rules_are_counted_one_by_one(viewer: Client, connection: Connection) -> None:
    looked(connection)
    rule = Rule.objects.create(connection=connection, side="a", name="Tagged", position=7)
    Action.objects.create(rule=rule, kind="add tag", value="Client")
    by_rule = reverse("admin:connection_preview_rules", args=[connection.pk])
    assert f'hx-get="{by_rule}"' in text_of(viewer.get(preview(connection)))
    text = text_of(viewer.get(by_rule))
    row = text[text.index("<strong>Tagged</strong>") :]
    numbers = re.findall(r'data-side="([^"]*)">(\d+)', row)[:4]
    assert numbers == [("Match", "2"), ("Made new", "1"), ("Changed", "1"), ("Paired", "1")]
    assert re.findall(r'puts on">(\d+)', row)[0] == "2"
    assert "Ada" not in text


def test_who_matches_is_told_although_nothing_is_to_be_done(connection: Connection) -> None:
    synced(connection)
    of_a, _ = by_rule(connection, timezone.now())
    assert (of_a.matching, set(of_a.would.values())) == (2, {0})


def test_a_preview_is_out_of_date_when_the_configuration_changed_since(
    desk: Client, connection: Connection
) -> None:
    looked(connection)
    assert "is out of date" not in text_of(desk.get(preview(connection)))
    connection.mappings.filter(a="job_title").update(on=False)
    text = text_of(desk.get(preview(connection)))
    assert "is out of date" in text and f'href="{start(connection)}">Go on' not in text


def test_another_name_makes_a_preview_no_older(desk: Client, connection: Connection) -> None:
    looked(connection)
    Connection.objects.update(name="renamed")
    assert "is out of date" not in text_of(desk.get(preview(connection)))


def test_a_preview_that_failed_says_why_and_offers_another(
    desk: Client, connection: Connection
) -> None:
    connection.mappings.update(on=False)
    looked(connection)
    text = text_of(desk.get(preview(connection)))
    assert "The preview could not be made." in text
    assert "No field mapping is on. Switch on at least one line." in text and "Try again" in text


def test_the_preview_of_an_undo_is_not_that_of_the_connection(
    desk: Client, connection: Connection
) -> None:
    Run.objects.create(connection=connection, kind="preview", state="done", task={"undo": 1})
    assert "No preview has been made yet." in text_of(desk.get(preview(connection)))


def test_the_preview_of_what_is_no_draft_is_one_of_its_pages(
    desk: Client, connection: Connection
) -> None:
    synced(connection)
    Connection.objects.update(state="active")
    answer = desk.post(preview(connection))
    assert answer.headers["Location"] == preview(connection)
    carried_out()
    places = desk.get(preview(connection)).context["places"]
    assert [place.word for place in places if place.is_here] == ["preview"]
    text = text_of(desk.get(preview(connection)))
    assert "what the next sync would do" in text and "Nothing: no contact would be written" in text


def test_who_may_only_look_asks_for_no_preview(viewer: Client, connection: Connection) -> None:
    assert "Make the preview" not in text_of(viewer.get(preview(connection)))
    assert viewer.post(preview(connection)).status_code == 403
    assert not Run.objects.exists()


def test_a_preview_costs_the_same_queries_however_many_contacts_there_are(
    desk: Client, connection: Connection
) -> None:
    def cost() -> list[int]:
        looked(connection)
        numbers = []
        desk.post(contacts_of(connection), {"text": "b"})
        contacts = contacts_of(connection)
        for address in (preview(connection), contacts, f"{contacts}?found"):
            with asked() as queries:
                assert desk.get(address).status_code == 200
            assert queries.scans == {}
            numbers.append(queries.number)
        return numbers

    desk.get(preview(connection))  # content types and permissions are remembered from here on
    few = cost()
    connector = open_account(connection.a.account)
    writes = [Create(f"x{n}", person(f"Bo{n}").fields) for n in range(10)]
    connector.write(connection.a.remote_id, writes)
    assert cost() == few


# --- What stands in the way


@pytest.fixture
def with_consent(connection: Connection) -> Connection:
    """Its app B asks for consent, and the preview has seen that."""
    data = {**connection.b.catalogue_data, "statuses": ["subscribed", "unsubscribed"]}
    Container.objects.filter(pk=connection.b_id).update(catalogue_data=data)
    looked(connection)
    return connection


def test_a_missing_status_of_new_contacts_stops_the_start_and_leads_to_its_page(
    desk: Client, with_consent: Connection
) -> None:
    options = reverse("admin:connection_options", args=[with_consent.pk])
    for address in (preview(with_consent), start(with_consent)):
        text = text_of(desk.get(address))
        trouble = text[text.index("Before it can be started:") :]
        assert "say with which status" in trouble
        assert f'<a href="{options}">' in trouble[: trouble.index("</ul>")]
    assert "What to start with" not in text_of(desk.get(start(with_consent)))


def test_what_stands_in_the_way_keeps_it_from_being_started(
    desk: Client, with_consent: Connection
) -> None:
    assert "is out of date" not in text_of(desk.get(preview(with_consent)))
    answer = desk.post(start(with_consent), {"how": "everything"})
    assert answer.headers["Location"] == preview(with_consent)
    assert not Run.objects.filter(kind="sync").exists()


# --- Start


def test_a_start_asks_for_a_look_first(desk: Client, connection: Connection) -> None:
    text = text_of(desk.get(start(connection)))
    assert "so look at that first" in text and "What to start with" not in text
    answer = desk.post(start(connection), {"how": "everything"}, follow=True)
    assert answer.redirect_chain == [(preview(connection), 302)]
    assert "Look at the preview first" in text_of(answer)
    assert not Run.objects.exists()


def test_a_look_at_something_else_is_no_look(desk: Client, connection: Connection) -> None:
    looked(connection)
    Connection.objects.update(direction="a-to-b")
    assert "changed since its" in text_of(desk.get(start(connection)))
    assert desk.post(start(connection), {"how": "everything"}).status_code == 302
    assert not Run.objects.filter(kind="sync").exists()


def test_starting_with_everything_leads_to_the_connection_and_its_first_run(
    operator: Client,
    connection: Connection,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    looked(connection)
    assert "1 would be made new in B" in text_of(operator.get(start(connection)))
    with django_capture_on_commit_callbacks(execute=True):
        answer = operator.post(start(connection), {"how": "everything"})
    assert answer.headers["Location"] == overview(connection)
    run = Run.objects.get(kind="sync")
    assert (run.approved, run.only, str(run.requested_by)) == (True, "", "viewer")
    assert run.limits["changes"] > 0  # no more than the preview showed and some
    assert OrmQ.objects.count() == 1
    progress = reverse("admin:run_progress", args=[run.pk])
    text = text_of(operator.get(overview(connection)))
    assert progress in text and "It is being started." in text and "Go on with" not in text
    assert text.count("The background worker is not running") == 1
    assert carried_out().state == "done"
    connection.refresh_from_db()
    assert connection.state == "active" and names_in(connection, "b") == ["Ada", "Ben"]


def test_starting_twice_is_one_run(desk: Client, connection: Connection) -> None:
    looked(connection)
    for how in ({"how": "everything"}, {"how": "everything"}, {"how": "first", "first": "1"}):
        answer = desk.post(start(connection), how)
        assert answer.headers["Location"] == overview(connection)
    assert Run.objects.filter(kind="sync").count() == 1


def test_a_pilot_on_the_first_few_leaves_a_draft_on_which_everything_is_offered(
    desk: Client, connection: Connection
) -> None:
    looked(connection)
    desk.post(start(connection), {"how": "first", "first": "1"})
    assert "Its pilot is under way" in text_of(desk.get(overview(connection)))
    run = carried_out()
    assert (run.only, run.approved, run.state) == ("first 1", True, "done")
    connection.refresh_from_db()
    assert connection.state == "draft" and names_in(connection, "b") == ["Ada"]
    assert "Its pilot was carried out" in text_of(desk.get(overview(connection)))
    text = text_of(desk.get(start(connection)))
    assert "A pilot has been carried out" in text and "What to start with" in text
    desk.post(start(connection), {"how": "everything"})
    carried_out()
    connection.refresh_from_db()
    assert connection.state == "active" and names_in(connection, "b") == ["Ada", "Ben"]


def test_a_pilot_on_chosen_contacts_takes_addresses_and_those_that_were_searched(
    desk: Client, connection: Connection
) -> None:
    connector = open_account(connection.a.account)
    connector.write(connection.a.remote_id, [Create("cem", person("Cem").fields)])
    looked(connection)
    text = text_of(
        desk.post(start(connection), {"how": "everything", "search": "be", "_search": "1"})
    )
    (key,) = re.findall(r'name="pick" value="([^"]*)"', text)
    assert 'value="chosen" checked' in text  # who searches means these
    assert "Choose at least one contact" not in text
    assert f'value="{key}"> <span>Ben · ben@example.org · in A</span>' in text and "Cem" not in text
    assert not Run.objects.filter(kind="sync").exists()
    picked = {"how": "chosen", "pick": key, "search": "nobody", "_search": "1"}
    assert f'value="{key}" checked> <span>Ben' in text_of(desk.post(start(connection), picked))
    chosen = {"how": "chosen", "pick": key, "contacts": " ADA@example.org \n\n"}
    assert desk.post(start(connection), chosen).status_code == 302
    run = carried_out()
    assert run.only == f"{key}\nADA@example.org"
    assert names_in(connection, "b") == ["Ada", "Ben"]


NO_STARTS: tuple[tuple[dict[str, str], str], ...] = (
    ({"how": "chosen", "contacts": "ada@example.org\nnobody@example.org"}, "nobody@"),
    ({"how": "chosen", "pick": "b:4711"}, "Neither side has a contact"),
    ({"how": "chosen", "contacts": "first 3"}, "Neither side has a contact"),
    ({"how": "everything", "pick": "a:one0"}, "Contacts are chosen, and everything is."),
    ({"how": "chosen"}, "Choose at least one contact"),
    ({"how": "chosen", "contacts": "\n".join(map(str, range(300)))}, "Choose 200 at most"),
    ({"how": "first", "first": ""}, "Say how many, such as 10."),
    ({"how": "first", "first": "0"}, "greater than or equal to 1"),
    ({"how": "first", "first": "many"}, "Give a number, such as 10."),
    ({}, "Choose what to start with."),
    ({"how": "twice"}, "twice is not one of the available choices"),
)


def test_what_is_no_start_is_told(connection: Connection) -> None:
    looked(connection)
    for posted, said in NO_STARTS:
        form = StartForm(QueryDict(urlencode(posted)), connection=connection)
        assert not form.is_valid(), posted
        assert said in str(form.errors), posted


def test_what_is_wrong_about_a_start_is_told_on_top_and_at_its_place(
    desk: Client, connection: Connection
) -> None:
    looked(connection)
    text = text_of(desk.post(start(connection), {"how": "chosen", "contacts": "x@example.org"}))
    alert = text[text.index('role="alert"') :]
    assert "x@example.org" in alert[: alert.index("</div>")]
    assert "Neither side has a contact" in text[text.index('id="error-contacts"') :]
    assert not Run.objects.filter(kind="sync").exists()


def test_who_may_not_see_people_searches_for_none(operator: Client, connection: Connection) -> None:
    looked(connection)
    text = text_of(operator.post(start(connection), {"search": "ben", "_search": "1"}))
    assert "Ben" not in text and 'name="search"' not in text


def test_who_may_only_look_starts_nothing(viewer: Client, connection: Connection) -> None:
    looked(connection)
    assert "Start syncing" not in text_of(viewer.get(start(connection)))
    assert viewer.post(start(connection), {"how": "everything"}).status_code == 403
    assert not Run.objects.filter(kind="sync").exists()


def test_the_start_of_what_is_started_shows_it_and_lets_a_held_run_go_on(
    desk: Client, connection: Connection
) -> None:
    Connection.objects.update(state="active")
    held = Run.objects.create(connection=connection, state="held", finished_at=timezone.now())
    assert desk.get(start(connection)).headers["Location"] == overview(connection)
    answer = desk.post(start(connection))
    run = Run.objects.exclude(pk=held.pk).get()
    assert run.approved and run.kind == "sync"
    assert answer.headers["Location"] == reverse("admin:sync_run_change", args=[run.pk])


# --- All of it


def test_somebody_walks_from_two_apps_to_the_first_sync(desk: Client, var: Any) -> None:
    a, b = container("one", person("Ada", job_title="Countess")), container("two")
    add = reverse("admin:connections_connection_add")
    at = desk.post(add, {"app_a": "memory", "app_b": "memory"}).headers["Location"]
    at = desk.post(at, {"a": a.pk, "b": b.pk}).headers["Location"]
    made = Connection.objects.get()
    assert at == reverse("admin:connection_options", args=[made.pk])
    assert not Beginning.objects.exists()
    carried_out()  # both sides were read while people went on
    steps = desk.get(at).context["places"]
    assert [step.word for step in steps] == [
        "sides", "options", "rules", "mapping", "preview", "start",
    ]  # fmt: skip
    for step in steps:
        assert text_of(desk.get(step.url))
    assert "Countess" in text_of(desk.get(preview(made)))
    answer = desk.post(start(made), {"how": "everything"}, follow=True)
    assert answer.redirect_chain == [(overview(made), 302)]
    assert carried_out().state == "done"
    assert names_in(made, "b") == ["Ada"]
    assert Step.objects.filter(run__kind="sync", verb="create", result="done").count() == 1
