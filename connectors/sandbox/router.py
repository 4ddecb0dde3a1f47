"""Which function answers a request: routes are a method and a path with ``{placeholders}``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from connectors.sandbox.web import Answer, Request

Handler = Callable[[Request], Answer]
_PLACEHOLDER = re.compile(r"\\\{(\w+)(:path)?\\\}")


@dataclass(frozen=True, slots=True)
class Route:
    """``{name}`` stands for what holds no slash, ``{name:path}`` for what may."""

    method: str
    path: str
    handler: Handler


@dataclass(frozen=True, slots=True)
class Found:
    """``template`` is the path with its placeholders: the kind of call."""

    handler: Handler
    template: str
    parts: Mapping[str, str]


class Router:
    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [(route, _pattern(route.path)) for route in routes]

    def find(self, method: str, path: str) -> Found | None:
        """The first route that fits."""
        for route, pattern in self._routes:
            if route.method == method and (match := pattern.fullmatch(path)):
                return Found(route.handler, route.path, match.groupdict())
        return None

    def methods(self, path: str) -> list[str]:
        """Those that the path knows."""
        return sorted({route.method for route, pattern in self._routes if pattern.fullmatch(path)})


def _pattern(path: str) -> re.Pattern[str]:
    def group(found: re.Match[str]) -> str:
        return f"(?P<{found[1]}>{'.+' if found[2] else '[^/]+'})"

    return re.compile(_PLACEHOLDER.sub(group, re.escape(path)))
