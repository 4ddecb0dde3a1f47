"""What a database says that does not work: it was stopped, or its disk is full."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError

DATABASE_STOPPED = (OperationalError, InterfaceError)


def what_stopped(error: Exception) -> str:
    """A sentence for whoever can mend it. What a server says may go on for lines."""
    first = str(error).strip().partition("\n")[0].rstrip(".")
    return f"The database stopped it: {first}. Make it work again (is its disk full?)."
