"""The columns by which steps and sync records are listed and searched: of those that were there
before, and of what the engine writes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from sync.desk.exports import EXPORT
from sync.models import Run, Step, SyncRecord
from sync.touched import bit_of, touched
from tests.query_plans import asked
from tests.sync.conftest import Pair, person

#: Columns that are in the migrations below, and not before.
STEP = ("connection", "foreseen", "name_key", "touched", "rule_key", "logged", "is_open")


def busy(pair: Pair) -> None:
    """Steps by the engine, by two rules of which one's name begins like the other's, by hand, of a
    preview, and one without an answer."""
    for name in ("Friends", "Friends: more"):
        rule = pair.connection.rules.create(name=name, side="a")
        rule.conditions.create(kind="field", op="is", field="first_name", value="Zoë")
        rule.actions.create(kind="add tag", value=name)
    zoe = pair.a.add(person("Zoë", "zoe@x.org"))
    pair.b.add(person("Bob", "bob@x.org"))
    pair.sync()
    row = SyncRecord.objects.get(title="Zoë")
    by = User.objects.create_user("otto")
    pair.sync(kind=Run.Kind.BY_HAND, task={"release": [row.pk]}, by=by)
    pair.a.edit(zoe, {"company": "Ajax"})
    pair.sync(kind=Run.Kind.PREVIEW)
    pair.b.unanswered.add("Bo")
    pair.a.add(person("Bo", "bo@x.org"))
    pair.sync()


def columns() -> tuple[list[Any], list[Any]]:
    return (
        list(Step.objects.order_by("pk").values_list("pk", *STEP)),
        list(SyncRecord.objects.order_by("pk").values_list("pk", "name_key")),
    )


@pytest.fixture
def migrate(transactional_db: None) -> Iterator[Any]:
    def to(*targets: tuple[str, str]) -> None:
        executor = MigrationExecutor(connection)
        executor.migrate(list(targets))

    yield to
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_what_was_there_before_gets_what_is_written_now(migrate: Any, pair: Pair) -> None:
    busy(pair)
    before = columns()
    rules = set(Step.objects.exclude(rule="").values_list("rule", "rule_key"))
    assert len(rules) == len({key for _, key in rules}) == 2
    migrate(("sync", "0003_roles"))
    assert "touched" not in _columns_of("sync_step")
    migrate(("sync", "0006_log_indexes"))
    assert columns() == before


def test_going_back_takes_the_rights_away_and_coming_again_gives_them(migrate: Any) -> None:
    def may() -> set[str]:
        rows = Group.objects.filter(permissions__codename=EXPORT.partition(".")[2])
        return set(rows.values_list("name", flat=True))

    assert may() == {"Operators", "Administrators"}
    migrate(("sync", "0005_log_columns_filled"))
    assert may() == set()
    migrate(("sync", "0006_log_indexes"))
    assert may() == {"Operators", "Administrators"}


def _columns_of(table: str) -> set[str]:
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, table)
    return {column.name for column in columns}


def test_what_is_logged_and_what_is_open_follows_from_how_it_stands(pair: Pair) -> None:
    busy(pair)
    steps = Step.objects.select_related("run")
    assert {step.connection_id for step in steps} == {pair.connection.pk}
    for step in steps:
        is_foreseen = step.run.kind == Run.Kind.PREVIEW
        assert step.foreseen == is_foreseen
        assert step.logged == (not is_foreseen and step.result != Step.Result.PLANNED)
        assert step.touched == touched(step.fields)
    assert {step.result for step in steps if step.is_open} == {Step.Result.UNKNOWN}
    assert {step.result for step in steps if step.foreseen} >= {Step.Result.PLANNED}


def test_a_bit_may_stand_for_several_fields_and_every_field_has_one() -> None:
    names = [f"custom:{number}" for number in range(200)]
    assert all(touched([name, "emails"]) & bit_of(name) for name in names)
    assert touched([]) == 0
    assert touched(names) < 1 << 63, "a database's largest number"


def test_a_run_goes_through_no_steps_but_its_own(pair: Pair) -> None:
    busy(pair)
    with asked() as queries:
        pair.sync()
    assert {sql: plan for sql, plan in queries.scans.items() if "sync_step" in plan} == {}
