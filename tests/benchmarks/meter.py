"""What a server counts while a tool is measured."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field

#: Where a metered server gives out its figures, and sets them to zero.
PATH = "/.meter"


@dataclass
class Meter:
    """``bodies`` and ``wire`` are bytes in both directions, without and with the HTTP heads."""

    methods: Counter[str] = field(default_factory=Counter)
    bodies: int = 0
    wire: int = 0

    def add(self, head: int, body: int) -> None:
        self.bodies += body
        self.wire += head + body

    def take(self) -> bytes:
        """The figures as JSON, and back to zero."""
        found = {"methods": dict(self.methods), "bodies": self.bodies, "wire": self.wire}
        self.methods, self.bodies, self.wire = Counter(), 0, 0
        return json.dumps(found).encode()
