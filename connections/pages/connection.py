"""A connection: its sides, options and field mapping. A higher room registers it, with what it
knows of a connection beside the form."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from unfold.admin import ModelAdmin, TabularInline

from connections.forms.connection import ConnectionForm
from connections.forms.mapping import MappingForm, MappingFormSet
from connections.joining import begin_mapping, read_fields
from connections.models import Connection, Container, FieldMapping
from connectors.errors import AppError


class MappingInline(TabularInline):
    model = FieldMapping
    form = MappingForm
    formset = MappingFormSet
    fields = ["a", "arrow", "b", "winner", "on"]
    extra = 0
    verbose_name = "line"
    verbose_name_plural = "Field mapping: which field flows where"
    hide_title = True


class ConnectionAdmin(ModelAdmin):
    form = ConnectionForm
    search_fields = ["name", "a__name", "b__name", "a__account__name", "b__account__name"]
    inlines = [MappingInline]
    actions = None
    warn_unsaved_form = True
    fieldsets = [
        (None, {"fields": ["name", ("a", "b")]}),
        (
            "Options",
            {
                "fields": [
                    ("direction", "winner"),
                    ("avoid_duplicates", "never_blank"),
                    ("region", "interval"),
                ]
            },
        ),
    ]

    def sides_are_fixed(self, connection: Connection) -> bool:
        """Higher rooms know whether it has run; from then on the sides stay."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Connection | None = None) -> list[str]:
        return ["a", "b"] if obj and self.sides_are_fixed(obj) else []

    def get_inlines(self, request: HttpRequest, obj: Connection | None) -> list[Any]:
        return list(self.inlines) if obj else []

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        kwargs["queryset"] = Container.objects.select_related("account").order_by(
            "account__name", "name"
        )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in ("a", "b"):
            field.empty_label = "Choose a container"
            field.label = f"Side {db_field.name.upper()}"
            field.help_text = "Where an account keeps contacts, such as an address book."
            field.widget.can_add_related = field.widget.can_view_related = False
        return field

    def get_form(
        self,
        request: HttpRequest,
        obj: Connection | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.unreadable = getattr(request, "unreadable", {})
        return form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        if request.method == "POST" and self.has_change_permission(request):
            self._read_fields(request)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _read_fields(self, request: HttpRequest) -> None:
        """Before the transaction in which Django's view validates and saves."""
        unreadable = {}
        for side in ("a", "b"):
            chosen = str(request.POST.get(side, ""))
            pk = int(chosen) if chosen.isdecimal() else 0
            container = Container.objects.filter(pk=pk).first()
            try:
                if container:
                    read_fields(container)
            except AppError as error:
                unreadable[side] = error
        cast(Any, request).unreadable = unreadable

    def save_model(self, request: HttpRequest, obj: Connection, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.has_other_sides:
            begin_mapping(obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if form.has_other_sides:
            # Lines that were shown for the former sides: they have been replaced.
            formset.new_objects = formset.changed_objects = formset.deleted_objects = []
        else:
            super().save_formset(request, form, formset, change)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> Any:
        """On to the draft: its mapping, its preview, its start."""
        messages.success(
            request, f"{obj} is a draft now. Look at its field mapping, then ask for a preview."
        )
        return redirect(reverse("admin:connections_connection_change", args=[obj.pk]))
