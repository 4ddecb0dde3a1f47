"""``python -m tests.benchmarks``: see the package."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tests.benchmarks import measure, servers
from tests.benchmarks.books import edit, surviving
from tests.benchmarks.report import Sample, Startup, machine, table
from tests.benchmarks.results import keep
from tests.benchmarks.servers import Place
from tests.benchmarks.tools import Accord, Tool, Vdirsyncer
from tests.cards import realistic_cards

SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Scene:
    """One table: where, how many cards, how often."""

    name: str
    server: str
    cards: int
    runs: int

    def open(self, folder: Path) -> AbstractContextManager[Place]:
        if self.server == "radicale":
            return servers.radicale(folder)
        return servers.stub(int(self.server.removeprefix("stub")))


def main() -> None:
    given = _arguments()
    scenes = _scenes(given)
    tools: list[Tool] = [Accord(), Vdirsyncer(given.vdirsyncer)]
    tools = [tool for tool in tools if not given.tool or tool.name.lower() == given.tool]
    cards = realistic_cards(max(scene.cards for scene in scenes))
    for scene in scenes:
        startups, samples = _play(scene, tools, cards[: scene.cards])
        title = f"{scene.name}, {scene.cards:,} cards"
        size = sum(len(card.encode()) for card in cards[: scene.cards]) / scene.cards
        about = f"Runs: {scene.runs}. Bytes a card: {size:.0f}. {machine()}"
        text = f"{about}\n\n{table(samples, startups)}"
        _say(f"## {title}\n\n{text}\n")
        if not given.quick and not given.tool:
            keep(title, text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description="Accord beside vdirsyncer."
    )
    parser.add_argument("--quick", action="store_true", help="100 cards, one run: does it work?")
    parser.add_argument("--cards", type=int, help="so many cards instead of 1,000 and 5,000")
    parser.add_argument("--runs", type=int, help="so many runs instead of 3 (of 5,000 cards: 1)")
    parser.add_argument("--only", choices=_SERVERS, help="only with this server")
    parser.add_argument("--tool", choices=("accord", "vdirsyncer"), help="only this program")
    parser.add_argument(
        "--vdirsyncer",
        metavar="PYTHON",
        default=sys.executable,
        help="the Python that vdirsyncer is installed for; otherwise this one",
    )
    return parser.parse_args()


_SERVERS = {
    "radicale": "Radicale",
    "stub0": "Stub",
    "stub40": "Stub with 40 ms a request",
}


def _scenes(given: argparse.Namespace) -> list[Scene]:
    scenes = []
    for server, name in _SERVERS.items():
        counts = [1000] if server == "radicale" else [1000, 5000]
        counts = [100] if given.quick else [given.cards] if given.cards else counts
        for count in counts:
            runs = given.runs or (1 if given.quick or count > 1000 else 3)
            scenes.append(Scene(name, server, count, runs))
    return [scene for scene in scenes if given.only in (None, scene.server)]


def _play(
    scene: Scene, tools: Sequence[Tool], cards: Sequence[str]
) -> tuple[list[Startup], list[Sample]]:
    """The tools take turns, so that what else the machine does hits both."""
    startups: list[Startup] = []
    samples: list[Sample] = []
    for _ in range(scene.runs):
        for tool in tools:
            with tempfile.TemporaryDirectory() as name, scene.open(Path(name) / "server") as place:
                samples += _phases(place, tool, cards, Path(name))
                startups += [_startup(tool) for _ in range(3)]
    return startups, sorted(samples, key=lambda sample: _PHASES.index(sample.phase))


def _startup(tool: Tool) -> Startup:
    cost = _measured(tool, tool.startup)
    return Startup(tool.name, cost["wall"], cost["cpu"])


_PHASES = ("initial", "no-op", "1 % changed", "no-op 2", "both sides", "no-op 3")


def _phases(place: Place, tool: Tool, cards: Sequence[str], folder: Path) -> list[Sample]:
    left, right = place.new_book(), place.new_book()
    left.fill(cards)
    tool.prepare(folder, left, right)
    run = partial(_sample, place, tool)
    samples = [run("initial"), run("no-op")]
    if len(right.cards()) != len(cards):
        raise SystemExit(f"{tool.name} copied {len(right.cards())} of {len(cards)} cards.")
    edit(left, right, SHARE, both=False, round_="1")
    samples += [run("1 % changed"), run("no-op 2")]
    chosen = edit(left, right, SHARE, both=True, round_="2")
    disjoint = run("both sides")
    kept = f"{surviving(left, right, chosen, '2')} of {len(chosen)}"
    return [*samples, replace(disjoint, survived=kept), run("no-op 3")]


def _sample(place: Place, tool: Tool, phase: str) -> Sample:
    place.figures()
    cost = _measured(tool, tool.sync)
    counted = place.figures()
    return Sample(
        tool.name,
        phase,
        cost["wall"],
        cost["cpu"],
        cost["memory"],
        counted["methods"],
        counted["bodies"],
        counted["wire"],
    )


def _measured(tool: Tool, command: Sequence[str]) -> dict[str, float]:
    launch = [sys.executable, "-S", measure.__file__, *command]
    done = subprocess.run(launch, env=tool.environment or None, capture_output=True, text=True)
    cost: dict[str, float] = json.loads(done.stdout)
    if cost["status"]:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
    return cost


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
