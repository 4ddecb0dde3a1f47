"""How a database would carry out what a page asks it: over which large tables it would go row by
row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

#: These grow with the contacts and with what happens to them.
LARGE = ("connections_key", "connections_record", "sync_step", "sync_syncrecord")


class Asked:
    """``number``: of queries; ``scans``: by statement the plan, where it takes a large table from
    its first row to its last."""

    number: int
    scans: dict[str, str]


@contextmanager
def asked() -> Iterator[Asked]:
    """What is asked within the block."""
    found = Asked()
    with CaptureQueriesContext(connection) as queries:
        yield found
    statements = [query["sql"] for query in queries.captured_queries]
    found.number = len(statements)
    plans = {text: _plan(text) for text in dict.fromkeys(statements) if text.startswith("SELECT")}
    found.scans = {text: plan for text, plan in plans.items() if _scans(plan)}


def _plan(statement: str) -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Of a test's few rows it would take all, index or not.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {statement}")
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def _scans(plan: str) -> bool:
    """SQLite calls the reading of a whole index a scan as well. PostgreSQL tells it by the missing
    condition; what is all of a partial index is not all of the table."""
    tables = "|".join(LARGE)
    if connection.vendor != "postgresql":
        return bool(re.search(rf"\bSCAN ({tables})\b", plan))
    if re.search(rf"Seq Scan on ({tables})\b", plan):
        return True
    whole = rf"Index (?:Only )?Scan using (\S+) on (?:{tables})\b(?!.*\n\s+Index Cond)"
    return any(name not in _partial() for name in re.findall(whole, plan))


def _partial() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL")
        return {name for (name,) in cursor.fetchall()}
