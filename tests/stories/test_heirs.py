"""Heirs of semantics §7: before a deletion is concluded, who took the contact's place?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.contact import entries
from connectors.memory.app import Quirks
from sync import work
from sync.models import Run, SyncRecord
from tests.stories.bench import TAGS, Bench, add, has, person, rule

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

TRASH = "PieSync Trash"
BOTH = ["a-to-b", "b-to-a"]


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    """B merges, and tells of it."""
    with Bench(b=Quirks(merges=True)).placed() as placed:
        placed.load(sync_deletions=BOTH)
        yield placed


def met(bench: Bench, *emails: str, first: str = "Ann") -> str:
    """Ann and Zoe in sync; Ann's id in b. Zoe stays, so that no side is ever empty."""
    bench.a.add(person(first, *(emails or ("ann@x.org",))))
    bench.a.add(person("Zoe", "zoe@x.org"))
    bench.sync()
    return bench.id("b", first)


def twin(bench: Bench, side: str = "b") -> str:
    """The id of the contact that is paired with Ann."""
    row = SyncRecord.objects.exclude(a=None).exclude(b=None).get(title__startswith="Ann")
    record = row.b if side == "b" else row.a
    assert record is not None
    return record.remote_id


def assert_moved(bench: Bench, run: Run, heir: str) -> None:
    """The pair has the heir, without a mark, and goes on."""
    assert "merge" in bench.verbs(run)
    assert "mark" not in bench.verbs(run)
    assert "delete" not in bench.verbs(run)
    assert twin(bench) == heir
    assert bench.segments("a", "Ann") == []
    bench.edit("a", "Ann", job_title="Boss")
    bench.sync()
    assert bench.b.contacts()[heir].text("job_title") == "Boss"
    assert SyncRecord.objects.count() == 2
    assert bench.verbs(bench.sync()) == []


def test_the_apps_own_merge_notice_names_the_heir(bench: Bench) -> None:
    ann = met(bench)
    heir = bench.b.add(person("Ann", "other@x.org", notes="The elder"))
    bench.b.merge(heir, ann)
    run = bench.sync()
    assert_moved(bench, run, heir)
    assert bench.text("a", "Ann", "notes") == "The elder"
    assert bench.names("a") == ["Ann", "Zoe"]


def test_the_merge_notice_counts_although_no_address_is_in_common(bench: Bench) -> None:
    ann = met(bench)
    heir = bench.b.add(person("Ann", "other@x.org"))
    bench.b.merge(heir, ann)
    bench.b.edit(heir, {"emails": entries(["other@x.org"])})
    run = bench.sync()
    assert_moved(bench, run, heir)


def test_a_live_unpaired_contact_with_one_of_its_addresses_is_the_heir(bench: Bench) -> None:
    ann = met(bench, "ann@x.org", "ann@home.org")
    bench.b.remove(ann)
    heir = bench.b.add(person("Ann", "ann@home.org"))
    run = bench.sync()
    assert_moved(bench, run, heir)
    assert bench.texts("b", "Ann", "emails") == ["ann@home.org", "ann@x.org"], "a first match"


def test_the_heir_may_be_on_the_side_of_a_too(bench: Bench) -> None:
    met(bench)
    bench.a.remove(bench.id("a", "Ann"))
    heir = bench.a.add(person("Ann", "ann@x.org"))
    run = bench.sync()
    assert "merge" in bench.verbs(run)
    assert "mark" not in bench.verbs(run)
    assert twin(bench, "a") == heir
    assert bench.segments("b", "Ann") == []


def test_the_heir_may_have_been_a_duplicate_of_it(bench: Bench) -> None:
    ann = met(bench)
    heir = bench.b.add(person("Ann", "ann@x.org"))
    bench.sync()
    assert ("Ann", "duplicate", "address in use") in bench.states()
    bench.b.remove(ann)
    run = bench.sync()
    assert_moved(bench, run, heir)


def test_the_heir_may_have_been_a_duplicate_that_the_app_merged_it_into(bench: Bench) -> None:
    ann = met(bench)
    heir = bench.b.add(person("Ann", "ann@x.org"))
    bench.sync()
    bench.b.merge(heir, ann)
    run = bench.sync()
    assert_moved(bench, run, heir)


def test_the_heir_may_have_been_excluded(bench: Bench) -> None:
    ann = met(bench)
    heir = bench.b.add(person("Anna"))
    bench.sync()
    assert ("Anna", "excluded", "no e-mail") in bench.states()
    bench.b.merge(heir, ann)
    run = bench.sync()
    assert "merge" in bench.verbs(run)
    assert "mark" not in bench.verbs(run)
    row = SyncRecord.objects.exclude(title="Zoe").get()
    assert row.state == "in_sync"
    assert row.b is not None
    assert row.b.remote_id == heir


def test_a_contact_that_is_paired_with_another_is_no_heir(bench: Bench) -> None:
    ann = met(bench)
    zoe = bench.id("b", "Zoe")
    bench.b.merge(zoe, ann)
    bench.sync()
    assert bench.segments("a", "Ann") == [TRASH]
    assert bench.segments("a", "Zoe") == []
    assert bench.record("Ann").state == "deleted_opposite"
    assert bench.names("b") == ["Zoe"]
    assert bench.verbs(bench.sync()) == []


def test_nor_is_one_that_has_its_address_for_long(bench: Bench) -> None:
    met(bench, "ann@x.org", "office@x.org")
    bench.edit("b", "Zoe", emails=entries(["zoe@x.org", "office@x.org"]))
    bench.sync()
    bench.sync()
    bench.b.remove(bench.id("b", "Ann"))
    bench.sync()
    assert bench.record("Ann").state == "deleted_opposite"
    assert bench.record("Zoe").state == "in_sync"
    assert bench.segments("a", "Ann") == [TRASH]


def test_of_several_heirs_none_is_taken_and_it_goes_to_review(bench: Bench) -> None:
    ann = met(bench)
    bench.b.remove(ann)
    bench.b.add(person("Ann One", "ann@x.org"))
    two = bench.b.add(person("Ann Two", "ann@x.org"))
    run = bench.sync()
    row = SyncRecord.objects.get(a__isnull=False, title="Ann")
    assert (row.state, row.cause) == ("to_review", "several heirs")
    assert "Ann One" in row.reason
    assert "Ann Two" in row.reason
    assert bench.segments("a", "Ann") == []
    assert bench.writes(run) == 0
    assert bench.verbs(bench.sync()) == []

    bench.b.remove(two)
    run = bench.sync()
    assert "merge" in bench.verbs(run), "one is left"
    assert "mark" not in bench.verbs(run)


def test_the_heir_is_looked_for_before_a_deletion_is_concluded_only(bench: Bench) -> None:
    """Afterwards a new contact with the key is a restoration, with the mark taken off."""
    ann = met(bench)
    bench.b.remove(ann)
    bench.sync()
    assert bench.segments("a", "Ann") == [TRASH]
    bench.b.add(person("Ann", "ann@x.org"))
    run = bench.sync()
    assert "link" in bench.verbs(run)
    assert bench.segments("a", "Ann") == []


def test_what_rules_put_on_is_put_on_the_heir(bench: Bench) -> None:
    bench.load(rules=[rule("Clients", "a", [has("Client")], [add("From CRM")], undo=True)])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.a.add(person("Zoe", "zoe@x.org", tags=["Client"]))
    bench.sync()
    bench.b.remove(bench.id("b", "Ann"))
    heir = bench.b.add(person("Ann", "ann@x.org"))
    bench.sync()
    assert bench.segments("b", "Ann") == ["From CRM"]
    bench.untag("a", "Ann", "Client")
    bench.sync()
    assert bench.b.contacts()[heir].segments == frozenset()


def test_an_app_that_lists_only_finds_heirs_by_address(db: None) -> None:
    with Bench(b=Quirks(deltas=False, segments=TAGS.segments)).placed() as bench:
        bench.load(sync_deletions=["b-to-a"])
        ann = met(bench)
        bench.b.remove(ann)
        heir = bench.b.add(person("Ann", "ann@x.org"))
        assert_moved(bench, bench.sync(), heir)


def test_a_survivor_that_is_merged_has_an_heir_too_and_the_key_stays_closed(bench: Bench) -> None:
    ann = met(bench)
    bench.a.remove(bench.id("a", "Ann"))
    bench.sync()
    assert bench.segments("b", "Ann") == [TRASH]
    heir = bench.b.add(person("Ann", "second@x.org"))
    bench.b.merge(heir, ann)
    run = bench.sync()
    assert "merge" in bench.verbs(run)
    assert bench.names("a") == ["Zoe"]
    assert SyncRecord.objects.get(b__remote_id=heir).state == "deleted_opposite"
    assert bench.segments("b", "Ann") == [TRASH]
    assert bench.verbs(bench.sync()) == []


def test_one_merged_while_its_counterpart_is_restored_has_an_heir_too(bench: Bench) -> None:
    ann = met(bench)
    gone = bench.id("a", "Ann")
    bench.a.remove(gone)
    bench.sync()
    bench.a.revive(gone)
    heir = bench.b.add(person("Ann", "second@x.org"))
    bench.b.merge(heir, ann)
    assert "merge" in bench.verbs(bench.sync())
    assert bench.names("a") == ["Ann", "Zoe"]
    assert SyncRecord.objects.get(b__remote_id=heir).state == "in_sync"


def test_one_merged_while_its_counterpart_is_deleted_has_an_heir_too(bench: Bench) -> None:
    """Seen by one run, both are gone; but in b it lives on in its heir, so nobody is made in a."""
    ann = met(bench)
    bench.a.remove(bench.id("a", "Ann"))
    heir = bench.b.add(person("Ann", "second@x.org"))
    bench.b.merge(heir, ann)
    assert "merge" in bench.verbs(bench.sync())
    assert bench.names("a") == ["Zoe"]
    assert SyncRecord.objects.get(b__remote_id=heir).state == "deleted_opposite"
    assert bench.segments("b", "Ann") == [TRASH]
    bench.assert_quiet()


def test_who_is_gone_is_planned_before_anybody_who_may_be_the_heir(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many changes the two may be far apart."""
    monkeypatch.setattr(work, "CHUNK", 1)
    with Bench(a=Quirks(merges=True)).placed() as bench:
        bench.load()
        met(bench)
        heir = bench.a.add(person("Ann", "second@x.org"))
        bench.a.merge(heir, bench.id("a", "Ann"))
        bench.b.remove(bench.id("b", "Ann"))
        assert "create" not in bench.verbs(bench.sync())
        assert bench.names("b") == ["Zoe"]
        assert SyncRecord.objects.get(a__remote_id=heir).state == "deleted_opposite"


def test_an_excluded_pair_moves_to_the_heir_and_stays_excluded(bench: Bench) -> None:
    bench.load(rules=[rule("Clients", "a", [has("Client")])])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.a.add(person("Zoe", "zoe@x.org", tags=["Client"]))
    bench.sync()
    bench.untag("a", "Ann", "Client")
    bench.sync()
    ann = bench.id("b", "Ann")
    heir = bench.b.add(person("Ann", "other@x.org", notes="Theirs"))
    bench.b.merge(heir, ann)
    bench.sync()
    row = SyncRecord.objects.get(b__remote_id=heir)
    assert (row.state, row.a is None) == ("excluded", False)
    assert bench.text("a", "Ann", "notes") == "", "updates stop"
    assert bench.segments("a", "Ann") == []
