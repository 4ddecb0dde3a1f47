"""``manage.py sync`` with its arguments, and after its answer a line with its queries."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management import call_command
from django.db import connection


def main() -> None:
    number = 0

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal number
        number += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        call_command("sync", *sys.argv[1:])
    sys.stdout.write(json.dumps({"queries": number}) + "\n")
