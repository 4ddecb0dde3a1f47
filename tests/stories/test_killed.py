"""kill -9 in the middle of an initial sync, wherever it is: the next run goes on.

A server pulls the plug when it has got a certain request, before or after carrying it out. What
is judged is only what the servers were asked for and what they hold in the end.
"""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from connectors.carddav.connector import PARALLEL
from connectors.carddav.reading import CHUNK
from tests.cards import realistic_cards
from tests.connectors.carddav.scripted import (
    DROPPED,
    Fault,
    Request,
    Response,
    ScriptedServer,
    carry_on,
)
from tests.connectors.carddav.servers import RadicaleServer, XandikosServer
from tests.stories.book import AddressBook
from tests.stories.gate import Gate
from tests.stories.installation import Installation, InThisProcess, account, pair
from tests.stories.vcards import value_of

CARDS = 120
#: Side, number of the request there, and whether it is still carried out. A is read first: the
#: list, a hundred bodies, the others. B is then read, and written: PUT k is its request 1 + k.
POINTS = [
    *[("a", 1, "before"), ("a", 2, "before"), ("a", 3, "before"), ("a", 3, "after")],
    *[("b", 1, "before"), ("b", 1, "after")],
    *[("b", 1 + put, "before") for put in (1, 7, 8, 9, 61, 113)],
    *[("b", 1 + put, "after") for put in (1, 2, 8, 16, 40, 80, 120)],
    ("b", 1 + CARDS + 1, "before"),
]


class Plug:
    """The process to be killed, once there is one."""

    def __init__(self) -> None:
        self.process: Future[subprocess.Popen[str]] = Future()

    def pulled(self, when: str) -> Fault:
        def pull(server: ScriptedServer, request: Request) -> Response:
            if when == "after":
                server.serve(request)
            victim = self.process.result(60)
            victim.kill()
            victim.wait()
            return DROPPED

        return pull


@pytest.fixture
def servers() -> Iterator[dict[str, ScriptedServer]]:
    with ScriptedServer() as a, ScriptedServer() as b:
        yield {"a": a, "b": b}


def test_there_are_twenty_points() -> None:
    assert len(set(POINTS)) == 20


@pytest.mark.sqlite_only
@pytest.mark.parametrize(("side", "number", "when"), POINTS)
def test_the_next_run_goes_on_where_the_killed_one_was(
    accord: Installation, quick: InThisProcess, servers: dict[str, ScriptedServer],
    side: str, number: int, when: str,
) -> None:  # fmt: skip
    cards = realistic_cards(CARDS)
    for index, card in enumerate(cards):
        servers["a"].put(f"{index}.vcf", card.encode())
    connect(quick, servers["a"].book, servers["b"].book)

    kill(accord, servers, side, number, when)
    first = {name: taken_log(server) for name, server in servers.items()}
    assert len(first[side]) >= number
    status, answer = quick.sync("pair")
    second = {name: taken_log(server) for name, server in servers.items()}

    assert (status, answer["state"], answer["in_sync"]) == (0, "done", CARDS)
    assert sorted(map(person, cards)) == sorted(
        person(card.decode()) for _, card in servers["b"].cards.values()
    )
    told = answered(first[side], number)
    read, made = bodies(first["a"]), puts(first["b"])
    if side == "a":
        read, made = bodies(told), []
    assert_nothing_twice(read, bodies(second["a"]), list(servers["a"].cards))
    made_for_sure = puts(told) if side == "b" else []
    assert_no_card_written_again(made_for_sure, made, second["b"])

    assert quick.sync("pair")[1]["b"] == {
        "requests": 1, "created": 0, "updated": 0, "marked": 0,
    }  # fmt: skip
    assert [len(server.log) for server in servers.values()] == [1, 1]


@pytest.mark.parametrize(
    ("put", "when"),
    [
        pytest.param(1, "after", marks=pytest.mark.sqlite_only),
        (12, "before"),
        pytest.param(24, "after", marks=pytest.mark.sqlite_only),
    ],
)
def test_the_same_with_real_servers(
    accord: Installation, quick: InThisProcess, radicale: RadicaleServer, xandikos: XandikosServer,
    put: int, when: str,
) -> None:  # fmt: skip
    cards = realistic_cards(24)
    a, b = AddressBook(radicale), AddressBook(xandikos)
    a.fill(cards)
    with Gate(radicale) as gate_a, Gate(xandikos) as gate_b:
        gates: dict[str, ScriptedServer] = {"a": gate_a, "b": gate_b}
        urls = gate_a.url_of(a.url), gate_b.url_of(b.url)
        connect(quick, *urls, username=radicale.user, password=radicale.password)
        kill(accord, gates, "b", 1 + put, when)
        first = {name: taken_log(gate) for name, gate in gates.items()}
        status, answer = quick.sync("pair")
        second = {name: taken_log(gate) for name, gate in gates.items()}
        assert (status, answer["in_sync"]) == (0, 24)
        assert sorted(map(person, cards)) == sorted(
            person(card.decode()) for card in b.cards().values()
        )
        assert bodies(second["a"]) == []
        told = answered(first["b"], 1 + put)
        assert_no_card_written_again(puts(told), puts(first["b"]), second["b"])
        assert quick.sync("pair")[1]["b"]["requests"] == 1
    a.close()
    b.close()


def connect(quick: InThisProcess, a: str, b: str, username: str = "", password: str = "") -> None:
    login = {"username": username, "password": password} if username else {}
    said = quick.load(
        "accounts:\n"
        + account("one", {"url": a, **login}, literal=True)
        + account("two", {"url": b}, literal=True)
        + "connections:\n"
        + pair("{account: one}", "{account: two}")
    )
    assert said.status == 0, said.err


def kill(
    accord: Installation, servers: dict[str, ScriptedServer], side: str, number: int, when: str
) -> None:
    plug = Plug()
    for server in servers.values():
        taken_log(server)
    servers[side].plan = [carry_on] * (number - 1) + [plug.pulled(when)]
    process = accord.start("sync", "pair")
    plug.process.set_result(process)
    process.communicate(timeout=60)
    assert process.returncode == -9


def taken_log(server: ScriptedServer) -> list[Request]:
    log, server.log = server.log, []
    return log


def answered(log: list[Request], number: int) -> list[Request]:
    """The requests whose answers the killed run had certainly written down: all before the one
    that it was killed in, but of writes, which go out eight at a time, only whole eights."""
    before = log[: number - 1]
    reads = [request for request in before if request.method != "PUT"]
    writes = [request for request in before if request.method == "PUT"]
    if log[number - 1].method != "PUT":
        return before
    return [*reads, *writes[: len(writes) // PARALLEL * PARALLEL]]


def bodies(log: list[Request]) -> list[str]:
    """Paths of the cards whose bodies were asked for."""
    found: list[str] = []
    for request in log:
        if request.method == "GET":
            found.append(request.path)
        elif b"addressbook-multiget" in request.body:
            found += re.findall(r"<D:href>([^<]*)</D:href>", request.body.decode())
    return found


def puts(log: list[Request]) -> list[str]:
    return [request.path for request in log if request.method == "PUT"]


def assert_nothing_twice(before: list[str], after: list[str], cards: list[str]) -> None:
    """Every body was read exactly once, all answers that were written down counted."""
    assert sorted([*before, *after]) == sorted(cards)
    assert len(before) in (0, CHUNK, CARDS)


def assert_no_card_written_again(
    finished: list[str], begun: list[str], second: list[Request]
) -> None:
    """Finished cards are neither written nor read again; of those in flight each costs at most
    one conditional write or one look."""
    in_flight = set(begun) - set(finished)
    assert len(in_flight) <= PARALLEL
    again = Counter([*puts(second), *bodies(second)])
    assert again.keys() & set(finished) == set()
    assert set(again.values()) <= {1}
    assert set(bodies(second)) <= in_flight
    conditions = {
        request.headers.get("If-None-Match") for request in second if request.method == "PUT"
    }
    assert conditions <= {"*"}


def person(card: str) -> str:
    """Its first e-mail address, of which each of the cards has its own."""
    return value_of(card.encode(), "EMAIL").casefold()


def test_writes_count_as_answered_by_whole_eights() -> None:
    """The judge judged."""
    log = [Request("REPORT", "/", {}, b""), *(Request("PUT", f"/{n}", {}, b"") for n in range(12))]
    assert puts(answered(log, 13)) == [f"/{n}" for n in range(8)]
    assert puts(answered(log, 9)) == []
    assert puts(answered([*log, log[0]], 14)) == [f"/{n}" for n in range(12)]
