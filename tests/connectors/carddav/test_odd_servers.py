"""The CardDAV connector against servers that do it in another way, or wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from connectors.carddav.connector import CardDAV
from connectors.carddav.translate import new_card
from connectors.connector import Create, Delete, Received, Update, Written
from connectors.errors import (
    AskStaff,
    Changed,
    Gone,
    Refused,
    SignInAgain,
    TryAgain,
    Unanswered,
)
from tests.connectors.carddav.scripted import (
    BOOK,
    PASSWORD,
    USER,
    Request,
    Response,
    ScriptedServer,
    after,
    answer,
    carry_on,
    dropped,
    lost,
)
from tests.connectors.conformance import ANN, Reading, reading, world

HTML = b"<!DOCTYPE html><html><body>Welcome to Hotel Wifi, please sign in</body></html>"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def connector(server, tmp_path, slept) -> Iterator[CardDAV]:
    connector = opened(server, tmp_path, slept)
    yield connector
    connector.close()


def opened(server: ScriptedServer, tmp_path, slept: list[float]) -> CardDAV:
    credentials = {"url": server.book, "username": USER, "password": PASSWORD}
    return CardDAV(credentials, replace(world(tmp_path), sleep=slept.append))


def filled(server: ScriptedServer, count: int = 3) -> list[str]:
    return [
        server.put(f"n{n}.vcf", new_card(f"n{n}", {"first_name": f"N{n}"})) for n in range(count)
    ]


def record(connector: CardDAV, server: ScriptedServer, id: str) -> Received:
    (found,) = connector.read(server.book, [id])
    assert isinstance(found, Received)
    return found


def update(found: Received, **fields: str) -> Update:
    return Update(found.id, found.version, found.raw, fields)


# --- Without sync-collection --------------------------------------------------------------


@pytest.mark.parametrize("ctag", [True, False])
def test_without_sync_collection_changes_come_from_etags(server, connector, ctag):
    server.sync, server.ctag = False, ctag
    first_id, second_id, third_id = filled(server)
    first = reading(connector, server.book)
    assert (list(first.received), first.complete) == ([first_id, second_id, third_id], True)
    known = {id: item.version for id, item in first.received.items()}
    server.delete(first_id)
    server.put("n1.vcf", new_card("n1", {"first_name": "New"}))
    server.multiget_fails = True
    second = reading(connector, server.book, first.cursor, known)
    assert (list(second.received), second.present) == ([second_id], [third_id])
    assert (second.gone, second.complete) == ([], True)


def test_without_sync_collection_no_change_costs_one_request(server, connector):
    server.sync = False
    filled(server)
    cursor = reading(connector, server.book).cursor
    server.log.clear()
    again = reading(connector, server.book, cursor)
    assert server.methods == ["PROPFIND"]
    assert again == Reading(cursor=cursor)


@pytest.mark.parametrize("status", [400, 403, 405, 501])
def test_refused_report_falls_back_to_etags(server, connector, status):
    ids = filled(server)
    server.plan = [answer(status)]
    assert list(reading(connector, server.book).received) == ids


def test_multiget_that_fails_as_a_whole_is_read_singly(server, connector):
    ids = filled(server)
    server.multiget_fails = True
    missing = f"{BOOK}missing.vcf"
    answers = connector.read(server.book, [*ids, missing])
    assert [type(item) for item in answers] == [Received, Received, Received, Gone]


# --- Tokens and cuts ----------------------------------------------------------------------


@pytest.mark.parametrize("status", [403, 412])
def test_lost_token_is_a_complete_reading(server, connector, status):
    ids = filled(server)
    cursor = reading(connector, server.book).cursor
    server.delete(ids[0])
    server.plan = [answer(status, body=b'<D:error xmlns:D="DAV:"><D:valid-sync-token/></D:error>')]
    again = reading(connector, server.book, cursor)
    assert (list(again.received), again.gone, again.complete) == (ids[1:], [], True)
    assert again.cursor != cursor


def test_cut_answers_are_followed_to_the_end(server, connector):
    ids = filled(server, 25)
    server.delete(ids.pop(0))
    server.cut = 10
    first = reading(connector, server.book)
    assert (list(first.received), first.complete) == (ids, True)
    server.delete(ids[0])
    second = reading(connector, server.book, first.cursor)
    assert (second.received, second.gone) == ({}, [ids[0]])


def test_cut_that_never_ends_is_an_error(server, connector):
    filled(server)
    cut = ScriptedServer._sync_rows(server, 0)
    body = cut.body.replace(b"<D:sync-token>", b"<D:response><D:href>" + BOOK.encode() +
        b"</D:href><D:status>HTTP/1.1 507 x</D:status></D:response><D:sync-token>")  # fmt: skip
    server.plan = [answer(207, body=body)] * 3
    with pytest.raises(AskStaff, match="never answers in full"):
        reading(connector, server.book)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("web page", answer(200, {"Content-Type": "text/html"}, HTML)),
        ("web page as multistatus", answer(207, {"Content-Type": "text/html"}, HTML)),
        ("nothing", answer(207)),
        ("other XML", answer(207, body=b"<?xml version='1.0'?><a/>")),
        ("bomb", answer(207, body=b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')),
    ],
)
def test_what_is_no_multistatus_is_never_an_empty_book(server, connector, name, fault):
    filled(server)
    cursor = reading(connector, server.book).cursor
    for place in ("", cursor):
        server.plan = [fault] * 4
        with pytest.raises(AskStaff):
            reading(connector, server.book, place)


def test_cut_off_xml_is_tried_again_later(server, connector):
    filled(server)
    whole = ScriptedServer._sync_rows(server, 0).body
    server.plan = [answer(207, body=whole[: len(whole) // 2])]
    with pytest.raises(TryAgain, match="cut off"):
        reading(connector, server.book)


def test_listing_that_does_not_name_the_book_is_an_error(server, connector):
    server.sync = False
    empty = b'<D:multistatus xmlns:D="DAV:"></D:multistatus>'
    server.plan = [carry_on, carry_on, answer(207, body=empty)]
    with pytest.raises(AskStaff, match="does not even name itself"):
        reading(connector, server.book)


# --- Cards --------------------------------------------------------------------------------


def test_unparsable_card_among_good_ones_is_reported(server, connector):
    ids = filled(server)
    bad = server.put("bad.vcf", b"BEGIN:VCARD\r\nFN:never ends\r\n")
    found = reading(connector, server.book).received
    assert list(found) == [*ids, bad]
    assert (found[bad].contact, found[bad].raw[:5]) == (None, b"BEGIN")
    assert "damaged" in found[bad].fault
    assert all(found[id].contact for id in ids)


def test_card_that_xml_cannot_carry_is_read_singly(server, connector):
    ids = filled(server, 5)
    odd = server.put("odd.vcf", b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:a\x01b\r\nEND:VCARD\r\n")
    found = reading(connector, server.book).received
    assert sorted(found) == sorted([*ids, odd])
    assert found[odd].contact.fields == {"full_name": "ab"}


def test_answer_that_is_too_large_is_asked_for_in_parts(server, connector):
    photo = b"PHOTO;ENCODING=b:" + b"QUJD" * 2_900_000
    card = new_card("x", ANN).replace(b"END:", photo[:3_900_000] + b"\r\nEND:")
    ids = [server.put(f"p{n}.vcf", card) for n in range(10)]
    large = server.put("large.vcf", new_card("l", ANN).replace(b"END:", photo + b"\r\nEND:"))
    found = reading(connector, server.book).received
    assert sorted(found) == sorted([*ids, large])
    assert all(found[id].contact.fields == ANN for id in ids)
    assert "larger than 4 MB" in found[large].fault


def test_version_4_only_book_gets_version_4(server, connector):
    server.four_only = True
    results = [
        connector.write(server.book, [Create(f"m{n}", {"first_name": f"N{n}"})])[0]
        for n in range(2)
    ]
    assert [type(result) for result in results] == [Written, Written]
    assert server.methods == ["PUT", "PUT", "PUT"]
    assert b"VERSION:4.0" in server.cards[results[1].id][1]


# --- Versions -----------------------------------------------------------------------------


@pytest.mark.parametrize("told", ["", "weak"])
def test_put_without_strong_etag_is_read_back(server, connector, told):
    server.put_etag = told
    (result,) = connector.write(server.book, [Create("m", ANN)])
    assert result == Written(f"{BOOK}m.vcf", None)


def test_weak_etags_are_compared_but_never_sent_as_a_condition(server, connector):
    server.weak = True
    first_id, second_id, _ = filled(server)
    first, second = record(connector, server, first_id), record(connector, server, second_id)
    server.put("n1.vcf", new_card("n1", {"first_name": "Other"}))
    results = connector.write(server.book, [update(first, notes="x"), update(second, notes="x")])
    assert [type(result) for result in results] == [Written, Changed]
    puts = [request for request in server.log if request.method == "PUT"]
    assert ["If-Match" in request.headers for request in puts] == [False]


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (412, b"", "412"),
        (400, b"Bad Request", "400"),
        (415, b"", "415"),
        (413, b"", "too large"),
        (507, b"", "storage is full"),
        (422, b"", "422"),
        (403, b'<error xmlns="DAV:"><C:valid-address-data xmlns:C="x"/></error>', "invalid"),
        (403, b'<error xmlns="DAV:"><brand-new-reason/></error>', "brand new reason"),
    ],
)
def test_refused_card_says_why(server, connector, status, body, said):
    found = record(connector, server, filled(server)[0])
    server.plan = [answer(status, body=body)]
    (result,) = connector.write(server.book, [update(found, notes="x")])
    assert isinstance(result, Refused)
    assert said in result.message


def test_book_that_may_not_be_read_is_for_staff(server, connector):
    server.plan = [answer(403)] * 2
    with pytest.raises(AskStaff, match="may not read"):
        reading(connector, server.book)


def test_missing_right_is_for_staff(server, connector):
    found = record(connector, server, filled(server)[0])
    server.plan = [answer(403, body=b'<error xmlns="DAV:"><need-privileges/></error>')]
    with pytest.raises(AskStaff, match="may not write"):
        connector.write(server.book, [update(found, notes="x")])


# --- Deleting -----------------------------------------------------------------------------


def delete(found: Received) -> Delete:
    return Delete(found.id, found.version)


def test_delete_says_which_version_it_means(server, connector):
    found = record(connector, server, filled(server)[0])
    server.log.clear()
    assert connector.write(server.book, [delete(found)]) == [Written(found.id, None)]
    assert server.methods == ["DELETE"]
    assert server.log[0].headers["If-Match"] == found.version
    assert found.id not in server.cards


def test_delete_without_strong_etag_looks_at_the_card_first(server, connector):
    server.weak = True
    first_id, second_id, _ = filled(server)
    first, second = record(connector, server, first_id), record(connector, server, second_id)
    server.put("n1.vcf", new_card("n1", {"first_name": "Other"}))
    server.log.clear()
    results = [connector.write(server.book, [delete(item)])[0] for item in (first, second)]
    assert [type(result) for result in results] == [Written, Changed]
    assert server.methods == ["GET", "DELETE", "GET"]
    assert "If-Match" not in server.log[1].headers
    assert second_id in server.cards


def test_delete_of_a_card_that_went_or_changed_meanwhile(server, connector):
    """412 may mean either; where the card is as it was, the server will just not have it."""
    records = connector.read(server.book, filled(server))
    server.delete(records[0].id)
    server.put("n1.vcf", new_card("n1", {"first_name": "Other"}))
    results = []
    for item in records:
        server.plan = [answer(412)]
        results += connector.write(server.book, [delete(item)])
    assert [type(result) for result in results] == [Gone, Changed, Refused]


def test_lost_answer_of_a_delete_is_asked_for_again(server, connector):
    found = record(connector, server, filled(server)[0])
    server.plan = [lost]
    (result,) = connector.write(server.book, [delete(found)])
    assert isinstance(result, Gone)
    assert len(server.cards) == 2


def test_lost_answer_of_a_delete_without_condition_is_not_repeated(server, connector):
    server.weak = True
    found = record(connector, server, filled(server)[0])
    server.plan = [carry_on, lost]
    (result,) = connector.write(server.book, [delete(found)])
    assert isinstance(result, Unanswered)
    assert server.methods[-2:] == ["GET", "DELETE"]


def test_missing_right_to_delete_is_for_staff(server, connector):
    found = record(connector, server, filled(server)[0])
    server.plan = [answer(403, body=b'<error xmlns="DAV:"><need-privileges/></error>')]
    with pytest.raises(AskStaff, match="may not write"):
        connector.write(server.book, [delete(found)])
    assert len(server.cards) == 3


@pytest.mark.parametrize("id", ["", BOOK, BOOK.rstrip("/"), "/books/", "/books", "/", "/books/x/"])
def test_book_is_never_deleted(server, connector, id):
    (result,) = connector.write(server.book, [Delete(id, '"1"')])
    assert isinstance(result, Refused)
    assert server.log == []


# --- Faults on the way --------------------------------------------------------------------


def test_lost_answer_of_a_create_is_looked_for_at_once(server, connector, slept):
    server.plan = [lost]
    (result,) = connector.write(server.book, [Create("m", ANN)])
    assert (result.id, result.adopted, result.received.contact.fields) == (
        f"{BOOK}m.vcf",
        True,
        ANN,
    )
    assert len(server.cards) == 1
    assert len(slept) == 1


def test_lost_answer_of_an_update_is_unanswered_and_not_repeated(server, connector):
    found = record(connector, server, filled(server)[0])
    server.log.clear()
    server.plan = [lost]
    (result,) = connector.write(server.book, [update(found, notes="x")])
    assert isinstance(result, Unanswered)
    assert server.methods == ["PUT"]


def test_one_lost_answer_among_several_is_that_of_one_card(server, connector):
    records = connector.read(server.book, filled(server, 8))
    server.plan = [carry_on, lost]
    results = connector.write(server.book, [update(item, notes="x") for item in records])
    kinds = sorted(type(result).__name__ for result in results)
    assert kinds == ["Unanswered"] + ["Written"] * 7


def test_dropped_reading_is_repeated(server, connector):
    ids = filled(server)
    server.plan = [dropped, carry_on, dropped]
    assert list(reading(connector, server.book).received) == ids


def test_busy_server_is_waited_for_as_long_as_it_says(server, connector, slept):
    ids = filled(server)
    server.plan = [answer(429, {"Retry-After": "7"}), answer(503)]
    assert list(reading(connector, server.book).received) == ids
    assert slept[0] == 7.0
    assert 0 < slept[1] <= 2.0


def test_long_wait_is_left_to_the_caller(server, connector, slept):
    server.plan = [answer(429, {"Retry-After": "3600"})]
    with pytest.raises(TryAgain) as raised:
        reading(connector, server.book)
    assert (raised.value.after, slept) == (3600.0, [])


def test_server_that_stays_broken_is_given_up(server, connector):
    server.plan = [answer(500)] * 9
    with pytest.raises(TryAgain):
        reading(connector, server.book)
    assert len(server.log) == 3


def test_card_that_breaks_the_server_does_not_keep_the_others_back(server, connector):
    """Xandikos fails as a whole where one of the cards asked for is not UTF-8."""
    ids = filled(server, 4)

    def breaks(server: ScriptedServer, request: Request) -> Response:
        both = b"multiget" in request.body and ids[2].encode() in request.body
        return Response(500) if both else carry_on(server, request)

    server.plan = [breaks] * 20
    assert sorted(reading(connector, server.book).received) == sorted(ids)


def test_locked_book_gets_its_cards_one_after_another(server, connector):
    records = connector.read(server.book, filled(server, 8))
    server.plan = [after(0.05), answer(423), answer(423)]
    results = connector.write(server.book, [update(item, notes="x") for item in records])
    assert [type(result) for result in results] == [Written] * 8


# --- Signing in ---------------------------------------------------------------------------


def test_digest_costs_one_challenge_for_all_threads(server, connector):
    server.auth = "digest"
    ids = filled(server, 8)
    records = connector.read(server.book, ids)
    assert len(server.log) == 2
    server.log.clear()
    results = connector.write(server.book, [update(item, notes="x") for item in records])
    assert [type(result) for result in results] == [Written] * 8
    assert len(server.log) == 8
    counts = [request.headers["Authorization"].split("nc=")[1][:8] for request in server.log]
    assert len(set(counts)) == 8


def test_stale_nonce_is_renewed(server, connector):
    server.auth = "digest"
    ids = filled(server, 8)
    records = connector.read(server.book, ids)
    server.stale_nonces, server.nonce = {server.nonce}, "another"
    results = connector.write(server.book, [update(item, notes="x") for item in records])
    assert [type(result) for result in results] == [Written] * 8


@pytest.mark.parametrize("auth", ["basic", "digest"])
def test_wrong_password_is_told_without_the_password(server, tmp_path, auth):
    server.auth = auth
    credentials = {"url": server.book, "username": USER, "password": "wr0ng-pw"}
    connector = CardDAV(credentials, world(tmp_path))
    with pytest.raises(SignInAgain) as raised:
        reading(connector, server.book)
    assert "wr0ng-pw" not in f"{raised.value}{raised.value!r}{connector!r}"
    assert len(server.log) <= 2


# --- Finding books ------------------------------------------------------------------------


@pytest.mark.parametrize("absolute", [True, False])
def test_well_known_redirect_is_followed_with_method_and_body(server, tmp_path, absolute):
    target = f"{server.url if absolute else ''}{BOOK}"
    server.plan = [answer(404), answer(301, {"Location": target})]
    credentials = {"url": f"{server.url}/", "username": USER, "password": PASSWORD}
    connector = CardDAV(credentials, world(tmp_path))
    assert [book.id for book in connector.containers()] == [server.book]
    assert server.methods == ["PROPFIND"] * 3
    assert server.log[2].body == server.log[1].body
    assert server.log[2].path == BOOK


def test_password_does_not_follow_to_another_host(server, tmp_path):
    with ScriptedServer() as other:
        other.auth = "basic"
        server.plan = [answer(302, {"Location": other.book})] * 4
        credentials = {"url": server.book, "username": USER, "password": PASSWORD}
        connector = CardDAV(credentials, world(tmp_path))
        with pytest.raises(AskStaff, match="on to http://127.0.0.1:.*enter it as the URL"):
            reading(connector, server.book)
        assert [request.headers.get("Authorization") for request in other.log] == [None]


def test_circle_of_redirects_ends(server, connector):
    server.plan = [answer(302, {"Location": BOOK})] * 9
    with pytest.raises(AskStaff, match="circle"):
        reading(connector, server.book)
    assert len(server.log) == 6


def test_url_without_any_book_says_what_to_enter(server, tmp_path):
    credentials = {"url": f"{server.url}/nothing/", "username": USER, "password": PASSWORD}
    connector = CardDAV(credentials, world(tmp_path))
    with pytest.raises(AskStaff, match="No address book was found.*Enter the address"):
        connector.containers()


def test_web_page_at_the_url_is_told(server, tmp_path):
    server.plan = [answer(200, {"Content-Type": "text/html"}, HTML)]
    credentials = {"url": f"{server.url}/", "username": USER, "password": PASSWORD}
    with pytest.raises(AskStaff, match="web page instead"):
        CardDAV(credentials, world(tmp_path)).containers()


def test_name_of_a_server_alone_stands_for_its_encrypted_address(server, tmp_path):
    name = server.url.removeprefix("http://")
    with pytest.raises(AskStaff, match="No secure connection to 127.0.0.1"):
        CardDAV({"url": name}, world(tmp_path)).containers()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ann@dav.example.org",
        "ftp://x/",
        "http://",
        "https://me:pw@dav.example.org/",
        "https://dav.example.org:carddav/",
        "https://dav.example.org:99999/",
        "https://[::1/",
        "javascript:alert(1)",
    ],
)
def test_url_that_is_none_is_refused_at_once(tmp_path, url):
    with pytest.raises(AskStaff, match="not a web address") as raised:
        CardDAV({"url": url}, world(tmp_path))
    assert "pw" not in str(raised.value)
