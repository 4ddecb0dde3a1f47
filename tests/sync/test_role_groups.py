"""The roles are groups that a migration makes: also in an installation with groups of its own."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from connections.rights import DELETE_PEOPLE, ERASE_PEOPLE, OPERATE, SEE_PEOPLE
from sync.desk.exports import EXPORT

pytestmark = pytest.mark.django_db

roles = importlib.import_module("sync.migrations.0003_roles")
exports = importlib.import_module("sync.migrations.0006_log_indexes")
erasures = importlib.import_module("sync.migrations.0009_erasures")
channels = importlib.import_module("sync.migrations.0010_notices")


@pytest.fixture(scope="module")
def then() -> Any:
    """The tables as they were when the migration was written."""
    return MigrationLoader(None).project_state([("sync", "0003_roles")]).apps


@pytest.fixture(scope="module")
def with_exports() -> Any:
    return MigrationLoader(None).project_state([("sync", "0006_log_indexes")]).apps


@pytest.fixture(scope="module")
def with_erasures() -> Any:
    return MigrationLoader(None).project_state([("sync", "0009_erasures")]).apps


@pytest.fixture(scope="module")
def with_channels() -> Any:
    return MigrationLoader(None).project_state([("sync", "0010_notices")]).apps


@pytest.fixture
def editor() -> Any:
    return SimpleNamespace(connection=connection)


def rights_of(name: str) -> set[str]:
    rows = Permission.objects.filter(group__name=name).select_related("content_type")
    return {f"{row.content_type.app_label}.{row.codename}" for row in rows}


def test_each_role_can_what_the_one_before_can_and_more() -> None:
    viewers, operators, administrators = map(rights_of, ("Viewers", "Operators", "Administrators"))
    assert {right.partition(".")[2].partition("_")[0] for right in viewers} == {"view"}
    assert {"connections.view_connection", "rules.view_rule", "sync.view_step"} <= viewers
    assert operators - viewers == {OPERATE, SEE_PEOPLE, EXPORT}
    assert operators < administrators
    assert {"connections.add_account", "rules.change_rule", "connections.delete_connection"} <= (
        administrators
    )
    assert "connections.view_channel" in viewers and "connections.add_channel" in administrators
    assert rights_of("Sees personal data") == {SEE_PEOPLE}
    assert rights_of("Deletes contacts") == {DELETE_PEOPLE}
    assert rights_of("Erases people") == {ERASE_PEOPLE}


def test_no_role_manages_users_or_writes_what_only_runs_write() -> None:
    every = set[str]().union(*(rights_of(group.name) for group in Group.objects.all()))
    assert not {right for right in every if right.startswith(("auth.", "admin."))}
    of_runs = {right for right in every if right.startswith("sync.")}
    assert of_runs - {EXPORT} == {right for right in every if right.startswith("sync.view_")}


def test_a_new_database_has_no_rights_yet_when_the_roles_are_made(
    then: Any, with_exports: Any, with_erasures: Any, with_channels: Any, editor: Any
) -> None:
    before = {group.name: rights_of(group.name) for group in Group.objects.all()}
    Group.objects.all().delete()
    Permission.objects.all().delete()
    roles.make_roles(then, editor)
    exports.give(with_exports, editor)
    erasures.give(with_erasures, editor)
    channels.give(with_channels, editor)
    assert {group.name: rights_of(group.name) for group in Group.objects.all()} == before


def test_a_group_of_that_name_keeps_what_it_has(then: Any, editor: Any) -> None:
    Group.objects.all().delete()
    own = Group.objects.create(name="Viewers")
    own.permissions.add(Permission.objects.get(codename="view_user"))
    roles.make_roles(then, editor)
    assert "auth.view_user" in rights_of("Viewers")
    assert "connections.view_connection" in rights_of("Viewers")


def test_going_back_drops_what_nobody_has_touched(
    then: Any, with_exports: Any, with_erasures: Any, with_channels: Any, editor: Any
) -> None:
    User.objects.create_user("otto").groups.add(Group.objects.get(name="Operators"))
    changed = Group.objects.get(name="Viewers")
    changed.permissions.add(Permission.objects.get(codename="view_user"))
    Group.objects.create(name="Night shift")
    channels.take(with_channels, editor)
    erasures.take(with_erasures, editor)
    exports.take(with_exports, editor)
    roles.drop_roles(then, editor)
    assert set(Group.objects.values_list("name", flat=True)) == {
        "Night shift",
        "Operators",
        "Viewers",
    }
