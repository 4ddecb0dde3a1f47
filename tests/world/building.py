"""The rows of a world: accounts, containers, connections, their lines and rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

from django.db import connection, transaction

from connections.catalogues import catalogue_to_json
from connections.models import Account, Connection, Container, FieldMapping
from connections.vault import seal
from connectors.connector import Catalogue
from connectors.fields import STANDARD, Field
from connectors.memory.connector import CONTAINER
from connectors.memory.quirks import Quirks
from rules.models import Action, Condition, Rule
from rules.setup import other
from rules.written import WrittenRule
from tests.connectors.conformance import Partner
from tests.world.history import Setting
from tests.world.joins import OWN
from tests.world.words import LEVEL, UNMAPPED

_TABLES = (
    "sync_apart", "sync_day", "sync_total", "sync_step", "sync_run", "sync_planned", "sync_lease",
    "sync_syncrecord", "rules_revision", "rules_action", "rules_condition", "rules_rule",
    "connections_key", "connections_record", "connections_fieldmapping",
    "connections_connection", "connections_container", "connections_account",
)  # fmt: skip
_OWN = (Field(UNMAPPED, "Shoe size"), Field(LEVEL, "Level"))
#: Catalogues are as they are: no run of these few days asks for them again.
_FOR_EVER = datetime(2100, 1, 1, tzinfo=UTC)


def empty_tables() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"DELETE FROM {table}")


def quirks_of(setting: Setting, side: str) -> Quirks:
    needed = setting.required.get(side, "")
    fields = tuple(replace(field, required=field.name == needed) for field in STANDARD.values())
    joined = {join.of(side) for join in setting.lines}
    custom = (*_OWN, *(field for field in OWN if field.name in joined))
    return Quirks(fields=fields, custom=custom, **setting.quirks(side))


def build_container(side: str, quirks: Quirks) -> Container:
    account = Account.objects.create(
        name=side, app="memory", sealed=seal({"name": f"world-{side}"})
    )
    return Container.objects.create(
        account=account, remote_id=CONTAINER, name=side,
        catalogue_data=catalogue_to_json(catalogue_of(quirks)), catalogue_at=_FOR_EVER,
    )  # fmt: skip


def catalogue_of(quirks: Quirks) -> Catalogue:
    return Catalogue(
        fields=quirks.offered,
        segments=dict.fromkeys(sorted(quirks.segments), ()),
        statuses=quirks.statuses,
        tells_deletions=quirks.tells_deletions,
    )


def build_real_container(
    side: str, app: str, partner: Partner, credentials: Mapping[str, str]
) -> Container:
    """Of an app with its own connector, with the catalogue that this tells."""
    account = Account.objects.create(name=side, app=app, sealed=seal(credentials))
    with closing(partner.connector()) as connector:
        catalogue = connector.catalogue(partner.container)
    return Container.objects.create(
        account=account, remote_id=partner.container, name=side,
        catalogue_data=catalogue_to_json(catalogue), catalogue_at=_FOR_EVER,
    )  # fmt: skip


def build_connection(
    name: str, containers: Mapping[str, Container], setting: Setting
) -> Connection:
    row = Connection.objects.create(
        name=name, a=containers[name[0]], b=containers[name[1]],
        state=Connection.State.ACTIVE, direction=setting.direction,
        winner=setting.winners.get(name, setting.winner),
        avoid_duplicates=setting.avoid_duplicates, never_blank=setting.never_blank,
        sync_deletions=list(setting.sync_deletions),
        sync_unsubscribes=list(setting.sync_unsubscribes),
        new_status=setting.new_status, brakes=dict(setting.brakes),
    )  # fmt: skip
    FieldMapping.objects.bulk_create(
        FieldMapping(
            connection=row,
            position=i,
            a=line.a,
            arrow=line.arrow,
            b=line.b,
            winner=line.winner,
            values=dict(line.values),
        )
        for i, line in enumerate(setting.all_lines)
    )
    return row


def write_rules(
    row: Connection, written: Sequence[WrittenRule], segments: Mapping[str, str]
) -> None:
    """Rules of the same name stay the same rules, however changed. ``segments``: what a side
    calls a tag, where it does not call it so."""
    row.rules.exclude(name__in=[rule.name for rule in written]).delete()
    for position, rule in enumerate(written):
        here, there = (segments.get(side, "tag") for side in (rule.side, other(rule.side)))
        known, _ = Rule.objects.update_or_create(
            connection=row,
            name=rule.name,
            defaults={
                "side": rule.side, "position": position, "undo": rule.undo,
                "both_ways": rule.both_ways, "on": rule.on, "take_back": rule.take_back,
            },
        )  # fmt: skip
        known.conditions.all().delete()
        known.actions.all().delete()
        Condition.objects.bulk_create(
            Condition(
                rule=known, position=i, kind=x.kind.replace("tag", here), op=x.op, value=x.value,
                field=x.field,
            )
            for i, x in enumerate(rule.conditions)
        )  # fmt: skip
        Action.objects.bulk_create(
            Action(
                rule=known, position=i, kind=x.kind.replace("tag", there), value=x.value,
                field=x.field,
            )
            for i, x in enumerate(rule.actions)
        )  # fmt: skip
