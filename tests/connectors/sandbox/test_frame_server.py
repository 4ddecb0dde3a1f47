"""The sandbox over real HTTP: its server, its router, its faults, its memory."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from connectors.sandbox.faults import Fault
from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import Server, serving
from tests.connectors.sandbox.shelf import Shelf


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def sandbox(slept: list[float]) -> Iterator[Sandbox]:
    sandbox = Sandbox(apps=[Shelf], sleep=slept.append, recording=True)
    yield sandbox
    sandbox.close()


@pytest.fixture
def server(sandbox: Sandbox) -> Iterator[Server]:
    with serving(sandbox) as server:
        yield server


@pytest.fixture
def texts(server: Server) -> str:
    return f"{server.url}/shelf/v1/texts"


@pytest.fixture
def browser() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


# --- The server -----------------------------------------------------------------------------


def connection(server: Server) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)


def test_a_connection_is_kept_for_many_requests(server):
    line = connection(server)
    line.request("GET", "/shelf/v1/texts")
    line.getresponse().read()
    first = line.sock
    for method, path in (
        ("POST", "/shelf/v1/texts"),
        ("POST", "/nowhere/at/all"),
        ("PUT", "/shelf/v1/nothing"),
        ("HEAD", "/shelf/v1/texts"),
        ("DELETE", "/shelf/v1/texts/1"),
        ("PATCH", "/_/faults"),
        ("GET", "/shelf/v1/texts"),
    ):
        line.request(method, path, body=b'"a body that somebody has to read"')
        answer = line.getresponse()
        answer.read()
        assert line.sock is first, (method, path, answer.status)
    assert answer.status == 200
    line.close()


def test_an_answer_without_a_body_has_no_length(server):
    line = connection(server)
    line.request("DELETE", "/shelf/v1/texts/1")
    answer = line.getresponse()
    assert (answer.status, answer.getheader("Content-Length"), answer.read()) == (204, None, b"")
    line.close()


def test_a_body_in_chunks_is_refused_and_not_misread(server):
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=5) as line:
        # In one piece: the server does not wait for the last chunk to say no.
        line.sendall(
            b"POST /shelf/v1/texts HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            b'3\r\n"a"\r\n0\r\n\r\n'
        )
        assert line.recv(100).startswith(b"HTTP/1.1 411 ")


def test_who_expects_a_word_before_the_body_gets_it_at_once(server):
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=5) as line:
        line.sendall(
            b"POST /shelf/v1/texts HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
            b"Expect: 100-continue\r\n\r\n"
        )
        assert line.recv(100).startswith(b"HTTP/1.1 100")
        line.sendall(b'"a"')
        assert b" 201 " in line.recv(1000)


def test_many_requests_at_once_lose_nothing(server, texts, sandbox):
    def add(number: int) -> str:
        return requests.post(texts, json=number, timeout=30).json()["id"]

    with ThreadPoolExecutor(16) as pool:
        ids = list(pool.map(add, range(200)))
    assert len(set(ids)) == 200
    assert sorted(item["text"] for item in requests.get(texts, timeout=5).json()) == [*range(200)]
    assert len(sandbox.calls) == 201


def test_a_closed_server_ends_the_connections_that_were_kept(sandbox, browser):
    with serving(sandbox) as server:
        url = f"{server.url}/shelf/v1/texts"
        browser.get(url, timeout=5)
    with pytest.raises(requests.ConnectionError):
        browser.get(url, timeout=5)


def test_a_client_that_goes_away_disturbs_nobody(server, texts, capfd):
    for _ in range(5):
        line = socket.create_connection(("127.0.0.1", server.server_port))
        line.sendall(b"POST /shelf/v1/texts HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n")
        line.close()
    assert requests.get(texts, timeout=5).status_code == 200
    assert "Traceback" not in capfd.readouterr().err


# --- Paths and bodies -----------------------------------------------------------------------


def test_placeholders_stand_for_parts_of_the_path(server, texts, browser):
    id = browser.post(texts, json={"a": 1}).json()["id"]
    assert browser.get(f"{texts}/{id}").json() == {"id": id, "text": {"a": 1}}
    got = browser.get(f"{server.url}/shelf/v1/files/a/b%20c/%C3%A9%2Fd")
    assert got.json() == {"path": "a/b c/é/d"}


def test_what_is_not_there_is_told_as_the_app_tells_it(server, browser):
    answer = browser.put(f"{server.url}/shelf/v1/texts", json=1)
    assert (answer.status_code, answer.json()) == (404, {"known": ["GET", "POST"]})
    assert answer.headers["X-Shelf"] == "1"
    assert browser.get(f"{server.url}/attic/v1").status_code == 404


@pytest.mark.parametrize(
    "body", [b"{", b"\xff", b"NaN", b"[" * 100_000, b'"\\ud800"', b"1 2", b"'a'", b"1" * 5000]
)
def test_what_is_no_json_is_a_value_error(texts, browser, body):
    assert browser.post(texts, data=body).status_code == 400


def test_any_text_is_kept(texts, browser):
    text = "Zoë 李 👩‍👩‍👧 \x00 \u2028 \\ \" '"
    id = browser.post(texts, json=text).json()["id"]
    assert browser.get(f"{texts}/{id}").json()["text"] == text


# --- Memory ---------------------------------------------------------------------------------


def test_a_refused_request_takes_back_what_it_stored(texts, browser):
    answer = browser.post(f"{texts}/9:refuse")
    assert (answer.status_code, answer.json()) == (409, {"error": "no"})
    assert browser.get(texts).json() == []


def test_a_restart_keeps_everything(tmp_path: Path):
    for turn in (1, 2, 3):
        sandbox = Sandbox(tmp_path / "all.sqlite3", apps=[Shelf])
        account = sandbox.apps["shelf"].open_account("ann@example.com", "Ann", f"key{turn}")
        with serving(sandbox) as server:
            texts = f"{server.url}/shelf/v1/texts"
            assert requests.post(texts, json=turn, timeout=5).json() == {"id": str(turn)}
            assert [item["text"] for item in requests.get(texts, timeout=5).json()] == [
                *range(1, turn + 1)
            ]
            for key in range(1, turn + 1):
                signed = {"Authorization": f"Bearer key{key}"}
                me = requests.get(f"{server.url}/shelf/v1/me", headers=signed, timeout=5)
                assert me.json() == {"account": account}
        assert len(sandbox.apps["shelf"].accounts.all()) == 1
        sandbox.close()


def test_two_sandboxes_work_on_one_file(tmp_path: Path):
    """As the demo does: one is served, another is people's hands."""
    one, two = (Sandbox(tmp_path / "all.sqlite3", apps=[Shelf]) for _ in range(2))

    def fill(sandbox: Sandbox, word: str) -> None:
        for number in range(50):
            sandbox.store.put("shelf/text", f"{word}{number}", {"id": f"{word}{number}"})

    threads = [threading.Thread(target=fill, args=pair) for pair in ((one, "a"), (two, "b"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert one.store.count("shelf/text") == two.store.count("shelf/text") == 100
    one.close()
    two.close()


# --- Faults ---------------------------------------------------------------------------------


def test_slow_answers_late(sandbox, texts, slept, browser):
    sandbox.order("shelf", Fault("slow", seconds=2.5))
    assert browser.post(texts, json=1).status_code == 201
    assert slept == [2.5]


def test_status_answers_as_the_app_words_it_and_does_nothing(sandbox, texts, browser):
    sandbox.order("shelf", Fault("status", status=503, retry_after=7))
    answer = browser.post(texts, json=1)
    assert (answer.status_code, answer.json()) == (503, {"sorry": 503})
    assert (answer.headers["Retry-After"], answer.headers["X-Shelf"]) == ("7", "1")
    assert browser.get(texts).json() == []


@pytest.mark.parametrize(("what", "done"), [("dropped", []), ("lost", [1])])
def test_a_cut_connection_is_before_or_after_the_deed(sandbox, texts, what, done):
    sandbox.order("shelf", Fault(what))
    with pytest.raises(requests.ConnectionError):
        requests.post(texts, json=1, timeout=5)
    assert [item["text"] for item in requests.get(texts, timeout=5).json()] == done
    assert [call.status for call in sandbox.calls] == [0, 200]


def test_broken_does_it_and_answers_with_a_page(sandbox, texts, browser):
    sandbox.order("shelf", Fault("broken", status=200))
    answer = browser.post(texts, json=1)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert [item["text"] for item in browser.get(texts).json()] == [1]


def test_faults_strike_by_method_path_place_and_number(sandbox, texts, server, browser):
    sandbox.order("shelf", Fault("status", 500, method="POST", path="/texts", skip=1, times=2))
    sandbox.order("shelf", Fault("status", 502, path="/files", times=-1))
    assert [browser.post(texts, json=1).status_code for _ in range(5)] == [201, 500, 500, 201, 201]
    assert browser.get(texts).status_code == 200
    files = f"{server.url}/shelf/v1/files/a"
    assert {browser.get(files).status_code for _ in range(5)} == {502}
    assert [fault.status for fault in sandbox.apps["shelf"].faults.orders] == [502]
    sandbox.apps["shelf"].faults.clear()
    assert browser.get(files).status_code == 200


def test_each_request_meets_one_fault_and_the_first_ordered_comes_first(sandbox, texts, browser):
    for status in (500, 503):
        sandbox.order("shelf", Fault("status", status))
    assert [browser.get(texts).status_code for _ in range(3)] == [500, 503, 200]


def test_pages_for_people_are_struck_only_by_name_and_are_no_calls(sandbox, server, texts, browser):
    page = f"{server.url}/shelf/"
    sandbox.order("shelf", Fault("status", 500))
    assert browser.get(page).status_code == 200
    assert browser.get(texts).status_code == 500
    sandbox.order("shelf", Fault("status", 500, path="/"))
    assert browser.get(page).status_code == 500
    assert [call.template for call in sandbox.calls] == ["/v1/texts"]
    assert sandbox.apps["shelf"].asked_before == []


def test_an_unknown_fault_cannot_be_ordered():
    with pytest.raises(ValueError, match="slow, status, dropped, lost, broken"):
        Fault("fire")


# --- Recording ------------------------------------------------------------------------------


def test_exchanges_are_recorded_whole(sandbox, texts, browser):
    browser.post(f"{texts}?a=1&a=2&b=", json={"x": 1}, headers={"Authorization": "Bearer secret"})
    sandbox.order("shelf", Fault("lost"))
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{texts}/1", timeout=5)
    first, second = sandbox.exchanges
    assert (first.app, first.method, first.template) == ("shelf", "POST", "/v1/texts")
    assert (first.query, first.request) == ({"a": ["1", "2"], "b": [""]}, {"x": 1})
    assert (first.status, first.response) == (201, {"id": "1"})
    assert first.headers["content-type"] == "application/json"
    assert "secret" not in repr(first)
    assert (second.template, second.path) == ("/v1/texts/{id}", "/v1/texts/1")
    assert (second.request, second.status, second.response) == (None, 0, None)


def test_nothing_is_recorded_unasked():
    sandbox = Sandbox(apps=[Shelf])
    with serving(sandbox) as server:
        requests.get(f"{server.url}/shelf/v1/texts", timeout=5)
    assert (len(sandbox.calls), sandbox.exchanges) == (1, [])
    sandbox.close()


def test_the_server_is_on_this_machine_only(server):
    assert urlsplit(server.url).hostname == "127.0.0.1"
    assert server.socket.getsockname()[0] == "127.0.0.1"
