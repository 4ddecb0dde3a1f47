"""How a database would carry out what a page asks it: over which large tables it would go row by
row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

#: These grow with the contacts and with what happens to them.
LARGE = ("connections_key", "connections_record", "sync_step", "sync_syncrecord")


class Asked:
    """``number``: of queries; ``plans``: by statement; ``scans``: those of them that take a large
    table from its first row to its last."""

    number: int
    plans: dict[str, str]
    scans: dict[str, str]


@contextmanager
def asked() -> Iterator[Asked]:
    """What is asked within the block."""
    found, statements = Asked(), []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found
    found.number = len(statements)
    # With their values beside them, as they were asked: of a value that stands in the statement
    # SQLite knows more.
    selects = [(sql, params) for sql, params in statements if sql.startswith("SELECT")]
    found.plans = {sql: _plan(sql, params) for sql, params in selects}
    found.scans = {
        sql: plan for sql, plan in found.plans.items() if _scans(plan) and not _ends_soon(sql, plan)
    }


def _ends_soon(statement: str, plan: str) -> bool:
    """The first rows of all that there are, in the order of an index: it stops after so many."""
    conditions = re.search(r" WHERE (.*?) (ORDER BY|LIMIT) ", statement)
    is_all = conditions is None or conditions[1] == '"sync_step"."logged"'
    is_sorted = "TEMP B-TREE" in plan or re.search(r"\bSort\b", plan) is not None
    return is_all and not is_sorted and bool(re.search(r" LIMIT \d+( OFFSET \d+)?\)?", statement))


def _plan(statement: str, params: Any) -> str:
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Of a test's few rows it would take all, index or not, as its statistics happen to be.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(
                "UPDATE pg_class SET reltuples = 1000000, relpages = 1"
                " WHERE relname = ANY(%s) AND reltuples < 1000",
                [list(LARGE)],
            )
            cursor.execute(f"EXPLAIN {statement}", params)
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}", params)
        lines = [str(row[-1]) for row in cursor.fetchall()]
        transaction.set_rollback(True)
    return "\n".join(lines)


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
