"""Sync records: what a connection knows of one person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import display

from connections import mirror
from connections.models import Record
from connections.rights import sees_people
from connectors.contact import value_to_json
from sync.desk.list_filters import chosen_connection
from sync.desk.personal import HIDDEN, OfPeople, tell_whether_all
from sync.desk.remedies import remedy_of
from sync.desk.row_filters import RECORD_FILTERS
from sync.desk.words import RECORD_LABEL, field_label, moment, value
from sync.finding import people_like
from sync.models import SyncRecord


class SyncRecordAdmin(OfPeople):
    list_display = ["contact", "connection", "status", "why", "updated"]
    list_display_links = ["contact"]
    list_filter = RECORD_FILTERS
    list_select_related = ["connection"]
    list_before_template = "sync/records.html"
    search_fields = ["name_key"]
    search_help_text = "Name, address, phone number or id"
    of_people = search_fields
    ordering = ["-pk"]
    when_empty = "What a connection knows of each person. They are listed from its first run on."
    change_form_outer_before_template = "sync/people_hidden.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("base", "drift")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SyncRecord], search_term: str
    ) -> tuple[QuerySet[SyncRecord], bool]:
        if not (search_term.strip() and sees_people(request.user)):
            return queryset, False
        found = people_like(search_term, chosen_connection(request))
        tell_whether_all(request, found)
        return queryset.filter(pk__in=found.ids), False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        contacts = "contacts" if sees_people(request.user) else "filled"
        return ["connection", "status", "reason", contacts, "due_at", "updated_at"]

    @display(description="Contact")
    def contact(self, row: SyncRecord) -> str:
        return str(row)

    @display(description="Why")
    def why(self, row: SyncRecord) -> str:
        """To those who may not see people the cause, which tells nothing of this contact."""
        is_hidden = row.reason == row.cause
        return remedy_of(row.state, row.cause).label if is_hidden and row.cause else row.reason

    @display(description="State", label=RECORD_LABEL)
    def status(self, row: SyncRecord) -> str:
        return row.get_state_display()

    @display(description="Updated")
    def updated(self, row: SyncRecord) -> SafeString:
        return moment(row.updated_at)

    @display(description="Contact")
    def contacts(self, row: SyncRecord) -> SafeString:
        """Field by field what each side holds, and what the two last agreed on."""
        ids = [record.remote_id if record else "–" for record in (row.a, row.b)]
        return _table(row, [f"A: {ids[0]}", f"B: {ids[1]}"], value)

    @display(description="Contact")
    def filled(self, row: SyncRecord) -> SafeString:
        """The same for those who may not see people."""
        return _table(row, ["A", "B"], lambda data: value(data and HIDDEN))


def _table(row: SyncRecord, sides: list[str], cell: Callable[[Any], SafeString]) -> SafeString:
    held = [_values(record) for record in (row.a, row.b)]
    lines = format_html_join(
        "",
        '<tr><th>{}</th><td data-side="A">{}</td><td data-side="B">{}</td><td>{}</td></tr>',
        (
            (
                field_label(name),
                cell(held[0].get(name, "")),
                cell(held[1].get(name, "")),
                "agreed" if name in row.base else "",
            )
            for name in dict.fromkeys([*held[0], *held[1]])
        ),
    )
    return format_html(
        '<table class="desk-table"><thead><tr><th>Field</th><th>{}</th><th>{}</th>'
        "<th></th></tr></thead><tbody>{}</tbody></table>",
        *sides,
        lines,
    )


def _values(record: Record | None) -> dict[str, Any]:
    contact = mirror.contact_of(record) if record else None
    if contact is None:
        return {}
    return {name: value_to_json(content) for name, content in contact.fields.items()}
