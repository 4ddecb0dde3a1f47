"""Sync records: what a connection knows of one person."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import display

from connections import mirror
from connections.models import Record
from connections.pages.read_only import ReadOnly
from connectors.contact import value_to_json
from sync.desk.words import RECORD_LABEL, field_label, moment, value
from sync.models import SyncRecord


class SyncRecordAdmin(ReadOnly):
    list_display = ["title", "connection", "status", "reason", "updated"]
    list_filter = ["connection", "state", "cause"]
    list_select_related = ["connection"]
    search_fields = ["title", "a__remote_id", "b__remote_id"]
    search_help_text = "A contact's name, or its id in an app"
    show_full_result_count = False
    fields = ["connection", "status", "reason", "contacts", "due_at", "updated_at"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("base", "drift")

    @display(description="State", ordering="state", label=RECORD_LABEL)
    def status(self, row: SyncRecord) -> str:
        return row.get_state_display()

    @display(description="Updated", ordering="updated_at")
    def updated(self, row: SyncRecord) -> SafeString:
        return moment(row.updated_at)

    @display(description="Contact")
    def contacts(self, row: SyncRecord) -> SafeString:
        """Field by field what each side holds, and what the two last agreed on."""
        held = [_values(record) for record in (row.a, row.b)]
        names = dict.fromkeys([*held[0], *held[1]])
        lines = format_html_join(
            "",
            '<tr><th>{}</th><td data-side="A">{}</td><td data-side="B">{}</td><td>{}</td></tr>',
            (
                (
                    field_label(name),
                    value(held[0].get(name, "")),
                    value(held[1].get(name, "")),
                    "agreed" if name in row.base else "",
                )
                for name in names
            ),
        )
        return format_html(
            '<table class="desk-table"><thead><tr><th>Field</th><th>A: {}</th><th>B: {}</th>'
            "<th></th></tr></thead><tbody>{}</tbody></table>",
            row.a.remote_id if row.a else "–",
            row.b.remote_id if row.b else "–",
            lines,
        )


def _values(record: Record | None) -> dict[str, Any]:
    contact = mirror.contact_of(record) if record else None
    if contact is None:
        return {}
    return {name: value_to_json(content) for name, content in contact.fields.items()}
