"""Eight people in a real Radicale, A, and a real Xandikos, B; and trouble for A.

In every story somebody edits a card on B just before the trouble begins on A: that edit must
arrive once it is over.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sync.models import SyncRecord
from tests.connectors.carddav.servers import PASSWORD, RadicaleServer
from tests.stories.book import AddressBook
from tests.stories.gate import Gate
from tests.stories.installation import InThisProcess, account, pair
from tests.stories.vcards import value_of, with_property

NUMBERS = range(8)
QUIET = {"requests": 1, "created": 0, "updated": 0, "marked": 0}


@dataclass
class Home:
    """The same people on both sides, synced; A is behind a gate. ``url`` is A's address."""

    server: RadicaleServer
    a: AddressBook
    b: AddressBook
    gate: Gate
    commands: InThisProcess
    url: str
    twins: dict[str, str] = field(default_factory=dict)

    def load(self, password: str = PASSWORD) -> None:
        credentials = self.server.credentials(self.url)
        said = self.commands.load(
            "accounts:\n"
            + account("one", {**credentials, "password": password}, literal=True)
            + account("two", {"url": self.b.url}, literal=True)
            + "connections:\n"
            + pair("{account: one}", "{account: two}")
        )
        assert said.status == 0, said.err

    def begin(self) -> None:
        """The first sync; then somebody edits the first person on B."""
        self.load()
        assert self.commands.sync("pair")[1]["b"]["created"] == len(self.a.paths())
        at_b = {value_of(card, "EMAIL"): path for path, card in self.b.cards().items()}
        for path, card in self.a.cards().items():
            self.twins[path] = at_b[value_of(card, "EMAIL")]
        self.edit_on_b("Edited on B")

    def edit_on_b(self, title: str) -> None:
        path = self.twins[self.a.path("0.vcf")]
        card = with_property(self.b.get(path), "TITLE", f"TITLE:{title}".encode())
        self.b.put(path, card)

    def held_here(self) -> object:
        """What both servers and the sync records hold."""
        rows = SyncRecord.objects.order_by("pk").values("pk", "a_id", "b_id", "state", "base")
        return self.a.cards(), self.b.cards(), list(rows)

    def assert_stops(self, state: str, why: str) -> None:
        """The sync says this and stops; nothing changes anywhere."""
        before = self.held_here()
        plan = list(self.gate.plan)
        status, said = self.commands.sync("pair")
        assert (status, said["state"], said["why"]) == (2, state, why)
        assert self.held_here() == before
        self.gate.plan = plan
        assert self.commands.manage("sync", "pair").out == (f"pair: {state}. {why}\n")
        assert self.held_here() == before
        self.gate.plan = []

    def assert_ordinary_again(self) -> None:
        """The edit on B arrives, everybody is in sync, and then all is quiet."""
        status, said = self.commands.sync("pair")
        assert (status, said["state"], said["in_sync"]) == (0, "done", len(self.twins))
        updated, created = said["a"]["updated"], said["a"]["created"] + said["b"]["created"]
        assert (updated, said["b"]["updated"], created) == (1, 0, 0)
        assert value_of(self.a.get(self.a.path("0.vcf")), "TITLE") == "Edited on B"
        self.assert_quiet()

    def assert_quiet(self) -> None:
        status, said = self.commands.sync("pair")
        assert (status, said["a"], said["b"]) == (0, QUIET, QUIET)


def card_of(number: int, *more: str) -> str:
    lines = [
        "BEGIN:VCARD", "VERSION:3.0", f"UID:uid-{number}", f"N:Person;P{number};;;",
        f"FN:P{number} Person", f"EMAIL;TYPE=HOME:p{number}@mail.example", "TITLE:Old title",
        "X-MINE:kept", *more, "END:VCARD", "",
    ]  # fmt: skip
    return "\r\n".join(lines)
