"""What is wrong with a configuration file: where, what, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of the file (from 1) and the key that it is about, such as ``connections.winner``."""

    line: int
    key: str


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    place: Place
    text: str

    def __str__(self) -> str:
        key = f"{self.place.key}: " if self.place.key else ""
        return f"{self.place.line}: {key}{self.text}"


@dataclass(slots=True)
class Problems:
    """Collects: ``errors`` prevent loading, ``warnings`` do not."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def error(self, place: Place, text: str) -> None:
        problem = Problem(place, text)
        if problem not in self.errors:
            self.errors.append(problem)

    def warn(self, place: Place, text: str) -> None:
        self.warnings.append(Problem(place, text))

    def stop(self) -> None:
        """Raises ConfigurationError if anything is wrong so far."""
        if self.errors:
            raise ConfigurationError(sorted(self.errors))


class ConfigurationError(Exception):
    """Nothing was loaded. ``problems`` in the order of the file's lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
