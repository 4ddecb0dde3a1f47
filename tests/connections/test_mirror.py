from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connections import mirror
from connections.mirror import Sighting
from connections.models import Account, Container, Key, Record
from connections.stamps import Stamp
from connectors.connector import Received
from connectors.contact import Contact, Entry, Value, entries

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def container(db: None) -> Container:
    account = Account.objects.create(name="one", app="memory")
    return Container.objects.create(account=account, remote_id="contacts", name="Contacts")


def received(id: str = "1", version: str = "v1", **fields: Value) -> Received:
    return Received(id, version, Contact(fields), raw=b"raw of " + version.encode())


def absorb(
    container: Container, *sightings: Sighting | Received, now: datetime = NOW, lag: float = 0
) -> dict[str, Record]:
    wrapped = [x if isinstance(x, Sighting) else Sighting(x) for x in sightings]
    records = mirror.absorb(container, wrapped, now, lag)
    container.save()
    return records


def stored(id: str = "1") -> Record:
    return Record.objects.get(remote_id=id)


def test_each_change_gets_the_next_number_and_a_repetition_none(container: Container) -> None:
    absorb(container, received("1", company="x"), received("2", company="y"))
    assert [stored("1").number, stored("2").number, container.number] == [1, 2, 2]
    absorb(container, received("1", "v2", company="x"))
    assert (stored("1").number, stored("1").version, container.number) == (1, "v2", 2)
    absorb(container, received("1", "v3", company="z"))
    assert (stored("1").number, container.number) == (3, 3)
    assert stored("1").stamps == {"": [1, True], "company": [3, True]}
    assert mirror.raw_of(stored("1")) == b"raw of v3"


def test_a_record_named_twice_in_one_page_is_taken_as_last_named(container: Container) -> None:
    absorb(container, received("1", "v1", company="x"), received("1", "v2", company="y"))
    absorb(container, received("1", "v3", company="z"), received("1", "v4", company="q"))
    assert (stored().version, mirror.contact_of(stored())) == ("v4", Contact({"company": "q"}))
    assert Key.objects.count() == 0


def test_what_can_find_a_record_follows_its_values(container: Container) -> None:
    emails = (Entry("Two@x.org"), Entry("ONE@x.org", primary=True), Entry("one@x.org"))
    absorb(
        container, received(emails=emails, phones=entries(["+32 2 555 12 12"]), first_name="Zoë")
    )
    keys = Key.objects.order_by("pk").values_list("kind", "value")
    assert list(keys) == [
        ("email", "one@x.org"),
        ("email", "two@x.org"),
        ("phone", "+3225551212"),
        ("name", "zoë"),
        ("part", "zoe"),
    ]
    absorb(container, received(version="v2", emails=entries(["new@x.org"])))
    assert list(Key.objects.values_list("value", flat=True)) == ["new@x.org"]
    mirror.vanish(container, ["1"], NOW)
    assert Key.objects.count() == 0


def test_a_record_that_vanished_keeps_what_it_was_and_comes_back_under_a_new_number(
    container: Container,
) -> None:
    absorb(container, received(company="x"))
    assert mirror.vanish(container, ["1", "unknown"], NOW) == 1
    assert mirror.vanish(container, ["1"], NOW) == 0
    record = stored()
    assert (record.gone_at, record.digest, record.number) == (NOW, "", 2)
    assert mirror.contact_of(record) == Contact({"company": "x"})
    assert mirror.versions(container, ["1"]) == {}
    absorb(container, received(company="x"))
    record = stored()
    assert (record.gone_at, record.number, record.stamps) == (None, 3, {"": [1, True]})
    assert mirror.versions(container, ["1", "2"]) == {"1": "v1"}


def test_a_fault_is_kept_beside_what_was_last_understood(container: Container) -> None:
    absorb(container, received(company="x", emails=entries(["a@x.org"])))
    absorb(container, Received("1", "v2", None, b"broken", fault="No name."))
    record = stored()
    assert (record.fault, record.version, record.number) == ("No name.", "v2", 2)
    assert mirror.contact_of(record) == Contact({"company": "x", "emails": entries(["a@x.org"])})
    assert Key.objects.get().value == "a@x.org"
    absorb(container, Received("1", "v2", None, b"broken", fault="No name."))
    assert stored().number == 2
    absorb(container, received(version="v3", company="x", emails=entries(["a@x.org"])))
    assert (stored().fault, stored().number) == ("", 3)


def test_a_version_that_we_have_overwritten_is_dropped_while_it_may_be_late(
    container: Container,
) -> None:
    absorb(container, received(version="v1", company="old"))
    answer = received(version="v2", company="ours")
    absorb(container, Sighting(answer, {"company": Stamp(7, False)}, is_answer=True))
    assert (stored().number, stored().stamps["company"]) == (7, [7, False])
    late = received(version="v1", company="old")
    absorb(container, late, now=NOW + timedelta(seconds=30), lag=60)
    assert stored().version == "v2"
    absorb(container, late, now=NOW + timedelta(seconds=121), lag=60)
    assert (stored().version, stored().number) == ("v1", 8)


def test_an_app_without_lag_is_believed_at_once(container: Container) -> None:
    absorb(container, received(version="v1", company="old"))
    absorb(container, Sighting(received(version="v2", company="ours"), is_answer=True))
    absorb(container, received(version="v1", company="old"))
    assert stored().version == "v1"


def test_the_clock_is_not_behind_a_stamp_that_arrived(container: Container) -> None:
    answer = Sighting(received(company="x"), {"company": Stamp(40, False)}, is_answer=True)
    absorb(container, answer)
    assert (container.number, stored().number) == (40, 40)
    mirror.push_clock(container.pk, 35)
    mirror.push_clock(container.pk, 50)
    assert Container.objects.get().number == 50


def test_an_answer_clears_what_was_pending_and_a_sighting_does_not(container: Container) -> None:
    absorb(container, received(company="x"))
    Record.objects.update(pending={"company": ["y", [9, False]]})
    absorb(container, received(version="v2", company="y"))
    assert (stored().stamps["company"], stored().pending) == (
        [9, False],
        {"company": ["y", [9, False]]},
    )
    absorb(container, Sighting(received(version="v3", company="z"), is_answer=True))
    assert stored().pending == {}


@pytest.mark.parametrize(
    ("lag", "ago", "missing"), [(0, 5, ["1", "2"]), (60, 5, ["2"]), (60, 61, ["1", "2"])]
)
def test_absent_is_not_counted_while_a_write_may_be_late(
    container: Container, lag: float, ago: int, missing: list[str]
) -> None:
    absorb(container, Sighting(received("1", company="x"), is_answer=True), received("2"))
    absorb(container, received("3"))
    now = NOW + timedelta(seconds=ago)
    assert sorted(mirror.absent(container, {"3"}, now, lag)) == missing


def archived(id: str = "1", version: str = "v2", **fields: Value) -> Received:
    return Received(id, version, Contact(fields, deleted=True), raw=b"archived")


def test_what_is_archived_counts_as_gone_and_is_kept(container: Container) -> None:
    absorb(container, received(company="x", emails=entries(["a@x.org"])))
    absorb(container, archived(company="y"))
    record = stored()
    assert (record.gone_at, record.digest, record.number) == (NOW, "", 2)
    contact = mirror.contact_of(record)
    assert contact == Contact({"company": "y"}, deleted=True)
    assert (mirror.raw_of(record), record.version) == (b"archived", "v2")
    assert Key.objects.count() == 0
    assert mirror.versions(container, ["1"]) == {}


def test_archived_is_news_once(container: Container) -> None:
    absorb(container, received(company="x"))
    absorb(container, archived(company="x"))
    later = NOW + timedelta(days=1)
    absorb(container, archived(version="v3", company="z"), now=later)
    record = stored()
    assert (record.gone_at, record.number, record.version) == (NOW, 2, "v3")
    assert mirror.vanish(container, ["1"], later) == 0
    assert mirror.absent(container, set(), later, 0) == []
    absorb(container, Received("1", "v4", None, b"broken", fault="No name."), now=later)
    assert (stored().gone_at, stored().number, stored().fault) == (NOW, 2, "No name.")


def test_restored_is_alive_under_a_new_number_and_can_be_found(container: Container) -> None:
    fields: dict[str, Value] = {"company": "x", "emails": entries(["a@x.org"])}
    absorb(container, received(**fields))
    first = stored().digest
    absorb(container, archived(**fields))
    absorb(container, received(version="v3", **fields))
    record = stored()
    assert (record.gone_at, record.number, record.digest) == (None, 3, first)
    assert record.stamps == {"": [1, True]}
    assert Key.objects.get().value == "a@x.org"


def test_archived_at_first_sight_is_kept_as_gone(container: Container) -> None:
    absorb(container, archived(emails=entries(["a@x.org"])))
    assert (stored().gone_at, stored().number, Key.objects.count()) == (NOW, 1, 0)


def test_an_answer_or_direct_reading_that_shows_it_archived_counts(container: Container) -> None:
    absorb(container, received(company="x"))
    absorb(container, Sighting(archived(company="x"), is_direct=True))
    assert (stored().gone_at, stored().number, stored().written_at) == (NOW, 2, NOW)


@pytest.mark.parametrize("order", ["heir first", "tombstone first", "not gone yet"])
def test_what_was_merged_knows_its_heir(container: Container, order: str) -> None:
    emails = entries(["b@x.org"])
    absorb(container, received("1", company="x"), received("2", emails=emails))
    notice = replace(received("1", "v2", company="x"), absorbed=("2", "unknown"))
    if order == "tombstone first":
        mirror.vanish(container, ["2"], NOW)
        container.save()
    before = container.number
    records = absorb(container, notice)
    loser = stored("2")
    assert (loser.heir, loser.number, container.number) == ("1", before + 1, before + 1)
    assert records["2"].pk == loser.pk
    if order == "heir first":
        mirror.vanish(container, ["2"], NOW)
    assert (stored("2").heir, stored("2").gone_at is None) == ("1", order == "not gone yet")
    assert Key.objects.count() == (order == "not gone yet")
    assert mirror.contact_of(stored("2")) == Contact({"emails": emails})
    assert stored("1").heir == ""
    before = container.number
    absorb(container, notice)
    assert container.number == before


def test_heir_and_merged_in_one_page_even_when_both_are_new(container: Container) -> None:
    absorb(container, replace(received("1"), absorbed=("2",)), archived("2"))
    assert (stored("2").heir, stored("2").gone_at, stored("1").heir) == ("1", NOW, "")
    late = received("4", emails=entries(["late@x.org"]))
    absorb(container, replace(received("3"), absorbed=("4",)), late)
    assert (stored("4").heir, stored("4").gone_at) == ("3", None)
    assert [key.value for key in Key.objects.all()] == ["late@x.org"]


def test_the_heir_follows_further_merges_and_goes_when_the_record_is_back(
    container: Container,
) -> None:
    absorb(container, received("1"), received("2"), received("3"))
    absorb(container, replace(received("1", "v2"), absorbed=("2",)))
    mirror.vanish(container, ["2"], NOW)
    absorb(container, replace(received("3", "v2"), absorbed=("2", "1")))
    mirror.vanish(container, ["1"], NOW)
    assert (stored("1").heir, stored("2").heir) == ("3", "3")
    absorb(container, archived("2"))
    assert stored("2").heir == "3"
    absorb(container, received("2", "v3"))
    assert (stored("2").heir, stored("2").gone_at) == ("", None)


def test_long_values_are_found_by_their_cut_form(container: Container) -> None:
    long = "x" * 500
    absorb(
        container, received(first_name=long, emails=entries([f"{long}1@x.org", f"{long}2@x.org"]))
    )
    kinds = Key.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["email", "name"]
    for text in (long, f"{long}1@x.org"):
        assert Key.objects.filter(value=mirror.key_value(text)).exists()
        assert not Key.objects.filter(value=text).exists()
    assert mirror.key_value("short") == "short"
