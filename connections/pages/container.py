"""Containers, as their apps showed them."""

from __future__ import annotations

from unfold.decorators import display

from connections.models import Container, Hook
from connections.pages.read_only import ReadOnly


class ContainerAdmin(ReadOnly):
    list_display = ["name", "account", "remote_id", "read_at"]
    list_filter = ["account"]
    list_select_related = ["account"]
    search_fields = ["name", "remote_id"]
    when_empty = (
        "Where accounts keep their contacts: audiences, address books and the like. Those that a "
        "connection reads are listed here."
    )
    fields = ["name", "account", "remote_id", "offers", "read_at", "full_at", "told"]

    @display(description="Fields")
    def offers(self, container: Container) -> str:
        return ", ".join(field.label for field in container.catalogue.fields) or "not read yet"

    @display(description="Changes are told at once")
    def told(self, container: Container) -> str:
        """By a webhook. Else, and beside it, everything is read at the interval."""
        hook = Hook.objects.filter(container=container).first()
        if hook is None:
            return "no"
        return "yes, by a webhook" if hook.on else f"no. {hook.why}"
