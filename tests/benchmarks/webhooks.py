"""``python -m tests.benchmarks.webhooks``: a flood of webhook posts, at a real web server, with a
real worker and the stand-in of Mailchimp, in which somebody changes each second. It makes no more
runs than WEBHOOK_PAUSE allows, and loses no change; else it says so, with status 1.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import requests

from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving
from tests.benchmarks.inside import ROOT, installed, run
from tests.benchmarks.played import loaded
from tests.ports import free_port

CONFIGURATION = """
accounts:
  - {name: newsletter, app: mailchimp, credentials: {api_key: "key-of-the-benchmark"}}
  - {name: book, app: memory, credentials: {name: book}}
connections:
  - {name: flooded, a: {account: newsletter}, b: {account: book}, direction: a-to-b, interval: 60}
"""
PAUSE = 10
#: Seconds for the last run to be made, on a busy machine.
LONG = 120


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.webhooks", description=__doc__
    )
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=int, default=50, help="posts a second")
    given = parser.parse_args()
    with closing(Sandbox(apps=["mailchimp"])) as sandbox, serving(sandbox) as server:
        app: Any = sandbox.apps["mailchimp"]
        account = app.open_account("owner@example.org", "Owner", token="key-of-the-benchmark")
        hands = app.hands(account)
        members = hands.audience(hands.add_audience("Readers"))
        for number in range(given.seconds):
            members.add({"email_address": f"p{number}@people.example"})
        with installed() as environment, _started(environment, server.url) as there:
            wrong = _flooded(given.seconds, given.rate, app, members, there)
    sys.exit("\n".join(wrong))


class There:
    """An installation at work."""

    def __init__(self, var: Path, database: Path) -> None:
        self.var, self.database = var, database

    def asked(self, statement: str) -> Any:
        with closing(sqlite3.connect(self.database, timeout=60)) as database:
            return database.execute(statement).fetchone()[0]

    def runs(self) -> int:
        number: int = self.asked("SELECT count(*) FROM sync_run WHERE finished_at IS NOT NULL")
        return number

    def names(self) -> Counter[str]:
        told = json.loads((self.var / "memory" / "book.json").read_text())
        people = (versions[-1]["contact"] for versions in told["people"].values())
        return Counter(person["fields"].get("first_name", "") for person in people if person)


@contextmanager
def _started(environment: Mapping[str, str], sandbox: str) -> Iterator[There]:
    port = free_port()
    environment = {
        **environment,
        "DEBUG": "on",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "MAILCHIMP_API_URL": f"{sandbox}/mailchimp/3.0",
        "WEBHOOK_PAUSE": str(PAUSE),
    }
    var = Path(environment["VAR_DIR"])
    loaded(CONFIGURATION, var, environment)
    run([str(ROOT / "manage.py"), "sync", "flooded", "--approve"], environment)
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    web = [gunicorn, "--threads", "4", "--bind", f"127.0.0.1:{port}", "config.wsgi"]
    worker = [sys.executable, str(ROOT / "manage.py"), "worker"]
    programs = [subprocess.Popen(web, env=environment, cwd=ROOT)]
    try:
        _until(lambda: _answers(f"http://127.0.0.1:{port}/accounts/login/"))
        programs.append(subprocess.Popen(worker, env=environment, cwd=ROOT))
        yield There(var, Path(environment["DATABASE_URL"].removeprefix("sqlite:///")))
    finally:
        for program in reversed(programs):
            program.terminate()
            program.wait()


def _flooded(seconds: int, rate: int, app: Any, members: Any, there: There) -> list[str]:
    """What went wrong."""
    hooks = f"mailchimp/hooks/{members.audience.id}"
    _until(lambda: app.store.all(hooks))
    [hook] = app.store.all(hooks)
    before, begun = there.runs(), time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        answers = []
        for number in range(seconds * rate):
            time.sleep(max(0, begun + number / rate - time.monotonic()))
            if number % rate == 0:
                who = f"p{number // rate}@people.example"
                members.edit(who, {"merge_fields": {"FNAME": "Changed"}})
                app.deliver()
            answers.append(pool.submit(_post, hook["url"], number))
        statuses = Counter(answer.result() for answer in answers)
    took = time.monotonic() - begun
    _until(lambda: there.names()["Changed"] == seconds)
    time.sleep(2 * PAUSE)
    runs, allowed = there.runs() - before, int((took + 2 * PAUSE) / PAUSE) + 2
    sys.stdout.write(
        f"{seconds * rate} posts in {took:.0f} s, answers {dict(statuses)}: {runs} runs "
        f"(allowed: {allowed}), {there.names()['Changed']} of {seconds} changes arrived\n"
    )
    return [
        *([f"{runs} runs are more than the pause allows."] if runs > allowed else []),
        *([f"Changes were lost: {there.names()}"] if there.names()["Changed"] < seconds else []),
        *([f"Not all posts were taken: {statuses}"] if set(statuses) != {200} else []),
    ]


def _post(url: str, number: int) -> int:
    body = {"type": "profile", "data[number]": str(number)}
    return requests.post(url, data=body, timeout=60).status_code


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=10).ok
    except requests.ConnectionError:
        return False


def _until(what: Any) -> None:
    end = time.monotonic() + LONG
    while not what() and time.monotonic() < end:
        time.sleep(0.2)


if __name__ == "__main__":
    main()
