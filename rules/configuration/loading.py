"""A configuration file, from its text to what changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from connections.models import Connection, Container
from rules.configuration.accounts import WantedAccount, read_accounts
from rules.configuration.change import Change
from rules.configuration.changes import account_changes, connection_changes
from rules.configuration.checks import check_wishes
from rules.configuration.connections import WantedConnection, read_connections
from rules.configuration.document import read_document
from rules.configuration.logins import logins_of
from rules.configuration.looks import Look, Looking, look_at
from rules.configuration.problems import Problem, Problems
from rules.configuration.questions import questions_of
from rules.configuration.saving import save_account, save_connection, save_containers
from rules.configuration.wishes import Wish, stored_connections, wishes_of
from rules.history import record_revision
from rules.rows import setup_of
from rules.setup import Setup


@dataclass(frozen=True, slots=True)
class Outcome:
    """``changes`` in words, empty when everything was like that already. ``setups``: of the
    connections that were there, those whose setup changes, with what it becomes."""

    changes: tuple[str, ...]
    warnings: tuple[Problem, ...] = ()
    setups: tuple[tuple[Connection, Setup], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """``wishes``: what is wished for, with what would change."""

    looks: Mapping[str, Look]
    wishes: list[tuple[Wish, list[Change]]]
    setups: tuple[tuple[Connection, Setup], ...]

    @property
    def of_connections(self) -> tuple[Change, ...]:
        return tuple(change for _, changes in self.wishes for change in changes)

    def changes(self) -> tuple[str, ...]:
        """In the words of the file."""
        accounts = (change for look in self.looks.values() for change in account_changes(look))
        connections = (
            f"connection {wish.name}: {change}"
            for wish, changes in self.wishes
            for change in changes
        )
        return (*accounts, *connections)


def load(
    text: str,
    environment: Mapping[str, str],
    *,
    check: bool = False,
    by: Any = None,
    source: str = "",
) -> Outcome:
    """Make the tables say what the text says. With ``check`` nothing is stored.

    Raises ConfigurationError with all that is wrong; nothing is then stored either. The apps
    are asked in both cases: whether they can be opened and what they offer is part of the
    answer. ``by`` (a user or None) and ``source`` go into the history.
    """
    problems = Problems()
    root = read_document(text, problems)
    root.only("accounts", "connections")
    accounts = read_accounts(root, environment, problems)
    plan = plan_of(accounts, read_connections(root), stored_connections(), problems, look_at)
    changes = plan.changes()
    if not check:
        with transaction.atomic():
            save(plan, by, source)
    return Outcome(changes, tuple(sorted(problems.warnings)), plan.setups)


def plan_of(
    accounts: Mapping[str, WantedAccount],
    wanted: Mapping[str, WantedConnection],
    stored: Mapping[str, Connection],
    problems: Problems,
    look: Looking,
) -> Plan:
    """Raises ConfigurationError with all that is wrong, ``problems`` so far included."""
    questions = questions_of(wanted.values(), stored, problems)
    logins = logins_of(accounts, questions.values(), problems)
    looks = look(logins.values(), questions.values(), problems)
    wishes = wishes_of(wanted, stored, questions, looks, problems)
    setups = check_wishes(wishes, wanted, stored, problems)
    problems.stop()
    return Plan(
        looks,
        [(wish, connection_changes(wish)) for wish in wishes],
        tuple(
            (stored[name], setup)
            for name, setup in setups.items()
            if name in stored and setup != setup_of(stored[name])
        ),
    )


def save(plan: Plan, by: Any, source: str, kept: Collection[str] = ()) -> None:
    """In a transaction of the caller. ``kept``: options that stay as they are stored."""
    containers: dict[tuple[str, str], Container] = {}
    for look in plan.looks.values():
        account = save_account(look, by)
        for remote_id, container in save_containers(account, look).items():
            containers[account.name, remote_id] = container
    for wish, changes in plan.wishes:
        if changes:
            record_revision(save_connection(wish, containers, kept), by, source)
