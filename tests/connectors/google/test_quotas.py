"""Quotas: kept by waiting, and what follows where somebody else uses them up."""

from __future__ import annotations

import pytest

from connectors.connector import Create, Delete, Update, Written
from connectors.contact import Contact, Segment
from connectors.errors import TryAgain
from connectors.sandbox.google.quirks import METERED
from tests.connectors.conformance import marker, reading
from tests.connectors.google.partner import Book

DEFAULTS = {
    "GOOGLE_READS_PER_MINUTE": "",
    "GOOGLE_WRITES_PER_MINUTE": "",
    "GOOGLE_LABEL_WRITES_PER_MINUTE": "",
}


def creates(count: int) -> list[Create]:
    return [Create(marker(), {"first_name": f"N{n}"}) for n in range(count)]


def test_the_defaults_never_meet_the_lowest_quotas_seen(tmp_path):
    book = Book(tmp_path, DEFAULTS)
    book.standin.quirks = METERED
    connector = book.connector()
    made = []
    for _ in range(8):
        made += connector.write(book.container, creates(200))
    labelled = [
        Create(marker(), {"first_name": "L"}, frozenset({Segment("label", f"label {n}")}))
        for n in range(40)
    ]
    made += connector.write(book.container, labelled)
    made += connector.write(book.container, creates(5) * 1)
    assert {type(result) for result in made} == {Written}
    first = reading(connector, book.container)
    for item in list(first.received.values())[:70]:
        connector.read(book.container, [item.id])
    gone = [Delete(item.id, item.version) for item in list(first.received.values())[:40]]
    assert {type(result) for result in connector.write(book.container, gone)} == {Written}
    assert [call for call in book.sandbox.calls if call.status == 429] == []
    assert 60 < book.clock.slept < 1200


def test_a_reading_waits_for_nothing(tmp_path):
    book = Book(tmp_path, DEFAULTS)
    connector = book.connector()
    since = reading(connector, book.container)
    reading(connector, book.container, since)
    assert book.clock.slept == 0


def test_quota_that_somebody_else_uses_up_is_waited_for(book, connector):
    book.order("status", "connections", status=429, times=2, skip=1)
    first = reading(connector, book.container)
    assert reading(connector, book.container, first).gone == []
    assert 40 <= book.clock.slept <= 60


def test_quota_that_does_not_come_back_is_left_for_later(book, connector):
    first = reading(connector, book.container)
    book.order("status", "connections", status=429, times=-1)
    with pytest.raises(TryAgain) as caught:
        reading(connector, book.container, first)
    assert 20 <= caught.value.after <= 60


def test_retry_after_is_obeyed(book, connector):
    first = reading(connector, book.container)
    book.order("status", "connections", status=429, retry_after=7)
    reading(connector, book.container, first)
    assert book.clock.slept == 7


def test_quota_of_first_pages_is_left_alone_for_minutes(book, connector):
    book.change_quirks(full_syncs=1)
    reading(connector, book.container)
    book.forget_calls()
    with pytest.raises(TryAgain) as caught:
        reading(connector, book.container)
    assert caught.value.after >= 300
    assert book.calls.count("GET connections") == 1
    assert book.clock.slept == 0


def test_writes_over_the_quota_are_carried_out_when_it_is_back(tmp_path):
    """A quota was not touched by what it refused, so it is safe to send a creation again."""
    book = Book(tmp_path, {"GOOGLE_WRITES_PER_MINUTE": "0"})
    book.change_quirks(critical_writes=12)
    connector = book.connector()
    results = connector.write(book.container, creates(200))
    results += connector.write(book.container, creates(5))
    results += connector.write(book.container, creates(3))
    assert {type(result) for result in results} == {Written}
    assert len(book.hands.all()) == 208
    assert [call.status for call in book.sandbox.calls].count(429) >= 1


def test_writes_after_the_quota_is_used_up_get_their_own_result(book, connector):
    first, second = (book.add(Contact({"first_name": name})) for name in "AB")
    found = connector.read(book.container, [first, second])
    masks = [{"notes": "n"}, {"company": "c"}]
    wanted = [
        Update(x.id, x.version, x.raw, fields) for x, fields in zip(found, masks, strict=True)
    ]
    book.order("status", "updateContact", status=429, skip=1, times=-1)
    results = connector.write(book.container, wanted)
    assert [type(result) for result in results] == [Written, TryAgain]
    with pytest.raises(TryAgain):
        connector.write(book.container, creates(0) + wanted[1:])


def test_overlapping_writes_are_tried_again_later(book, connector):
    book.order("status", "createContact", status=409)
    (result,) = connector.write(book.container, creates(1))
    assert isinstance(result, TryAgain)
    book.order("status", "batchCreate", status=409)
    assert {type(x) for x in connector.write(book.container, creates(10))} == {TryAgain}
    assert book.hands.all() == {}


def test_trouble_of_googles_own_is_read_through(book, connector):
    for status in (500, 502, 503, 504):
        book.order("status", "connections", status=status)
        assert reading(connector, book.container).complete
