"""The Trash inbox: who is in it, and the two steps that delete."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from connections.models import Connection
from sync.models import Run, Step, SyncRecord
from tests.stories.bench import Bench, person
from tests.sync.desk.deciding import address, carried_out, command, queries_of, text_of

pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench().placed() as placed:
        placed.load(sync_deletions=["b-to-a", "a-to-b"], brakes={"marks": [99, 0.99]})
        yield placed


def throw(bench: Bench, *names: str, side: str = "b") -> None:
    """These are in sync, then deleted on ``side``. Keep stays, so that no side is empty."""
    for name in ("Keep", *names):
        if name not in bench.names("a"):
            bench.a.add(person(name, f"{name.lower()}@x.org", notes=f"about {name}"))
    bench.sync()
    for name in names:
        bench.apps[side].remove(bench.id(side, name))
    bench.sync()


def deleter(*groups: str) -> Client:
    user = User.objects.create_user("deleter", is_staff=True)
    user.groups.set(Group.objects.filter(name__in=groups))
    client = Client()
    client.force_login(user)
    return client


def lines_of(client: Client, bench: Bench) -> list[Any]:
    return list(client.get(address(bench, "trash")).context["lines"])


def value_of(client: Client, bench: Bench, name: str) -> str:
    found: str = next(line.value for line in lines_of(client, bench) if line.name == name)
    return found


def ask(client: Client, bench: Bench, *values: str) -> Any:
    return client.post(address(bench, "trash"), {"chosen": values})


def confirm(client: Client, bench: Bench, *values: str) -> Any:
    return client.post(address(bench, "trash_delete"), {"chosen": values})


# --- what is shown


def test_an_empty_inbox_says_what_that_means(desk: Client, bench: Bench) -> None:
    bench.sync()
    page = text_of(desk.get(address(bench, "trash")))
    assert "<strong>The Trash inbox is empty.</strong>" in page
    assert "Delete those" not in page


def test_the_page_lists_what_the_command_lists(desk: Client, bench: Bench) -> None:
    throw(bench, "Ann", "Bob")
    bench.a.add(person("Dee", "dee@x.org"))
    bench.sync(kind=Run.Kind.UNDO, task={"undo": bench.sync().pk})
    told = command("trash", "pair")
    assert [item["name"] for item in told] == ["Ann", "Bob", "Dee"]
    assert [
        (line.name, line.sign.side, [line.address], line.why) for line in lines_of(desk, bench)
    ] == [(item["name"], item["side"], item["emails"], item["why"]) for item in told]


def test_what_it_holds_and_what_was_deleted_stand_side_by_side(desk: Client, bench: Bench) -> None:
    throw(bench, "Ann")
    bench.edit("a", "Ann", notes="changed since")
    bench.sync()
    [line] = lines_of(desk, bench)
    assert [(x.sign.side, x.note) for x in line.beside.columns] == [("a", ""), ("b", "deleted")]
    page = text_of(desk.get(address(bench, "trash")))
    assert "<mark>changed since</mark>" in page and "<mark>about Ann</mark>" in page
    assert "Deleted in B; marked PieSync Trash." in page


# --- deleting


def test_first_they_are_named_then_they_are_deleted(desk: Client, bench: Bench) -> None:
    throw(bench, "Ann", "Bob", "Cem")
    chosen = [value_of(desk, bench, name) for name in ("Ann", "Bob")]
    page = text_of(ask(desk, bench, *chosen))
    assert "Delete these 2 contacts?" in page and "Nothing is deleted yet." in page
    assert "<strong>Ann</strong> ann@x.org" in page and "<strong>Bob</strong> bob@x.org" in page
    assert "Cem" not in page
    assert 'aria-current="page">Trash' in page
    assert bench.names("a") == ["Ann", "Bob", "Cem", "Keep"]
    assert not Run.objects.filter(kind="by hand").exists()
    answer = confirm(desk, bench, *chosen)
    run = Run.objects.get(state="queued")
    assert answer.headers["Location"] == reverse("admin:sync_run_change", args=[run.pk])
    assert carried_out(bench).state == "done"
    assert bench.names("a") == ["Cem", "Keep"]
    assert [line.name for line in lines_of(desk, bench)] == ["Cem"]
    step = Step.objects.get(run=run, name="Ann")
    assert (step.verb, str(step.by), step.fields["notes"]["before"]) == (
        "delete", "boss", "about Ann",
    )  # fmt: skip
    assert bench.writes(bench.sync()) == 0


def test_those_of_both_apps_are_deleted_in_one_run(desk: Client, bench: Bench) -> None:
    throw(bench, "Ann")
    bench.a.add(person("Dee", "dee@x.org"))
    bench.sync(kind=Run.Kind.UNDO, task={"undo": bench.sync().pk})
    chosen = [value_of(desk, bench, name) for name in ("Ann", "Dee")]
    page = text_of(ask(desk, bench, *chosen))
    assert page.index("In Memory: a") < page.index("Ann</strong>") < page.index("In Memory: b")
    confirm(desk, bench, *chosen)
    carried_out(bench)
    assert (bench.names("a"), bench.names("b")) == (["Dee", "Keep"], ["Keep"])


def test_who_was_kept_meanwhile_is_not_deleted(desk: Client, bench: Bench) -> None:
    throw(bench, "Ann", "Bob")
    chosen = [value_of(desk, bench, name) for name in ("Ann", "Bob")]
    bench.untag("a", "Ann", "PieSync Trash")
    bench.sync()
    page = text_of(ask(desk, bench, *chosen))
    assert "Delete this contact?" in page
    assert "1 contact is not in the inbox any more" in page
    confirm(desk, bench, *chosen)
    carried_out(bench)
    assert bench.names("a") == ["Ann", "Keep"]
    assert confirm(desk, bench, *chosen).headers["Location"] == address(bench, "trash")


def test_who_is_kept_after_the_yes_is_not_deleted_either(desk: Client, bench: Bench) -> None:
    throw(bench, "Ann", "Bob")
    confirm(desk, bench, *(value_of(desk, bench, name) for name in ("Ann", "Bob")))
    bench.untag("a", "Ann", "PieSync Trash")
    run = carried_out(bench)
    assert bench.names("a") == ["Ann", "Keep"]
    refused = Step.objects.get(run=run, result="refused")
    assert refused.why == "Ann is not in the Trash inbox of A: it was not deleted."


def test_what_is_being_deleted_is_not_asked_for_again(desk: Client, bench: Bench) -> None:
    throw(bench, "Ann")
    value = value_of(desk, bench, "Ann")
    confirm(desk, bench, value)
    assert "It is being deleted:" in text_of(desk.get(address(bench, "trash")))
    confirm(desk, bench, value)
    assert Run.objects.filter(state="queued").count() == 1


def test_nobody_chosen_and_nonsense(desk: Client, bench: Bench) -> None:
    throw(bench, "Ann")
    for post in (ask, confirm):
        assert post(desk, bench).status_code == 302
        assert post(desk, bench, "1-c").status_code == 400
        assert post(desk, bench, "999-a").status_code == 302
    row = SyncRecord.objects.get(title="Keep")
    assert confirm(desk, bench, f"{row.pk}-a").status_code == 302
    assert not Run.objects.filter(kind="by hand").exists()


# --- who may


@pytest.mark.parametrize(
    "groups",
    [("Operators",), ("Administrators",), ("Viewers", "Deletes contacts")],
)
def test_deleting_takes_its_right_and_seeing_whom(bench: Bench, groups: tuple[str, ...]) -> None:
    throw(bench, "Ann")
    client = deleter(*groups)
    page = text_of(client.get(address(bench, "trash")))
    assert "Delete those" not in page
    assert (
        "Nobody decides about people whom they cannot see." in page
        if "Deletes contacts" in groups
        else "There is no button to delete" in page
    )
    row = SyncRecord.objects.get(title="Ann")
    for post in (ask, confirm):
        assert post(client, bench, f"{row.pk}-a").status_code == 403
    assert not Run.objects.filter(kind="by hand").exists()


def test_a_viewer_with_both_rights_deletes(bench: Bench) -> None:
    throw(bench, "Ann")
    client = deleter("Viewers", "Sees personal data", "Deletes contacts")
    value = value_of(client, bench, "Ann")
    assert ask(client, bench, value).status_code == 200
    confirm(client, bench, value)
    carried_out(bench)
    assert bench.names("a") == ["Keep"]


def test_who_may_not_see_people_sees_how_many(bench: Bench) -> None:
    """In an order that tells nothing of their names."""
    throw(bench, "Zed", "Ann")
    answer = deleter("Viewers").get(address(bench, "trash"))
    assert [line.name for line in answer.context["lines"]] == [
        f"Contact {SyncRecord.objects.get(title=name).pk}" for name in ("Zed", "Ann")
    ]
    page = text_of(answer)
    assert "Zed" not in page and "Ann" not in page and "x.org" not in page


def test_paused(desk: Client, bench: Bench) -> None:
    throw(bench, "Ann")
    value = value_of(desk, bench, "Ann")
    Connection.objects.update(state="paused")
    assert "resume it first" in text_of(desk.get(address(bench, "trash")))
    confirm(desk, bench, value)
    assert not Run.objects.filter(kind="by hand").exists()


def test_a_post_from_elsewhere_is_refused(bench: Bench) -> None:
    throw(bench, "Ann")
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("boss"))
    for post in (ask, confirm):
        assert post(client, bench, "1-a").status_code == 403


# --- many


def test_a_part_at_a_time_with_as_many_queries(
    desk: Client, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    throw(bench, "Ann")
    few = queries_of(desk, address(bench, "trash"))
    names = [f"N{number:02}" for number in range(12)]
    throw(bench, *names)
    assert queries_of(desk, address(bench, "trash")) == few
    monkeypatch.setattr("sync.desk.trash_inbox.PER_PAGE", 5)
    found, query = [], ""
    while True:
        answer = desk.get(address(bench, "trash") + query)
        found += [[line.name for line in answer.context["lines"]]]
        query = answer.context["later"]
        if not query:
            break
    assert found == [["Ann", *names[:4]], names[4:9], names[9:]]
    page = text_of(desk.get(address(bench, "trash") + "?from=99"))
    assert "There are no more." in page


def test_those_who_were_kept_are_not_gone_through_for_ever(
    desk: Client, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"N{number}" for number in range(6)]
    throw(bench, *names)
    for name in names[:5]:
        bench.untag("a", name, "PieSync Trash")
    bench.sync()
    monkeypatch.setattr("sync.trash.LOOK", 4)
    answer = desk.get(address(bench, "trash"))
    assert "somebody took the mark off" in text_of(answer)
    last = desk.get(address(bench, "trash") + answer.context["later"])
    assert [line.name for line in last.context["lines"]] == ["N5"]
    assert [item["name"] for item in command("trash", "pair")] == ["N5"]
