"""Keys that a fresh checkout makes for itself, so that a first look needs no preparation."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def made_once(path: Path, make: Callable[[], str]) -> str:
    """The text in ``path``; made on the first call and readable by the owner only.

    Two processes that come first at the same time agree: each writes a file of its own, and
    linking it to ``path`` succeeds for one of them only.
    """
    if not path.exists():
        own = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w") as file:
            file.write(make())
        try:
            os.link(own, path)
        except FileExistsError:
            pass
        finally:
            own.unlink()
    return path.read_text().strip()
