"""The figures as tables, and the machine they come from."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from os import cpu_count
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Sample:
    """One measured process. ``wall`` and ``cpu`` in seconds, ``memory`` in MiB, the rest as
    counted by the server; ``bodies`` and ``wire`` in bytes, both directions."""

    tool: str
    phase: str
    wall: float
    cpu: float
    memory: float
    methods: dict[str, int]
    bodies: int
    wire: int
    survived: str = ""


@dataclass(frozen=True, slots=True)
class Startup:
    """What a tool costs before it does anything, in seconds."""

    tool: str
    wall: float
    cpu: float


_HEADS = (
    "phase", "tool", "wall s", "CPU s", "start-up wall", "start-up CPU", "peak MiB", "requests",
    "bodies", "with heads", "edits kept",
)  # fmt: skip


def table(samples: Sequence[Sample], startups: Sequence[Startup]) -> str:
    """Medians over the runs; wall and CPU after start-up, the start-up beside them."""
    idle = {startup.tool: _median(startups, startup.tool) for startup in startups}
    groups = dict.fromkeys((sample.phase, sample.tool) for sample in samples)
    rows = [
        _row(
            phase,
            idle[tool],
            [item for item in samples if (item.phase, item.tool) == (phase, tool)],
        )
        for phase, tool in groups
    ]
    return _markdown([_HEADS, ["---"] * len(_HEADS), *rows])


def _median(startups: Sequence[Startup], tool: str) -> Startup:
    own = [startup for startup in startups if startup.tool == tool]
    return Startup(
        tool, median(startup.wall for startup in own), median(startup.cpu for startup in own)
    )


def _row(phase: str, idle: Startup, samples: Sequence[Sample]) -> list[str]:
    last = samples[-1]
    requests = ", ".join(f"{count} {name}" for name, count in sorted(last.methods.items()))
    return [
        phase,
        idle.tool,
        f"{max(0.0, median(item.wall for item in samples) - idle.wall):.2f}",
        f"{max(0.0, median(item.cpu for item in samples) - idle.cpu):.2f}",
        f"{idle.wall:.2f}",
        f"{idle.cpu:.2f}",
        f"{median(item.memory for item in samples):.0f}",
        f"{sum(last.methods.values())} ({requests})",
        _size(median(item.bodies for item in samples)),
        _size(median(item.wire for item in samples)),
        last.survived,
    ]


def _size(count: float) -> str:
    return f"{count:.0f} B" if count < 10_000 else f"{count / 1000:,.0f} kB"


def _markdown(rows: Iterable[Sequence[str]]) -> str:
    lines = [list(row) for row in rows]
    widths = [max(len(row[index]) for row in lines) for index in range(len(lines[0]))]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in lines
    )


def wide(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Of many columns: nothing is padded."""
    lines = (heads, ["---"] * len(heads), *rows)
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def machine() -> str:
    """What to know to read the figures; no names of hosts or folders."""
    tools = ", ".join(
        f"{name} {version(name)}" for name in ("Django", "requests", "radicale", "faker")
    )
    return (
        f"{cpu_count()} cores, {_processor()}, {_system()}, Python {platform.python_version()}; "
        f"{tools}; SQLite; {date.today().isoformat()}."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    found = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return found[0] if found else platform.machine()


def _system() -> str:
    try:
        name = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    except OSError:
        name = platform.system()
    return f"{name}, kernel {platform.release().partition('-')[0]}"
