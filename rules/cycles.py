"""Rules of several connections that feed each other in a circle. Pure.

A rule reads on one container and writes on another. Inside one connection a rule does not see
what rules of that connection put there; other connections see it. So a circle leads from
connection to connection, and what comes round may be put on and taken off without end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field

from connectors.fields import fold
from rules.setup import MARK_KINDS, Rule, Setup, other
from rules.words.reading import sources


@dataclass(frozen=True, slots=True)
class Joined:
    """A connection with its two containers. ``a`` and ``b``: anything that is equal for the
    same container and reads as its name."""

    connection: str
    a: Hashable
    b: Hashable
    setup: Setup

    def container(self, side: str) -> Hashable:
        return self.a if side == "a" else self.b


@dataclass(frozen=True, slots=True)
class Cycle:
    """``steps``: what leads to what, in words; the last leads back to the first."""

    connections: tuple[str, ...]
    steps: tuple[str, ...]

    def __str__(self) -> str:
        return f"{', '.join(self.steps)}, and so back to {self.connections[0]}"


@dataclass(frozen=True, slots=True)
class _Node:
    """A segment or a field of a container. ``words``: as typed; names compare folded."""

    container: Hashable
    kind: str
    name: str
    words: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class _Edge:
    connection: str
    rule: str
    source: _Node
    target: _Node
    words: str


def cycles_of(connections: Iterable[Joined]) -> list[Cycle]:
    """The shortest circle through every rule that is in one, each circle once."""
    edges = sorted(
        {edge for joined in connections for edge in _edges(joined)},
        key=lambda edge: (edge.connection, edge.rule, edge.words),
    )
    reading: dict[_Node, list[_Edge]] = {}
    for edge in edges:
        reading.setdefault(edge.source, []).append(edge)
    after = {edge: list(_fed(edge, reading)) for edge in edges}
    found: dict[frozenset[tuple[str, str]], Cycle] = {}
    told: set[_Edge] = set()
    for edge in edges:
        if edge not in told and (path := _way_back(edge, after)):
            told.update(path)
            members = frozenset((each.connection, each.rule) for each in path)
            names = tuple(dict.fromkeys(each.connection for each in path))
            found.setdefault(members, Cycle(names, tuple(each.words for each in path)))
    return list(found.values())


def _fed(edge: _Edge, reading: dict[_Node, list[_Edge]]) -> Iterator[_Edge]:
    following = reading.get(edge.target, ())
    return (each for each in following if each.connection != edge.connection)


def _way_back(start: _Edge, after: dict[_Edge, list[_Edge]]) -> list[_Edge]:
    """The shortest way from an edge to itself, or nothing."""
    came_from: dict[_Edge, _Edge] = {}
    waiting = deque([start])
    while waiting:
        edge = waiting.popleft()
        for following in after[edge]:
            if following == start:
                path = [edge]
                while path[-1] != start:
                    path.append(came_from[path[-1]])
                return path[::-1]
            if following not in came_from:
                came_from[following] = edge
                waiting.append(following)
    return []


def _edges(joined: Joined) -> Iterator[_Edge]:
    for side in ("a", "b"):
        for rule in joined.setup.rules_of(side):
            reads, writes = _reads(rule, joined), _writes(rule, joined)
            pairs = [(source, target) for source in reads for target in writes]
            yield from (_edge(joined, rule, source, target) for source, target in pairs)
            if rule.both_ways and joined.setup.may_write(side):
                yield from (_edge(joined, rule, target, source) for source, target in pairs)


def _edge(joined: Joined, rule: Rule, source: _Node, target: _Node) -> _Edge:
    words = f"{joined.connection}: rule {rule.name} reads {source.words} and changes {target.words}"
    return _Edge(joined.connection, rule.name, source, target, words)


def _reads(rule: Rule, joined: Joined) -> list[_Node]:
    here = joined.container(rule.side)
    nodes = []
    for item in rule.conditions:
        if item.field:
            words = f"field {item.field.name} of {here}"
            nodes += [_Node(here, "field", name, words) for name in sorted(sources(item.field))]
        elif item.kind in MARK_KINDS and isinstance(item.value, str):
            nodes.append(_segment(here, item.kind, item.value))
    return nodes


def _writes(rule: Rule, joined: Joined) -> list[_Node]:
    there = joined.container(other(rule.side))
    return [
        _Node(there, "field", item.name, f"field {item.name} of {there}")
        if item.kind == "field"
        else _segment(there, item.kind, item.name)
        for item in rule.actions
    ]


def _segment(container: Hashable, kind: str, name: str) -> _Node:
    return _Node(container, kind, fold(name), f"{kind} {name} of {container}")
