"""The pages of the product, for what holds for all of them. A new page is one line in ``DESK``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.urls import reverse

from connections.door.attempts import new_id
from connections.models import Connection
from tests.sync.desk.roles import everybody
from tests.sync.desk.roles.everybody import Rows


def make_rows() -> Rows:
    """Something for every page to show. Takes the tables and a ``var/`` of the test's own."""
    rows = everybody.make_rows()
    # It has run, so it was started.
    rows.connection.state = Connection.State.ACTIVE
    rows.connection.save(update_fields=["state"])
    return rows


Arguments = Callable[[Rows], list[Any]]


def nothing(rows: Rows) -> list[Any]:
    return []


def connection(rows: Rows) -> list[Any]:
    return [rows.connection.pk]


def draft(rows: Rows) -> list[Any]:
    return [rows.draft.pk]


#: Pages of whoever is signed in, and may do everything: name, arguments and query, which may name
#: rows.
DESK: tuple[tuple[str, Arguments, str], ...] = (
    ("admin:index", nothing, ""),
    ("admin:connections_connection_changelist", nothing, ""),
    ("admin:connections_connection_add", nothing, ""),
    ("admin:connections_connection_change", connection, ""),
    ("admin:connections_connection_change", draft, ""),
    ("admin:connections_connection_delete", draft, ""),
    ("admin:connections_connection_history_of", connection, ""),
    ("admin:connection_begin", lambda rows: [rows.beginning.pk], ""),
    ("admin:connection_sides", connection, ""),
    ("admin:connection_reviews", connection, ""),
    ("admin:connection_reviews", connection, "?kind=conflict"),
    ("admin:connection_trash", connection, ""),
    ("admin:connection_undo", connection, "?run={rows.run.pk}"),
    ("admin:connection_sides", draft, ""),
    ("admin:connection_options", connection, ""),
    ("admin:connection_options", draft, ""),
    ("admin:connection_mapping", connection, ""),
    ("admin:connection_mapping", draft, ""),
    ("admin:connection_rules", connection, ""),
    ("admin:rules_rule_add", nothing, "?connection={rows.connection.pk}&side=a"),
    ("admin:rules_rule_change", lambda rows: [rows.rule.pk], ""),
    ("admin:rules_rule_delete", lambda rows: [rows.rule.pk], ""),
    ("admin:connection_preview", connection, ""),
    ("admin:connection_preview", draft, ""),
    ("admin:connection_start", draft, ""),
    ("admin:connection_try", connection, ""),
    ("admin:connection_health", connection, ""),
    ("admin:connection_preview_people", connection, ""),
    ("admin:connection_explain", lambda rows: [rows.connection.pk, rows.record.pk], ""),
    ("admin:people", nothing, ""),
    ("admin:person", lambda rows: [rows.record.pk], ""),
    ("admin:person_erase", lambda rows: [rows.record.pk], ""),
    ("admin:sync_erasure_changelist", nothing, ""),
    ("admin:connection_go_back", lambda rows: [rows.connection.pk, rows.revision.pk], ""),
    ("admin:connections_account_changelist", nothing, ""),
    ("admin:connections_account_add", nothing, ""),
    ("admin:connections_account_add", nothing, "?app=carddav"),
    ("admin:connections_account_add", nothing, "?app=google"),
    ("admin:connections_account_change", lambda rows: [rows.account.pk], ""),
    ("admin:connections_account_delete", lambda rows: [rows.account.pk], ""),
    ("admin:connections_coming", nothing, ""),
    ("admin:connections_container_changelist", nothing, ""),
    ("admin:notifications", nothing, ""),
    ("admin:connections_channel_changelist", nothing, ""),
    ("admin:connections_channel_add", nothing, ""),
    ("admin:connections_channel_change", lambda rows: [rows.channel.pk], ""),
    ("admin:sync_run_changelist", nothing, ""),
    ("admin:sync_run_change", lambda rows: [rows.run.pk], ""),
    ("admin:sync_run_change", lambda rows: [rows.pilot.pk], ""),
    ("admin:sync_step_changelist", nothing, "?q=ada"),
    ("admin:sync_step_change", lambda rows: [rows.step.pk], ""),
    ("admin:sync_export_changelist", nothing, ""),
    ("admin:sync_syncrecord_changelist", nothing, ""),
    ("admin:sync_syncrecord_change", lambda rows: [rows.sync_record.pk], ""),
    ("admin:auth_user_changelist", nothing, ""),
    ("admin:auth_user_add", nothing, ""),
    ("admin:auth_user_change", lambda rows: [rows.user.pk], ""),
    ("admin:auth_user_delete", lambda rows: [rows.user.pk], ""),
    ("admin:auth_user_password_change", lambda rows: [rows.user.pk], ""),
    ("admin:auth_group_changelist", nothing, ""),
    ("admin:auth_group_add", nothing, ""),
    ("admin:auth_group_change", lambda rows: [rows.group.pk], ""),
    ("account_change_password", nothing, ""),
    ("account_logout", nothing, ""),
    ("mfa_index", nothing, ""),
    ("mfa_activate_totp", nothing, ""),
    ("mfa_list_webauthn", nothing, ""),
    ("mfa_add_webauthn", nothing, ""),
    ("door:outcome", lambda rows: [new_id()], ""),
    ("door:lost", nothing, ""),
)
#: Pages of who is not signed in.
ENTRANCE = (
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_inactive",
    "door:lost",
)


def addresses_of_the_desk(rows: Rows) -> Mapping[str, str]:
    """By what tests call the page: its address."""
    return {
        f"{number}. {name}{query}": reverse(name, args=arguments(rows)) + query.format(rows=rows)
        for number, (name, arguments, query) in enumerate(DESK, 1)
    }
