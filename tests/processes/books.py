"""Two address books over HTTP and the connection *pair* between them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sync.models import Step
from tests.connectors.carddav.scripted import ScriptedServer, carry_on
from tests.processes.running import Halt
from tests.stories.installation import account, pair
from tests.stories.vcards import value_of


@dataclass(frozen=True, slots=True)
class Books:
    a: ScriptedServer
    b: ScriptedServer

    @property
    def file(self) -> str:
        """The configuration."""
        return (
            "accounts:\n"
            + account("one", {"url": self.a.book}, literal=True)
            + account("two", {"url": self.b.book}, literal=True)
            + "connections:\n"
            + pair("{account: one}", "{account: two}")
        )

    def halt_at_write(self, number: int) -> Halt:
        """Writes to B are those after the one request that reads it."""
        halt = Halt()
        self.b.plan = [*[carry_on] * number, halt]
        return halt

    def are_equal(self) -> bool:
        """Everybody is on both sides, once."""
        return _people(self.a) == _people(self.b)

    def expect_all_once(self) -> None:
        """Whatever went on, everybody was made in B once: by our log, and by what B has kept."""
        assert self.are_equal()
        assert Step.objects.filter(verb="create", result="done").count() == len(self.a.cards)
        assert len(self.b.changes) == len(self.a.cards)


def _people(server: ScriptedServer) -> list[str]:
    return sorted(value_of(card, "EMAIL").casefold() for _, card in server.cards.values())


def _card(index: int) -> bytes:
    name, address = f"Person {index}", f"p{index}@example.org"
    lines = (
        *("BEGIN:VCARD", "VERSION:3.0", f"UID:{index}", f"N:{index};Person;;;", f"FN:{name}"),
        *(f"EMAIL:{address}", "END:VCARD", ""),
    )
    return "\r\n".join(lines).encode()


@contextmanager
def two_books(cards: int) -> Iterator[Books]:
    """All of whose cards are in the first."""
    with ScriptedServer() as a, ScriptedServer() as b:
        for index in range(cards):
            a.put(f"{index}.vcf", _card(index))
        yield Books(a, b)
