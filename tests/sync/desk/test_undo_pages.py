"""Undo of a run, a contact or a step: looked at first, then carried out."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from connections.models import Connection
from sync.audit import in_words
from sync.models import Run, Step, SyncRecord
from tests.stories.bench import Bench, person
from tests.sync.desk.deciding import address, carried_out, command, queries_of, text_of

pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench().placed() as placed:
        placed.load()
        for name in ("Ann", "Bob"):
            placed.a.add(person(name, f"{name.lower()}@x.org", company="Old", notes="old"))
        placed.sync()
        yield placed


@pytest.fixture
def blind(viewer: Client) -> Client:
    """May undo, and sees nobody."""
    user = User.objects.get(username="viewer")
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    user.user_permissions.add(Permission.objects.get(codename="operate_connection"))
    return viewer


def changed(bench: Bench) -> Run:
    """A run that wrote company and notes of both to B."""
    for name in ("Ann", "Bob"):
        bench.edit("a", name, company="New", notes="new")
    return bench.sync()


def page(client: Client, bench: Bench, **query: Any) -> Any:
    return client.get(address(bench, "undo", **query))


def post(client: Client, bench: Bench, **data: Any) -> Any:
    return client.post(address(bench, "undo"), data)


def looked(client: Client, bench: Bench, **query: Any) -> Any:
    """The page with its preview."""
    assert post(client, bench, **query).headers["Location"] == address(bench, "undo", **query)
    assert carried_out(bench).kind == "preview"
    return page(client, bench, **query)


def done(client: Client, bench: Bench, **query: Any) -> Run:
    looked(client, bench, **query)
    answer = post(client, bench, **query, _do="1")
    run = Run.objects.get(state="queued")
    assert answer.headers["Location"] == reverse("admin:sync_run_change", args=[run.pk])
    run = carried_out(bench)
    assert (run.kind, run.state) == ("undo", "done"), run.why
    return run


def offered(client: Client, url: str) -> dict[str, dict[str, int]]:
    return dict(client.get(url).context["undo_offers"])


def of_run(run: Run) -> str:
    return reverse("admin:sync_run_change", args=[run.pk])


def of_step(step: Step) -> str:
    return reverse("admin:sync_step_change", args=[step.pk])


# --- the way through it


def test_a_run_is_looked_at_and_then_put_back(desk: Client, bench: Bench) -> None:
    run = changed(bench)
    query = offered(desk, of_run(run))["Undo this run"]
    assert query == {"run": run.pk}
    assert f'action="{address(bench, "undo")}"' in text_of(desk.get(of_run(run)))
    post(desk, bench, **query)
    preview = Run.objects.get(state="queued")
    assert (preview.kind, preview.task) == ("preview", {"undo": run.pk})
    progress = reverse("admin:run_progress", args=[preview.pk])
    assert f'hx-get="{progress}"' in text_of(page(desk, bench, **query))
    carried_out(bench)
    answer = page(desk, bench, **query)
    assert "<strong>2</strong> contacts in B would get their values from before." in text_of(answer)
    assert "<del>New</del> → <ins>Old</ins>" in text_of(answer)
    assert bench.text("b", "Ann", "company") == "New", "nothing is written yet"
    post(desk, bench, **query, _do="1")
    assert carried_out(bench).kind == "undo"
    assert {bench.text("b", name, "company") for name in ("Ann", "Bob")} == {"Old"}
    assert {str(step.by) for step in Step.objects.filter(verb="undo", run__kind="undo")} == {"boss"}
    assert bench.writes(bench.sync()) == 0


def test_the_preview_shows_what_the_command_shows(desk: Client, bench: Bench) -> None:
    run = changed(bench)
    bench.edit("b", "Ann", company="Edited since")
    shown = looked(desk, bench, run=run.pk).context["shown"]
    mine = {person.name: (len(person.back), list(person.left)) for person in shown.people}
    [told] = command("undo", str(run.pk), "--preview")
    assert {side: told[side]["updated"] for side in "ab"} == shown.back
    assert (told["kind"], told["b"]["updated"]) == ("preview", 2)
    steps = Step.objects.filter(run=told["run"])
    theirs = {
        name: (
            sum(bool(step.fields) for step in steps if step.name == name),
            [step.why for step in steps if step.name == name and not step.fields],
        )
        for name in ("Ann", "Bob")
    }
    assert mine == theirs
    assert shown.left == 1
    out = io.StringIO()
    call_command("undo", str(run.pk), "--preview", stdout=out)
    text = text_of(looked(desk, bench, run=run.pk))
    for step in steps:
        for change in step.fields.values():
            before, after = in_words(change["before"]), in_words(change["after"])
            assert f"{before!r} → {after!r}" in out.getvalue()
            assert f"<del>{before}</del> → <ins>{after}</ins>" in text


def test_what_changed_since_is_left_field_by_field_and_said(desk: Client, bench: Bench) -> None:
    run = changed(bench)
    bench.edit("b", "Ann", company="Edited since")
    text = text_of(looked(desk, bench, run=run.pk))
    assert "company was changed since; it is left as it is." in text
    assert "<strong>1</strong> value would be left as it is." in text
    post(desk, bench, run=run.pk, _do="1")
    carried_out(bench)
    assert bench.text("b", "Ann", "company") == "Edited since"
    assert bench.text("b", "Ann", "notes") == "old"


def test_a_step(desk: Client, bench: Bench) -> None:
    run = changed(bench)
    step = Step.objects.get(run=run, name="Ann")
    offers = offered(desk, of_step(step))
    query = offers["Undo this step"]
    assert query == {"run": run.pk, "step": step.pk}
    done(desk, bench, **query)
    assert [bench.text("b", name, "company") for name in ("Ann", "Bob")] == ["Old", "New"]


def test_all_that_a_run_did_to_one_contact(desk: Client, bench: Bench) -> None:
    run = changed(bench)
    step = Step.objects.get(run=run, name="Ann")
    query = offered(desk, of_step(step))[f"Undo all that run {run.pk} did to this contact"]
    assert query == {"run": run.pk, "contact": step.sync_record_id}
    done(desk, bench, **query)
    assert [bench.text("b", name, "company") for name in ("Ann", "Bob")] == ["Old", "New"]
    assert Run.objects.get(kind="undo").task["contact"] == f"a:{bench.id('a', 'Ann')}"


def test_a_contact_is_named_by_its_address_too(desk: Client, bench: Bench) -> None:
    """And is a number in the address afterwards, since that is kept by browsers and servers."""
    run, row = changed(bench), bench.record("Bob")
    answer = post(desk, bench, run=run.pk, contact="bob@x.org")
    assert answer.headers["Location"] == address(bench, "undo", run=run.pk, contact=row.pk)
    carried_out(bench)
    post(desk, bench, run=run.pk, contact=row.pk, _do="1")
    carried_out(bench)
    assert [bench.text("b", name, "company") for name in ("Ann", "Bob")] == ["New", "Old"]
    text = text_of(page(desk, bench, run=run.pk, contact="eve@x.org"))
    assert "did nothing to &#x27;eve@x.org&#x27;" in text


def test_an_undo_is_undone(desk: Client, bench: Bench) -> None:
    undone = done(desk, bench, run=changed(bench).pk)
    assert bench.text("b", "Ann", "company") == "Old"
    assert "Undo this run" in offered(desk, of_run(undone))
    done(desk, bench, run=undone.pk)
    assert bench.text("b", "Ann", "company") == "New"


def test_a_creation_leaves_two_apart_and_leads_to_the_trash_inbox(
    desk: Client, bench: Bench
) -> None:
    first = Run.objects.earliest("pk")
    text = text_of(looked(desk, bench, run=first.pk))
    assert "<strong>2</strong> pairs would be apart" in text
    assert address(bench, "trash") in text
    post(desk, bench, run=first.pk, _do="1")
    undone = carried_out(bench)
    assert bench.names("b") == ["Ann", "Bob"]
    assert {state for _, state, _ in bench.states()} == {"apart"}
    text = text_of(looked(desk, bench, run=undone.pk))
    assert "<strong>2</strong> pairs would be one again" in text


def test_where_nothing_can_be_put_back_there_is_no_button(desk: Client, bench: Bench) -> None:
    run = changed(bench)
    for name in ("Ann", "Bob"):
        bench.edit("b", name, company="Since", notes="since")
    text = text_of(looked(desk, bench, run=run.pk))
    assert "Nothing: everything was changed since" in text
    assert "Put it back" not in text


# --- what is not offered, and not done


def test_nothing_is_done_without_a_look(desk: Client, bench: Bench) -> None:
    run = changed(bench)
    answer = post(desk, bench, run=run.pk, _do="1")
    assert answer.headers["Location"] == address(bench, "undo", run=run.pk)
    assert "Look at what would be put back first." in text_of(page(desk, bench, run=run.pk))
    looked(desk, bench, run=run.pk)
    step = Step.objects.filter(run=run).first()
    assert step
    looked(desk, bench, run=run.pk, step=step.pk)
    post(desk, bench, run=run.pk, _do="1")
    assert not Run.objects.filter(kind="undo").exists(), "another look took the place of it"


def test_pressing_twice_is_one_preview_and_one_undo(desk: Client, bench: Bench) -> None:
    run = changed(bench)
    for _ in range(2):
        post(desk, bench, run=run.pk)
    carried_out(bench)
    for _ in range(2):
        post(desk, bench, run=run.pk, _do="1")
    carried_out(bench)
    assert bench.text("b", "Ann", "company") == "Old"


def test_what_cannot_be_undone_is_not_offered_and_says_why(desk: Client, bench: Bench) -> None:
    quiet = bench.sync()
    assert offered(desk, of_run(quiet)) == {}
    text = text_of(page(desk, bench, run=quiet.pk))
    assert f"Run {quiet.pk} changed nothing that can be put back." in text
    assert "Show what would be put back" not in text
    post(desk, bench, run=quiet.pk)
    assert not Run.objects.filter(state="queued").exists()


def test_an_address_without_a_run_leads_to_the_runs(desk: Client, bench: Bench) -> None:
    runs = reverse("admin:sync_run_changelist")
    for answer in (page(desk, bench), post(desk, bench)):
        assert answer.headers["Location"].startswith(runs)
    for wrong in ({"run": 999}, {"run": "x"}, {"run": Run.objects.earliest("pk").pk, "step": "x"}):
        assert page(desk, bench, **wrong).status_code == 404
    run = changed(bench)
    assert page(desk, bench, run=run.pk, contact=999).status_code == 404


def test_it_works_while_the_connection_is_paused(desk: Client, bench: Bench) -> None:
    run = changed(bench)
    Connection.objects.update(state="paused")
    done(desk, bench, run=run.pk)
    assert bench.text("b", "Ann", "company") == "Old"


# --- who may


def test_who_may_only_look_is_offered_nothing(viewer: Client, bench: Bench) -> None:
    run = changed(bench)
    assert offered(viewer, of_run(run)) == {}
    assert "Undoing takes the right to operate connections." in text_of(
        page(viewer, bench, run=run.pk)
    )
    assert post(viewer, bench, run=run.pk).status_code == 403


def test_who_may_not_see_people_undoes_a_run_and_no_contact(blind: Client, bench: Bench) -> None:
    run = changed(bench)
    step = Step.objects.filter(run=run).first()
    assert step and step.sync_record_id
    assert offered(blind, of_step(step)) == {}
    for query in ({"step": step.pk}, {"contact": step.sync_record_id}):
        assert post(blind, bench, run=run.pk, **query).status_code == 403
        assert "whom they cannot see" in text_of(page(blind, bench, run=run.pk, **query))
    text = text_of(looked(blind, bench, run=run.pk))
    assert "<strong>2</strong> contacts in B" in text
    assert "Ann" not in text and "Old" not in text and "x.org" not in text
    done(blind, bench, run=run.pk)
    assert bench.text("b", "Ann", "company") == "Old"


def test_a_post_from_elsewhere_is_refused(bench: Bench) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("boss"))
    assert post(client, bench, run=changed(bench).pk).status_code == 403


def test_as_many_queries_for_many_contacts_as_for_few(desk: Client, bench: Bench) -> None:
    run = changed(bench)
    looked(desk, bench, run=run.pk)
    step = Step.objects.filter(run=run)[0]
    urls = [of_run(run), of_step(step), address(bench, "undo", run=run.pk)]
    few = [queries_of(desk, url) for url in urls]
    for number in range(20):
        bench.a.add(person(f"N{number}", f"n{number}@x.org"))
    bench.sync()
    for number in range(20):
        bench.edit("a", f"N{number}", company="New")
    run = bench.sync(approved=True)
    assert SyncRecord.objects.count() == 22 and run.steps.count() == 20
    looked(desk, bench, run=run.pk)
    step = Step.objects.filter(run=run)[0]
    urls = [of_run(run), of_step(step), address(bench, "undo", run=run.pk)]
    assert [queries_of(desk, url) for url in urls] == few
