from __future__ import annotations

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
