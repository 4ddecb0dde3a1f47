"""Carrying out what a file says. Runs inside the transaction of ``loading``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Model
from django.utils import timezone

from connections.catalogues import catalogue_to_json
from connections.models import Account, Connection, Container, FieldMapping
from connections.vault import seal
from rules.configuration.connections import OPTIONS
from rules.configuration.looks import Look
from rules.configuration.mappings import Lines
from rules.configuration.renames import known, renamed
from rules.configuration.wishes import Wish
from rules.models import Action, Condition, Rule
from rules.rows import rule_rows, written_rule
from rules.setup import Brakes
from rules.written import WrittenRule


def save_account(look: Look, by: Any) -> Account:
    login = look.login
    account = login.stored or Account(name=login.name, app=login.app)
    account.identity, account.identity_name = look.identity.id, look.identity.name
    if login.changed:
        account.sealed = seal(login.credentials)
        account.renewed = seal(look.renewed) if look.renewed else ""
        account.authorised_at, account.authorised_by, account.ends_at = timezone.now(), by, None
    account.attention = ""  # it has just been opened
    fields = ["identity", "identity_name", "attention"]
    if login.changed:
        fields += ["sealed", "renewed", "authorised_at", "authorised_by", "ends_at"]
    account.save(update_fields=_only(account, *fields))
    return account


def save_containers(account: Account, look: Look) -> dict[str, Container]:
    """By the app's id, those that the file's sides are, with their catalogue as just read."""
    found = {}
    for info in look.chosen.values():
        found[info.id], _ = Container.objects.update_or_create(
            account=account,
            remote_id=info.id,
            defaults={
                "name": info.name,
                "catalogue_data": catalogue_to_json(look.catalogues[info.id]),
                "catalogue_at": timezone.now(),
            },
        )
    return found


def save_connection(
    wish: Wish, containers: Mapping[tuple[str, str], Container], kept: Collection[str] = ()
) -> Connection:
    """``kept``: the options that are not written, because the file does not decide them."""
    connection = wish.stored or Connection(name=wish.name)
    fields = ["a", "b", *(name for name in OPTIONS if name not in kept)]
    if connection.name != wish.name:
        connection.name = wish.name
        fields.append("name")
    connection.a, connection.b = containers[wish.a.key], containers[wish.b.key]
    for name, value in wish.options.items():
        setattr(connection, name, value)
    connection.brakes = _other_than_default(wish.options["brakes"])
    connection.save(update_fields=_only(connection, *fields))
    _save_lines(connection, wish.lines)
    _save_rules(connection, wish.rules)
    return connection


def _save_lines(connection: Connection, lines: Lines) -> None:
    rows = {(row.a, row.b): row for row in connection.mappings.all()}
    for position, (key, line) in enumerate(lines.items()):
        row = rows.pop(key, None) or FieldMapping(
            connection=connection, a=line.a, b=line.b, default=line.default
        )
        row.position, row.arrow, row.on, row.winner = position, line.arrow, line.on, line.winner
        row.values = dict(line.values)
        row.save()
    connection.mappings.filter(pk__in=[row.pk for row in rows.values()]).delete()


def _save_rules(connection: Connection, rules: Sequence[WrittenRule]) -> None:
    """A rule keeps its row, by which its effects are known, while its name and side stay, or
    when only its name is another."""
    stored = rule_rows(connection) if connection.pk else []
    rows = {(row.name, row.side): row for row in stored}
    former = renamed([written_rule(row) for row in stored], rules)
    wanted = {former.get(known(rule), known(rule)) for rule in rules}
    gone = [row.pk for key, row in rows.items() if key not in wanted]
    Rule.objects.filter(pk__in=gone).delete()
    for position, rule in enumerate(rules):
        row = rows.get(former.get(known(rule), known(rule))) or Rule(
            connection=connection, side=rule.side
        )
        if row.pk and row.position == position and written_rule(row) == rule:
            continue
        row.name = rule.name
        row.position, row.undo, row.both_ways = position, rule.undo, rule.both_ways
        row.on, row.take_back = rule.on, rule.take_back
        row.save()
        row.conditions.all().delete()
        row.actions.all().delete()
        Condition.objects.bulk_create(
            Condition(rule=row, position=place, kind=x.kind, op=x.op, field=x.field, value=x.value)
            for place, x in enumerate(rule.conditions)
        )
        Action.objects.bulk_create(
            Action(rule=row, position=place, kind=x.kind, field=x.field, value=x.value)
            for place, x in enumerate(rule.actions)
        )


def _only(row: Model, *fields: str) -> tuple[str, ...] | None:
    """Of a row that is there already these fields: a run may be changing the others just now."""
    return fields if row.pk else None


def _other_than_default(brakes: Mapping[str, Any]) -> dict[str, Any]:
    given = Brakes.from_json(brakes)
    default = Brakes()
    return {name: brakes[name] for name in brakes if getattr(given, name) != getattr(default, name)}
