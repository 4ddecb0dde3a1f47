"""Starting, stopping and trying out; and runs that meet trouble."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from connections.models import Connection, Container
from connectors.errors import AskStaff, TryAgain, Unanswered
from connectors.memory.app import Quirks
from sync.host import this_process
from sync.models import Lease, Run, SyncRecord
from tests.stories.installation import InThisProcess
from tests.stories.people import NOTHING, Pair, in_sync, names, person, texts, two_apps

#: Greater than the kernel ever gives.
NO_PROCESS = 2**22 + 1


# --- Starting, stopping, trying out ---------------------------------------------------------


def test_a_draft_reads_and_never_writes_until_it_is_approved(quick: InThisProcess) -> None:
    with two_apps(quick) as people:
        people.load("state: draft")
        people.a.add(person("Ann", "ann@mail.example"))
        preview = people.sync("--preview")
        assert (preview["kind"], preview["b"]["created"], preview["in_sync"]) == ("preview", 1, 1)
        answer = people.sync(status=2)
        assert (answer["state"], answer["why"]) == (
            "refused",
            "pair is a draft. Look at its preview, then start it with --approve.",
        )
        assert people.b.contacts() == {}
        assert people.sync("--approve")["b"]["created"] == 1
        people.assert_quiet()


def test_a_preview_writes_nothing_and_the_run_does_what_it_showed(people: Pair) -> None:
    people.a.add(person("Ann", "ann@mail.example", job_title="Boss"))
    people.a.add(person("Bob", "bob@mail.example"))
    people.a.add(person("Eve"))
    people.b.add(person("Ann", "ann@mail.example", job_title="Chief"))
    before = people.a.number, people.b.number
    preview = people.sync("--preview")
    assert (people.a.number, people.b.number) == before
    assert SyncRecord.objects.count() == 0
    run = people.sync()
    told = ["linked", "conflicts", "in_sync", "excluded", "duplicates", "to_review", "failed"]
    assert {name: preview[name] for name in told} == {name: run[name] for name in told}
    for side in "ab":
        for name in ("created", "updated"):
            assert preview[side][name] == run[side][name]


def test_a_pilot_syncs_only_whom_it_names(people: Pair) -> None:
    for first in ("Ann", "Bob", "Eve"):
        people.a.add(person(first, f"{first.lower()}@mail.example"))
    people.sync("--preview")
    answer = people.sync("--contact", "BOB@mail.example")
    assert (answer["b"]["created"], names(people.b)) == (1, ["Bob"])
    people.sync("--contact", "a:c1")
    assert names(people.b) == ["Ann", "Bob"]
    answer = people.sync("--contact", "nobody@mail.example", status=2)
    assert answer["why"] == (
        "Neither side has a contact 'nobody@mail.example'. Give an e-mail, a:ID or b:ID."
    )
    assert people.sync()["b"]["created"] == 1
    assert names(people.b) == ["Ann", "Bob", "Eve"]
    people.assert_quiet()


def test_while_paused_nothing_is_written_and_afterwards_all_arrives(
    people: Pair, ann: tuple[str, str]
) -> None:
    assert people.home.manage("pause", "pair").out == "pair is paused.\n"
    people.a.edit(ann[0], {"job_title": "Chief"})
    answer = people.sync(status=2)
    assert answer["why"] == "pair is paused. Nothing is written until `resume pair`."
    assert texts(people.b, ann[1], "job_title") == ["Boss"]
    assert people.home.manage("resume", "pair").out == "pair is active.\n"
    people.sync()
    assert texts(people.b, ann[1], "job_title") == ["Chief"]
    people.assert_quiet()


def test_a_changed_setup_is_planned_again_from_the_mirror(people: Pair) -> None:
    people.load("mappings: [{a: notes, arrow: '<->', b: notes, on: false}]")
    _, two = in_sync(people, "Ann", "ann@mail.example")
    assert texts(people.b, two, "notes") == [""]
    people.load("mappings: [{a: notes, arrow: '<->', b: notes, on: true}]")
    answer = people.sync()
    assert texts(people.b, two, "notes") == ["Old note"]
    assert (answer["a"]["requests"], answer["b"]["requests"], answer["b"]["updated"]) == (1, 2, 1)
    people.assert_quiet()


def test_two_connections_on_one_account(quick: InThisProcess) -> None:
    with two_apps(quick) as people:
        said = quick.load(
            "accounts:\n"
            + "".join(
                f"  - {{name: {name}, app: memory, credentials: {{name: {name}}}}}\n"
                for name in ("one", "two", "third")
            )
            + "connections:\n"
            "  - {name: pair, a: {account: one}, b: {account: two}, state: active}\n"
            "  - {name: other, a: {account: two}, b: {account: third}, state: active}\n"
        )
        assert said.status == 0, said.err
        one = people.a.add(person("Ann", "ann@mail.example", job_title="Boss"))
        said = quick.manage("sync", "--all", "--json")
        assert [(line["connection"], line["b"]["created"]) for line in said.lines] in (
            [("other", 0), ("pair", 1)],
            [("pair", 1), ("other", 1)],
        )
        assert quick.sync("other")[1]["in_sync"] == 1
        people.a.edit(one, {"job_title": "Chief"})
        quick.sync("pair")
        assert quick.sync("other")[1]["b"]["updated"] == 1
        for name in ("pair", "other"):
            status, answer = quick.sync(name)
            assert (status, answer["a"], answer["b"]) == (0, NOTHING, NOTHING)


# --- Runs that meet trouble -----------------------------------------------------------------


def test_a_second_run_of_a_connection_is_told_that_one_is_under_way(people: Pair) -> None:
    people.a.add(person("Ann", "ann@mail.example"))
    host = this_process()
    other = Run.objects.create(
        connection=Connection.objects.get(), state=Run.State.RUNNING, owner=host.owner,
        alive_at=timezone.now(),
    )  # fmt: skip
    answer = people.sync(status=3)
    assert (answer["state"], answer["why"]) == (
        "busy",
        "Another run of this connection is under way.",
    )
    assert people.b.contacts() == {}
    other.delete()
    assert people.sync()["b"]["created"] == 1


def test_a_run_whose_process_died_is_no_obstacle(people: Pair) -> None:
    people.a.add(person("Ann", "ann@mail.example"))
    machine, _, started = this_process().owner.rsplit("/", 2)
    dead = f"{machine}/{NO_PROCESS}/{started}"
    Run.objects.create(
        connection=Connection.objects.get(),
        state=Run.State.RUNNING,
        owner=dead,
        alive_at=timezone.now(),
    )
    for account_id in Container.objects.values_list("account_id", flat=True):
        until = timezone.now() + timedelta(minutes=2)
        Lease.objects.create(account_id=account_id, owner=dead, until=until, fence=1)
    assert people.sync()["b"]["created"] == 1


def test_what_one_side_showed_is_kept_when_the_other_cannot_be_read(
    people: Pair, ann: tuple[str, str]
) -> None:
    people.a.edit(ann[0], {"job_title": "Chief"})
    people.b.interrupt = _fails("before", "changes", TryAgain("It is down."))
    answer = people.sync(status=2)
    assert (answer["state"], answer["why"]) == (
        "failed",
        "It is down. It is tried again by itself.",
    )
    assert answer["in_sync"] == 1
    assert texts(people.b, ann[1], "job_title") == ["Boss"]
    number = Container.objects.get(account__name="one").number
    people.b.interrupt = _nothing
    people.sync()
    assert texts(people.b, ann[1], "job_title") == ["Chief"]
    assert Container.objects.get(account__name="one").number == number
    people.assert_quiet()


def test_one_broken_account_does_not_stop_other_connections(quick: InThisProcess) -> None:
    with two_apps(quick) as people:
        said = quick.load(
            "accounts:\n"
            + "".join(
                f"  - {{name: {name}, app: memory, credentials: {{name: {name}}}}}\n"
                for name in ("one", "two", "third", "fourth")
            )
            + "connections:\n"
            "  - {name: bad, a: {account: one}, b: {account: third}, state: active}\n"
            "  - {name: good, a: {account: two}, b: {account: fourth}, state: active}\n"
        )
        assert said.status == 0, said.err
        people.b.add(person("Ann", "ann@mail.example"))
        people.a.interrupt = _fails("before", "changes", AskStaff("It is locked.", "Unlock it."))
        said = quick.manage("sync", "--all", "--json")
        assert said.status == 2
        bad, good = said.lines
        assert (bad["state"], bad["why"]) == ("refused", "It is locked. Unlock it.")
        assert (good["state"], good["b"]["created"]) == ("done", 1)


def test_a_refused_contact_is_tried_again_only_when_it_changed(quick: InThisProcess) -> None:
    with two_apps(quick, b=Quirks(unique_emails=True)) as people:
        people.load("avoid_duplicates: false")
        ann = people.a.add(person("Ann", "ann@mail.example"))
        people.a.add(person("Bob", "bob@mail.example"))
        people.b.interrupt = _refuses_to_write(people, "ann@mail.example")
        answer = people.sync(status=1)
        assert (answer["failed"], names(people.b)) == ({"refused": 1}, ["Bob"])
        answer = people.sync(status=1)
        assert (answer["b"], answer["failed"]) == (NOTHING, {"refused": 1})
        people.b.interrupt = _nothing
        assert people.sync(status=1)["b"] == NOTHING
        people.a.edit(ann, {"job_title": "Boss"})
        answer = people.sync()
        assert (answer["b"]["created"], answer["failed"]) == (1, {})
        people.assert_quiet()


def test_a_passing_fault_is_tried_again_by_itself(people: Pair) -> None:
    people.a.add(person("Ann", "ann@mail.example"))
    people.b.interrupt = _fails("before", "write", TryAgain("Too many requests.", after=0.1))
    answer = people.sync(status=1)
    assert (answer["failed"], people.b.contacts()) == ({"try again": 1}, {})
    people.b.interrupt = _nothing
    answer = people.sync()
    assert (answer["b"]["created"], answer["failed"]) == (1, {})
    people.assert_quiet()


def test_a_lost_answer_is_looked_up_before_the_write_is_repeated(people: Pair) -> None:
    people.a.add(person("Ann", "ann@mail.example"))
    people.b.interrupt = _fails("after", "write", Unanswered("The line was cut."))
    people.sync(status=2)
    assert names(people.b) == ["Ann"]
    people.b.interrupt = _nothing
    answer = people.sync()
    assert (names(people.b), people.b.number, answer["in_sync"]) == (["Ann"], 1, 1)
    assert [step["result"] for step in people.steps("create")] == ["done"]
    people.assert_quiet()


def _nothing(moment: str, call: str) -> None:
    """The app works."""


def _fails(moment: str, call: str, error: Exception) -> Callable[[str, str], None]:
    def interrupt(now: str, what: str) -> None:
        if (now, what) == (moment, call):
            raise error

    return interrupt


def _refuses_to_write(people: Pair, address: str) -> Callable[[str, str], None]:
    """Just before each write somebody else takes the address, and gives it back after it."""
    taken: list[str] = []

    def interrupt(moment: str, call: str) -> None:
        if call != "write":
            return
        if moment == "before":
            taken.append(people.b.add(person("Squatter", address)))
        else:
            people.b.people.pop(taken.pop())

    return interrupt
