"""Syncs between the stand-ins of the apps, each a process of its own, and what it cost. The
stand-ins are served by another process, with their quotas off."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sync.management.serving import answers
from sync.management.stand_ins import StandIns
from tests.benchmarks import measure
from tests.benchmarks.inside import ROOT, run

#: Of every account at the stand-ins; in a configuration file it is ``${TOKEN}``.
TOKEN = "benchmark"
SYNC = "import django; django.setup(); from tests.benchmarks.sync_counted import main; main()"


@contextmanager
def served(apps: StandIns, folder: Path, slow: float = 0) -> Iterator[None]:
    """``slow``: by so many seconds the clock of the apps is behind, so that what is written seems
    to be as old to whoever asks when they have the right time again."""
    port = apps.url.rpartition(":")[2]
    command = ["-m", "tests.benchmarks.town", str(folder / "sandbox.sqlite3"), port, str(slow)]
    server = subprocess.Popen([sys.executable, *command], cwd=ROOT)
    try:
        while not answers(int(port)):
            time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait()


def loaded(configuration: str, folder: Path, environment: Mapping[str, str]) -> None:
    file = folder / "accord.yaml"
    file.write_text(configuration)
    run([str(ROOT / "manage.py"), "loadconfig", str(file), "--verbosity=0"], environment)


def synced(environment: Mapping[str, str], *arguments: str) -> Mapping[str, Any]:
    """``wall`` and ``cpu`` in seconds and ``memory`` in MiB of the process, ``queries``, and the
    ``answer`` of ``manage.py sync --json``."""
    command = [sys.executable, "-c", SYNC, *arguments, "--json"]
    launch = [sys.executable, "-S", measure.__file__, *command]
    done = subprocess.run(launch, env=environment, capture_output=True, text=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    if figures["status"]:
        raise SystemExit(f"sync {' '.join(arguments)} failed:\n{done.stderr}")
    answer, counted = (line for line in done.stderr.splitlines() if line.startswith("{"))
    return figures | {"answer": json.loads(answer)} | json.loads(counted)
