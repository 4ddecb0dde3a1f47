"""Programs that a test starts, and what there is for them to sync."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from connections.accounts import keep_container, open_account, refresh_catalogue
from connections.mappings import default_lines
from connections.models import Account, Connection, Container, FieldMapping
from connections.vault import seal
from tests.processes.books import Books, two_books
from tests.processes.running import QUICK, Program, manage
from tests.stories.installation import InThisProcess

Start = Callable[..., Program]


@pytest.fixture
def connection(transactional_db: None, var: Path) -> Connection:
    """Of two memory apps; still a draft."""
    sides: list[Container] = []
    for name in ("one", "two"):
        account = Account.objects.create(name=name, app="memory", sealed=seal({"name": name}))
        connector = open_account(account)
        sides.append(keep_container(account, connector.containers()[0]))
        refresh_catalogue(sides[-1], connector, timezone.now())
    made = Connection.objects.create(name="pair", a=sides[0], b=sides[1])
    for position, line in enumerate(default_lines(sides[0].catalogue, sides[1].catalogue)):
        FieldMapping.objects.create(connection=made, position=position, **line._asdict())
    return made


@pytest.fixture
def books(transactional_db: None, var: Path, tmp_path: Path) -> Iterator[Books]:
    """Over HTTP, 60 cards in the first of them; nothing is due until somebody asks."""
    with two_books(60) as made:
        said = InThisProcess({}, tmp_path).load(made.file)
        assert said.status == 0, said.err
        yield made


@pytest.fixture
def started(tmp_path: Path) -> Iterator[list[Program]]:
    programs: list[Program] = []
    yield programs
    for program in reversed(programs):
        program.end()


@pytest.fixture
def start(started: list[Program], manage_environment: dict[str, str], tmp_path: Path) -> Start:
    """``start(command, **environment)``: a program that ends with the test."""

    def begin(command: list[str], **environment: str) -> Program:
        log = tmp_path / f"log-{len(started)}"
        started.append(Program(command, {**manage_environment, **environment}, log))
        return started[-1]

    return begin


@pytest.fixture
def start_worker(start: Start) -> Start:
    """``start_worker(**environment)``"""

    def begin(limits: tuple[str, ...] = (), **environment: str) -> Program:
        return start(manage("worker", *QUICK, *limits), **environment)

    return begin
