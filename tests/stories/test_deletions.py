"""Deletions of semantics §7: nothing is deleted, the survivor is marked, the key stays closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from connections.accounts import open_account
from connections.models import Account, Connection
from connectors.connector import Connector, Ending, Page, World
from connectors.errors import TryAgain
from connectors.memory.app import Quirks
from connectors.memory.connector import Memory
from rules.configuration.problems import ConfigurationError
from sync.models import Run
from sync.queue import ask_for_run
from sync.run import perform
from tests.connectors.carddav.servers import RadicaleServer
from tests.stories.bench import TAGS, Bench, has, person, rule
from tests.stories.book import AddressBook
from tests.stories.home import card_of
from tests.stories.installation import InThisProcess, account, pair
from tests.stories.vcards import value_of, with_lines

pytestmark = pytest.mark.sqlite_only

TRASH = "PieSync Trash"
BOTH = ["a-to-b", "b-to-a"]
ARCHIVE = Quirks(archives=True)


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench().placed() as placed:
        placed.load(sync_deletions=BOTH)
        yield placed


def other(side: str) -> str:
    return "b" if side == "a" else "a"


def met(bench: Bench, *tags: str) -> None:
    """Ann and Zoe on both sides, in sync. Zoe stays, so that no side is ever empty."""
    bench.a.add(person("Ann", "ann@x.org", tags=tags))
    bench.a.add(person("Zoe", "zoe@x.org", tags=tags))
    bench.sync()
    assert bench.names("b") == ["Ann", "Zoe"]


def delete(bench: Bench, side: str, first: str = "Ann") -> str:
    id = bench.id(side, first)
    bench.apps[side].remove(id)
    return id


def assert_quiet(bench: Bench) -> None:
    run = bench.sync()
    assert (run.state, bench.verbs(run)) == (Run.State.DONE, [])


# --- the mark ------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["a", "b"])
def test_a_contact_deleted_in_one_app_is_marked_on_its_counterpart(bench: Bench, side: str) -> None:
    met(bench)
    delete(bench, side)
    run = bench.sync()
    assert bench.segments(other(side), "Ann") == [TRASH]
    assert (bench.names(side), bench.names(other(side))) == (["Zoe"], ["Ann", "Zoe"])
    assert bench.verbs(run) == ["delete", "mark"]
    assert run.counts[other(side)]["marked"] == 1
    assert bench.record("Ann").state == "deleted_opposite"
    assert_quiet(bench)


@pytest.mark.parametrize("side", ["a", "b"])
def test_only_the_ticked_direction_is_marked(bench: Bench, side: str) -> None:
    bench.load(sync_deletions=["a-to-b" if side == "b" else "b-to-a"])
    met(bench)
    delete(bench, side)
    run = bench.sync()
    assert bench.segments(other(side), "Ann") == []
    assert bench.verbs(run) == ["delete"], "it is noted all the same"
    assert bench.record("Ann").state == "deleted_opposite"
    assert_quiet(bench)


@pytest.mark.parametrize(
    ("kinds", "kind"),
    [
        ({"label"}, "label"),
        ({"category"}, "category"),
        ({"group"}, "group"),
        ({"bucket"}, "bucket"),
        ({"tag", "group"}, "tag"),
        ({"label", "bucket"}, "label"),
    ],
)
def test_where_an_app_has_no_tags_its_nearest_kind_is_used(
    db: None, kinds: set[str], kind: str
) -> None:
    with Bench(a=Quirks(segments=frozenset(kinds))).placed() as bench:
        bench.load(sync_deletions=["b-to-a"])
        met(bench)
        delete(bench, "b")
        bench.sync()
        marked = [(x.kind, x.name) for x in bench.contact("a", "Ann").segments]
        assert marked == [(kind, TRASH)]
        assert_quiet(bench)


def test_the_names_of_the_marks_are_settings(bench: Bench, settings: object) -> None:
    settings.TRASH_MARK = "Gone elsewhere"  # type: ignore[attr-defined]
    met(bench)
    delete(bench, "b")
    bench.sync()
    assert bench.segments("a", "Ann") == ["Gone elsewhere"]


def test_the_mark_is_put_on_once_and_not_enforced(bench: Bench) -> None:
    met(bench)
    delete(bench, "b")
    bench.sync()
    bench.untag("a", "Ann", TRASH)
    bench.edit("a", "Ann", notes="Still a client")
    run = bench.sync()
    assert bench.segments("a", "Ann") == []
    assert bench.writes(run) == 0
    run = bench.sync(full=True)
    assert bench.verbs(run) == []
    assert bench.segments("a", "Ann") == []


def test_deleted_here_and_edited_there_is_marked_all_the_same_and_the_edit_stays(
    bench: Bench,
) -> None:
    met(bench)
    delete(bench, "b")
    bench.edit("a", "Ann", job_title="Boss")
    bench.sync()
    assert bench.segments("a", "Ann") == [TRASH]
    assert bench.text("a", "Ann", "job_title") == "Boss"
    assert bench.names("b") == ["Zoe"]
    assert_quiet(bench)


def test_nothing_is_ever_deleted_automatically(bench: Bench) -> None:
    met(bench)
    delete(bench, "b")
    for _ in range(3):
        bench.wait(days=40)
        bench.sync(full=True)
    assert bench.names("a") == ["Ann", "Zoe"]


def test_a_deletion_while_excluded_is_noted_and_not_marked(bench: Bench) -> None:
    bench.load(rules=[rule("Clients", "a", [has("Client")])])
    met(bench, "Client")
    bench.untag("a", "Ann", "Client")
    bench.sync()
    assert bench.record("Ann").state == "excluded"
    ann = delete(bench, "b")
    run = bench.sync()
    assert bench.segments("a", "Ann") == []
    assert bench.verbs(run) == ["delete"]
    assert bench.record("Ann").state == "deleted_opposite"
    bench.tag("a", "Ann", "Client")
    bench.sync()
    assert bench.segments("a", "Ann") == ["Client"], "it was excluded when it was deleted"
    bench.b.revive(ann)
    bench.sync()
    assert bench.record("Ann").state == "in_sync"
    assert_quiet(bench)


def test_an_option_that_no_app_can_serve_is_not_there_to_tick(db: None) -> None:
    dumb = Quirks(tells_deletions=False, segments=frozenset())
    with Bench(b=dumb).placed() as bench:
        for direction in BOTH:
            with pytest.raises(ConfigurationError, match=f"{direction} is not possible"):
                bench.load(sync_deletions=[direction])


# --- the key stays closed ------------------------------------------------------------------


@pytest.mark.parametrize("side", ["a", "b"])
def test_a_deleted_key_is_never_created_there_again_by_the_sync(bench: Bench, side: str) -> None:
    met(bench)
    delete(bench, side)
    bench.sync()
    bench.edit(other(side), "Ann", notes="Changed")
    bench.sync()
    bench.load(winner="b")
    bench.sync()
    bench.sync(full=True)
    assert bench.names(side) == ["Zoe"]


@pytest.mark.parametrize("side", ["a", "b"])
@pytest.mark.parametrize("first", ["Ann", "Anna"])
def test_not_even_for_a_new_contact_of_the_same_address(
    bench: Bench, side: str, first: str
) -> None:
    met(bench)
    delete(bench, side)
    bench.sync()
    bench.apps[other(side)].add(person(first, "ann@x.org", notes="new"))
    run = bench.sync()
    assert bench.names(side) == ["Zoe"]
    states = [(state, cause) for title, state, cause in bench.states() if title.startswith("Ann")]
    assert sorted(states) == [("deleted_opposite", "deleted"), ("to_review", "deleted there")]
    [hold] = [step for step in bench.steps(run) if step.verb == "hold"]
    assert "2026-11-23" in hold.why
    assert hold.why.endswith("create it again?")
    assert_quiet(bench)


def test_not_even_when_the_survivor_was_renamed_and_has_another_address(bench: Bench) -> None:
    met(bench)
    delete(bench, "b")
    bench.sync()
    bench.edit("a", "Ann", emails=person("", "married@x.org").get("emails"))
    bench.sync()
    bench.a.add(person("Anna", "ann@x.org"))
    bench.sync()
    assert bench.names("b") == ["Zoe"]


def test_of_a_new_contact_that_came_in_the_run_of_the_deletion_too(bench: Bench) -> None:
    met(bench)
    delete(bench, "b")
    bench.a.add(person("Anna", "ann@x.org"))
    bench.sync()
    assert bench.names("b") == ["Zoe"]
    assert ("Anna", "to_review", "deleted there") in bench.states()


def test_deleted_on_both_sides_is_agreed_and_the_key_is_free_again(bench: Bench) -> None:
    met(bench)
    delete(bench, "b")
    bench.sync()
    delete(bench, "a")
    bench.sync()
    bench.a.add(person("Ann", "ann@x.org", notes="Came back"))
    bench.sync()
    assert bench.text("b", "Ann", "notes") == "Came back"
    assert_quiet(bench)


def test_deleted_on_both_sides_between_two_runs_marks_nobody(bench: Bench) -> None:
    met(bench)
    delete(bench, "b")
    delete(bench, "a")
    run = bench.sync()
    assert bench.writes(run) == 0
    bench.b.add(person("Ann", "ann@x.org"))
    bench.sync()
    assert bench.names("a") == ["Ann", "Zoe"]


# --- back again ----------------------------------------------------------------------------


def test_a_new_contact_on_the_side_of_the_deletion_is_paired_with_the_survivor(
    bench: Bench,
) -> None:
    met(bench)
    delete(bench, "b")
    bench.sync()
    bench.edit("a", "Ann", job_title="Boss")
    bench.sync()
    bench.b.add(person("Ann", "ann@x.org", notes="Made anew"))
    run = bench.sync()
    assert sorted(bench.verbs(run)) == ["link", "restore", "unmark", "update", "update"]
    assert bench.segments("a", "Ann") == [], "our mark is taken off"
    assert bench.text("b", "Ann", "job_title") == "Boss"
    assert bench.text("a", "Ann", "notes") == "Made anew"
    assert bench.record("Ann").state == "in_sync"
    assert_quiet(bench)


def test_a_mark_that_was_there_before_is_not_ours_and_stays(bench: Bench) -> None:
    met(bench)
    bench.tag("a", "Ann", "piesync trash")
    bench.sync()
    ann = delete(bench, "b")
    run = bench.sync()
    assert bench.writes(run) == 0
    bench.b.revive(ann)
    run = bench.sync()
    assert bench.record("Ann").state == "in_sync"
    assert bench.segments("a", "Ann") == ["piesync trash"]
    assert bench.writes(run) == 0


def test_restored_takes_our_mark_off_and_the_merge_goes_on(bench: Bench) -> None:
    met(bench)
    ann = delete(bench, "b")
    bench.sync()
    bench.edit("a", "Ann", job_title="Boss")
    bench.sync()
    bench.b.revive(ann)
    bench.b.edit(ann, {"notes": "Restored"})
    run = bench.sync()
    assert bench.segments("a", "Ann") == []
    assert bench.text("b", "Ann", "job_title") == "Boss"
    assert bench.text("a", "Ann", "notes") == "Restored"
    assert "unmark" in bench.verbs(run)
    assert "restore" in bench.verbs(run)
    assert len(bench.b.contacts()) == 2
    assert_quiet(bench)


def test_deleted_and_restored_again_and_again_is_marked_again(bench: Bench) -> None:
    met(bench)
    for _ in range(2):
        ann = delete(bench, "b")
        bench.sync()
        assert bench.segments("a", "Ann") == [TRASH]
        bench.b.revive(ann)
        bench.wait(days=2)
        bench.sync()
        assert bench.segments("a", "Ann") == []


def test_archived_counts_as_deleted_and_out_again_as_restored(db: None) -> None:
    with Bench(b=ARCHIVE).placed() as bench:
        bench.load(sync_deletions=["b-to-a"])
        met(bench)
        ann = bench.id("b", "Ann")
        bench.b.archive(ann)
        bench.sync()
        assert bench.segments("a", "Ann") == [TRASH]
        assert bench.record("Ann").state == "deleted_opposite"
        bench.b.restore(ann)
        bench.sync()
        assert bench.segments("a", "Ann") == []
        assert bench.record("Ann").state == "in_sync"
        assert_quiet(bench)


def test_a_write_never_revives(db: None) -> None:
    with Bench(b=ARCHIVE).placed() as bench:
        bench.load(sync_deletions=["b-to-a"])
        met(bench)
        ann = bench.id("b", "Ann")
        bench.edit("a", "Ann", job_title="Boss")

        def archive_first(moment: str, call: str) -> None:
            if (moment, call) == ("before", "write"):
                bench.b.interrupt = lambda moment, call: None
                bench.b.archive(ann)

        bench.b.interrupt = archive_first
        bench.sync()
        assert bench.names("b") == ["Zoe"]
        bench.edit("a", "Ann", job_title="Chief")
        bench.sync()
        assert bench.names("b") == ["Zoe"]
        assert bench.b.current(ann).contact is not None
        assert bench.b.current(ann).contact.text("job_title") == ""  # type: ignore[union-attr]
        assert bench.segments("a", "Ann") == [TRASH]


def test_what_is_archived_at_first_sight_meets_nobody(db: None) -> None:
    with Bench(b=ARCHIVE).placed() as bench:
        bench.load(sync_deletions=["b-to-a"])
        bench.b.add(person("Bob", "bob@x.org"))
        bench.b.archive(bench.b.add(person("Ann", "ann@x.org")))
        bench.a.add(person("Ann", "ann@x.org"))
        bench.sync()
        assert bench.segments("a", "Ann") == [], "it is not known that the two belonged together"


# --- what a deletion is believed from ------------------------------------------------------


class Torn(Memory):
    """Shows its first page; then this happens."""

    def changes(self, container, cursor, known):  # type: ignore[no-untyped-def]
        pages = super().changes(container, cursor, known)
        yield next(pages)
        raise TryAgain("The line went dead in the middle of the listing.")


class Truncated(Memory):
    """Shows its first page and says, truly, that this is not everything."""

    def changes(self, container, cursor, known):  # type: ignore[no-untyped-def]
        pages = super().changes(container, cursor, known)
        yield next(pages)
        yield Page(ending=Ending(cursor, complete=False))


class Haunted(Memory):
    """Names tombstones although it was asked for everything."""

    tombstones: Sequence[str] = ()

    def changes(self, container, cursor, known):  # type: ignore[no-untyped-def]
        for page in super().changes(container, cursor, known):
            ending = page.ending and replace(page.ending, complete=False)
            yield replace(page, gone=type(self).tombstones, ending=ending)


def sync_through(bench: Bench, kind: type[Memory], side: str = "b", full: bool = False) -> Run:
    """A run in which the app of this side answers in a way of its own."""

    def opened(account: Account, world: World) -> Connector:
        normal = open_account(account, world)
        if account.name != side or not isinstance(normal, Memory):
            return normal
        return kind({"name": account.name}, normal._world)

    bench.wait(minutes=1)
    run = ask_for_run(bench.connection(), full=full)
    return perform(run.pk, host=bench.host, open_account=opened)


@pytest.fixture
def listing(db: None) -> Iterator[Bench]:
    """B can only be listed, in pages of one."""
    with Bench(b=replace(TAGS, deltas=False, page=1)).placed() as placed:
        placed.load(sync_deletions=["b-to-a"])
        met(placed)
        yield placed


def nobody_is_marked(bench: Bench) -> bool:
    kept = all(bench.segments("a", first) == [] for first in bench.names("a"))
    return kept and bench.states() == [("Ann", "in_sync", ""), ("Zoe", "in_sync", "")]


def test_a_complete_successful_listing_is_believed(listing: Bench) -> None:
    delete(listing, "b")
    listing.sync()
    assert listing.segments("a", "Ann") == [TRASH]


def test_a_listing_that_failed_infers_nothing(listing: Bench) -> None:
    run = sync_through(listing, Torn)
    assert run.state == Run.State.FAILED
    assert nobody_is_marked(listing)
    assert_quiet(listing)


def test_a_truncated_listing_infers_nothing(listing: Bench) -> None:
    assert sync_through(listing, Truncated).state == Run.State.DONE
    assert nobody_is_marked(listing)
    assert_quiet(listing)


def test_an_empty_listing_infers_nothing(listing: Bench) -> None:
    people, listing.b.people = listing.b.people, {}
    run = listing.sync()
    assert run.state == Run.State.HELD
    assert nobody_is_marked(listing)
    listing.b.people = people
    assert_quiet(listing)
    assert nobody_is_marked(listing)


def test_an_error_infers_nothing(bench: Bench) -> None:
    met(bench)

    def fail(moment: str, call: str) -> None:
        raise TryAgain("The app is out of order.")

    bench.b.interrupt = fail
    assert bench.sync().state == Run.State.FAILED
    bench.b.interrupt = lambda moment, call: None
    assert nobody_is_marked(bench)
    assert_quiet(bench)


def test_tombstones_in_a_first_listing_infer_nothing(bench: Bench) -> None:
    met(bench)
    Haunted.tombstones = [bench.id("b", "Ann")]
    assert sync_through(bench, Haunted, full=True).state == Run.State.DONE
    assert nobody_is_marked(bench)
    bench.sync(full=True)
    assert nobody_is_marked(bench)


def test_an_app_that_never_tells_is_never_believed_to_have_lost_anybody(db: None) -> None:
    with Bench(b=Quirks(tells_deletions=False)).placed() as bench:
        bench.load()
        met(bench)
        delete(bench, "b")
        bench.sync(full=True)
        assert nobody_is_marked(bench)
        bench.edit("a", "Ann", notes="Changed")
        bench.sync()
        assert bench.record("Ann").state == "deleted_opposite", "a 404 on a direct read is believed"
        assert bench.names("b") == ["Zoe"]


def test_a_tombstone_with_a_token_is_believed(bench: Bench) -> None:
    met(bench)
    cursors = Connection.objects.values_list("b__cursor", flat=True).get()
    assert cursors
    delete(bench, "b")
    bench.sync()
    assert bench.segments("a", "Ann") == [TRASH]


# --- on a real server ----------------------------------------------------------------------


@pytest.fixture
def books(quick: InThisProcess, radicale: RadicaleServer) -> Iterator[Books]:
    """Two books of one Radicale, in which a category is the nearest kind to a tag."""
    a, b = AddressBook(radicale), AddressBook(radicale)
    said = quick.load(
        "accounts:\n"
        + account("home", radicale.credentials(), literal=True)
        + "connections:\n"
        + pair(
            f'{{account: home, container: "{a.url}"}}',
            f'{{account: home, container: "{b.url}"}}',
            "sync_deletions: [a-to-b, b-to-a]",
        )
    )
    assert said.status == 0, said.err
    for number in range(3):
        a.put(a.path(f"{number}.vcf"), card_of(number))
    assert quick.sync("pair")[1]["in_sync"] == 3
    yield Books(quick, a, b)
    a.close()
    b.close()


@dataclass
class Books:
    commands: InThisProcess
    a: AddressBook
    b: AddressBook

    def sync(self) -> dict[str, Any]:
        status, said = self.commands.sync("pair")
        assert (status, said["state"]) == (0, "done"), said
        return said

    def path(self, book: AddressBook, number: int) -> str:
        cards = book.cards().items()
        return next(path for path, card in cards if f"p{number}@" in value_of(card, "EMAIL"))

    def categories(self, book: AddressBook, number: int) -> list[str]:
        card = book.get(self.path(book, number))
        return [value_of(card, "CATEGORIES")] if b"\nCATEGORIES" in card else []


@pytest.mark.parametrize("side", ["a", "b"])
def test_a_card_deleted_on_a_server_gives_its_counterpart_a_category(
    books: Books, side: str
) -> None:
    here, there = (books.a, books.b) if side == "a" else (books.b, books.a)
    card = here.get(books.path(here, 1))
    here.delete(books.path(here, 1))
    said = books.sync()
    assert books.categories(there, 1) == ["PieSync Trash"]
    assert b"X-MINE:kept" in there.get(books.path(there, 1)) or side == "a"
    assert (len(here.paths()), len(there.paths())) == (2, 3)
    assert (said["deleted_opposite"], said["in_sync"]) == (1, 2)
    assert books.sync()["a"]["updated"] == books.sync()["b"]["updated"] == 0
    assert len(here.paths()) == 2, "not made again"

    here.put(here.path("again.vcf"), card.replace(b"uid-1", b"uid-again"))
    said = books.sync()
    assert books.categories(there, 1) == [], "a new card of the address: our mark is taken off"
    assert (said["deleted_opposite"], said["in_sync"]) == (0, 3)
    quiet = books.sync()
    assert quiet["a"]["updated"] == quiet["b"]["updated"] == 0


def test_categories_that_a_card_has_stay_beside_the_mark(books: Books) -> None:
    path = books.path(books.a, 1)
    books.a.put(path, with_lines(books.a.get(path), b"CATEGORIES:Friends,Choir"))
    books.sync()
    books.b.delete(books.path(books.b, 1))
    books.sync()
    shown = sorted(books.categories(books.a, 1)[0].split(","))
    assert shown == ["Choir", "Friends", "PieSync Trash"]


def test_deleted_and_restored_time_and_again_within_a_day(db: None) -> None:
    with Bench(a=TAGS, b=TAGS).placed() as bench:
        bench.load(sync_deletions=["b-to-a"])
        bench.a.add(person("Ann", "ann@x.org"))
        bench.sync()
        ann = bench.id("b", "Ann")
        for _ in range(3):
            bench.b.remove(ann)
            bench.b.add(person("Bea", "bea@x.org"))  # an empty side would hold the run
            bench.sync(approved=True)
            assert bench.segments("a", "Ann") == ["PieSync Trash"]
            bench.b.revive(ann)
            bench.sync()
            assert bench.segments("a", "Ann") == []
