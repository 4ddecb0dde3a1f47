"""HTTP at the session: addresses, faults, sizes, signing in. Against sockets of our own."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from connectors.errors import AskStaff, SignInAgain, TryAgain, Unanswered
from connectors.guard import check_address, watching
from connectors.login import Login
from connectors.session import Session, TooLarge, Trouble
from connectors.urls import host, origin
from tests.connectors.carddav.scripted import ScriptedServer, answer, carry_on, dropped
from tests.connectors.conformance import world

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def session(server, tmp_path, slept) -> Iterator[Session]:
    at = replace(world(tmp_path), sleep=slept.append, now=lambda: NOW)
    session = Session(at, server.url)
    yield session
    session.close()


# --- Whose turn it is ----------------------------------------------------------------------


def test_each_request_that_may_change_something_is_asked_about_before(server, tmp_path) -> None:
    """One call of a connector may be many requests, and its process may stand still between."""

    class Lost(Exception):
        pass

    asked: list[int] = []

    def assure() -> None:
        asked.append(len(server.log))
        if len(asked) > 2:
            raise Lost

    session = Session(replace(world(tmp_path), assure=assure), server.url)
    for method in ("GET", "PUT", "REPORT", "DELETE"):
        session.request(method, f"{server.url}/x")
    assert asked == [1, 3]
    with pytest.raises(Lost):
        session.request("PUT", f"{server.url}/x")
    assert len(server.log) == 4
    session.close()


# --- Addresses ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "public", "private"),
    [
        ("93.184.216.34", True, True),
        ("2606:2800:220:1::1", True, True),
        ("127.0.0.1", False, True),
        ("::1", False, True),
        ("10.1.2.3", False, True),
        ("192.168.1.1", False, True),
        ("fd12::1", False, True),
        ("100.64.0.1", False, True),
        ("::ffff:10.0.0.1", False, True),
        ("64:ff9b::a00:1", False, True),
        ("169.254.169.254", False, False),
        ("::ffff:169.254.169.254", False, False),
        ("64:ff9b::a9fe:a9fe", False, False),
        ("fe80::1%eth0", False, False),
        ("fd00:ec2::254", False, False),
        ("100.100.100.200", False, False),
        ("0.0.0.0", False, False),
        ("224.0.0.1", False, False),
    ],
)
def test_address_is_judged(address, public, private):
    for allow_private, allowed in ((False, public), (True, private)):
        if allowed:
            check_address(address, allow_private)
        else:
            with pytest.raises(AskStaff, match="reserved|private"):
                check_address(address, allow_private)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_private_peer_is_refused_before_anything_is_sent(server, tmp_path, host):
    closed = Session(replace(world(tmp_path), allow_private=False), server.url)
    url = server.url.replace("127.0.0.1", host)
    with pytest.raises(AskStaff, match="ALLOW_PRIVATE_ADDRESSES"):
        closed.request("GET", url)
    assert server.log == []
    closed.close()


def test_what_a_library_connects_to_is_judged_as_well(server):
    """By Python's own sockets, in what ever way; and only of who asked for it."""
    port = int(server.url.rpartition(":")[2].partition("/")[0])
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
        watching(allow_private=False) as refused,
    ):
        for reach in (
            lambda: socket.create_connection(("localhost", port), 5),
            lambda: datagrams.sendto(b"x", ("127.0.0.1", port)),
            lambda: datagrams.connect(("localhost", port)),
        ):
            refused.clear()
            with pytest.raises(ConnectionRefusedError, match="not allowed"):
                reach()
            assert "private" in str(refused[0]) or "no address" in str(refused[0])
        with ThreadPoolExecutor(1) as other:
            other.submit(lambda: socket.create_connection(("127.0.0.1", port), 5).close()).result()
    with watching(allow_private=True) as refused:
        socket.create_connection(("127.0.0.1", port), 5).close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("169.254.169.254", port), 5)
    assert "169.254.169.254 is reserved" in str(refused[0])
    socket.create_connection(("127.0.0.1", port), 5).close()


# --- Requests and answers -----------------------------------------------------------------


def test_connection_is_kept_and_everything_counted(session, server):
    body = b"x" * 1000
    packed = gzip.compress(b"y" * 5000)
    server.plan = [answer(200), answer(200, {"Content-Encoding": "gzip"}, packed)]
    session.request("PUT", server.book, body=body)
    got = session.request("GET", server.book)
    assert got.body == b"y" * 5000
    assert (session.requests, session.sent, session.received) == (2, 1000, len(packed))


def test_each_answer_is_told_by_its_status_and_one_that_does_not_come_as_0(server, tmp_path):
    told: list[int] = []
    at = replace(world(tmp_path), sleep=lambda seconds: None, answered=told.append)
    session = Session(at, server.url)
    server.plan = [answer(503), dropped, answer(404)]
    assert session.request("GET", server.book).status == 404
    session.close()
    assert told == [503, 0, 404]


def test_too_large_answer_is_stopped_however_well_it_is_packed(session, server):
    bomb = gzip.compress(b"0" * 3_000_000)
    server.plan = [answer(200, {"Content-Encoding": "gzip"}, bomb)]
    with pytest.raises(TooLarge, match="more than 976 kB"):
        session.request("GET", server.book, limit=1_000_000)
    assert session.request("PROPFIND", server.book).status == 207


@pytest.mark.parametrize("status", [200, 207, 304, 400, 403, 404, 409, 412, 415, 501, 507])
def test_other_statuses_are_left_to_the_caller(session, server, status):
    server.plan = [answer(status)]
    assert session.request("PUT", server.book, body=b"x").status == status


@pytest.mark.parametrize(
    ("status", "method", "kind", "tries"),
    [
        (429, "GET", TryAgain, 3),
        (503, "PUT", TryAgain, 3),
        (500, "PUT", Unanswered, 1),
        (502, "PUT", Unanswered, 1),
        (504, "GET", Trouble, 3),
        (401, "GET", SignInAgain, 1),
    ],
)
def test_faults_are_named_by_their_remedy(session, server, slept, status, method, kind, tries):
    server.plan = [answer(status)] * 9
    with pytest.raises(kind) as raised:
        session.request(method, server.book, body=b"x" if method == "PUT" else b"")
    assert type(raised.value) is kind
    assert (len(server.log), len(slept)) == (tries, tries - 1)


def test_why_it_waits_is_told_without_what_was_sent(server, tmp_path, slept):
    told = []

    def waiting(seconds, why):
        told.append((seconds, why))

    at = replace(world(tmp_path), sleep=slept.append, waiting=waiting)
    server.plan = [answer(429, {"Retry-After": "12"}), answer(200)]
    session = Session(at, server.url)
    session.request("PUT", f"{server.book}?q=secret", body=b"secret")
    session.close()
    assert told == [(12.0, f"{host(server.url)} asks to wait (429).")]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("12", 12.0),
        ("Mon, 23 Nov 2026 12:00:20 GMT", 20.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", None),
        ("soon", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(session, server, slept, header, seconds):
    server.plan = [answer(503, {"Retry-After": header})]
    session.request("PROPFIND", server.book)
    assert slept == [seconds] if seconds else 0.5 <= slept[0] <= 1.0


def test_write_is_repeated_only_when_that_does_no_harm(session, server):
    server.plan = [dropped, carry_on]
    with pytest.raises(Unanswered):
        session.request("PUT", f"{server.book}a.vcf", body=b"x")
    assert len(server.log) == 1
    server.plan = [dropped, carry_on]
    assert session.request("PUT", f"{server.book}a.vcf", body=b"x", repeat=True).status == 201


def test_answer_cut_off_in_the_middle_is_not_taken_for_whole(session, server):
    server.plan = [answer(200, {"Content-Length": "100", "Connection": "close"}, b"half")] * 3
    with pytest.raises(TryAgain, match="completely"):
        session.request("GET", server.book)


def test_unreachable_host_is_tried_again(session):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(TryAgain, match="cannot be reached") as raised:
        session.request("PUT", f"http://127.0.0.1:{port}/", body=b"x")
    assert type(raised.value) is TryAgain


def test_unknown_host_names_the_host_and_nothing_else(session):
    with pytest.raises((AskStaff, TryAgain), match="nowhere.invalid") as raised:
        session.request("GET", "http://me:secret@nowhere.invalid/secret?token=secret")
    assert "secret" not in str(raised.value)


def test_no_tls_where_tls_is_expected_is_for_staff(session, server):
    with pytest.raises(AskStaff, match="No secure connection"):
        session.request("GET", server.book.replace("http:", "https:"))


def test_certificate_that_is_not_trusted_is_for_staff(session, tmp_path):
    port = _tls_server(tmp_path)
    with pytest.raises(AskStaff, match="certificate of 127.0.0.1 is not trusted"):
        session.request("PUT", f"https://127.0.0.1:{port}/", body=b"x")


def _tls_server(folder: Path) -> int:
    """One that says nothing, with a certificate that it made itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(1))
    file = folder / "server.pem"
    file.write_bytes(
        builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for _ in range(3):
            connection, _ = listener.accept()
            with connection:
                try:
                    context.wrap_socket(connection, server_side=True).close()
                except OSError:
                    continue

    threading.Thread(target=serve, daemon=True).start()
    return int(listener.getsockname()[1])


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://Dav.Example/x?y", "https://dav.example:443"),
        ("http://dav.example:8080", "http://dav.example:8080"),
        ("http://me:pw@[::1]/", "http://::1:80"),
    ],
)
def test_origin_is_scheme_host_and_port(url, place):
    assert origin(url) == place


# --- Signing in ---------------------------------------------------------------------------

CHALLENGE = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)


@pytest.mark.parametrize(
    ("url", "unasked"),
    [
        ("https://dav.example/", True),
        ("http://127.0.0.1:5232/", True),
        ("http://[::1]/", True),
        ("http://localhost/", True),
        ("http://dav.example/", False),
        ("http://127.0.0.1.dav.example/", False),
        ("http://192.168.1.1/", False),
    ],
)
def test_password_is_sent_unasked_only_where_nobody_hears_it(url, unasked):
    login = Login(url, "Aladdin", "open sesame")
    assert login.header("GET", url) == ("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==" if unasked else "")
    assert login.challenged('Basic realm="x, Digest"', "") is True
    assert login.header("GET", url).startswith("Basic")


def test_digest_wins_over_basic_and_a_refused_one_is_not_repeated():
    login = Login("https://dav.example/", "Mufasa", "Circle of Life")
    used = login.header("GET", "https://dav.example/")
    assert login.challenged(f'Basic realm="x", {CHALLENGE}', used)
    used = login.header("GET", "https://dav.example/dir/index.html?q=1")
    assert used.startswith('Digest username="Mufasa", realm="http-auth@example.org"')
    assert 'uri="/dir/index.html?q=1"' in used
    assert "algorithm=SHA-256" in used
    assert not login.challenged(CHALLENGE, used)
    assert login.challenged(f"{CHALLENGE}, stale=true", used)
    assert "nc=00000001" in login.header("GET", "https://dav.example/")


def test_nobody_signs_in_without_a_user_name():
    login = Login("https://dav.example/", "", "x")
    assert login.header("GET", "https://dav.example/") == ""
    assert not login.challenged('Basic realm="x"', "")


@pytest.mark.parametrize(
    "challenge", ["", "Bearer", "Digest realm=x", 'Digest nonce="a", algorithm=X']
)
def test_unknown_challenge_is_not_answered(challenge):
    assert not Login("http://dav.example/", "me", "pw").challenged(challenge, "")
