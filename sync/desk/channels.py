"""Channels: rooms elsewhere that are told what needs somebody. An address goes in and is never
shown again: who has it can write there."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from connections.models import Channel
from sync.watch.channels import SERVICES, NotTold, entered, service_of, tell

_NONE = "That is no address of a service that can be told. See which there are below the field."


class ChannelForm(forms.ModelForm):
    """The address is never put into the page."""

    secret_address = forms.CharField(
        label="Address",
        max_length=2000,
        # Not the browser's saved password of this site.
        widget=UnfoldAdminPasswordWidget({"autocomplete": "new-password"}),
    )

    class Meta:
        model = Channel
        fields = ["name", "on", "everything", "connections", "digest"]
        widgets = {
            "name": UnfoldAdminTextInputWidget(),
            "on": UnfoldBooleanSwitchWidget(),
            "digest": UnfoldBooleanSwitchWidget(),
            "everything": UnfoldBooleanSwitchWidget(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if (address := self.fields.get("secret_address")) is None:
            return  # one who may only look
        address.help_text = (
            "The web hook that the service gives, such as https://hooks.slack.com/services/…, or "
            "an address as appriseit.com lists them. It is kept encrypted and never shown again. "
            f"There is: {', '.join(sorted(set(SERVICES.values()), key=str.casefold))}."
        )
        if self.instance.sealed:
            address.required = False
            address.help_text += " Kept as it is when left empty."

    def clean_secret_address(self) -> str:
        address: str = self.cleaned_data["secret_address"]
        if address and not service_of(address):
            raise forms.ValidationError(_NONE)
        return address


class ChannelAdmin(ModelAdmin):
    form = ChannelForm
    fields = ["name", "secret_address", "everything", "connections", "digest", "on"]
    list_display = ["name", "service", "told_of", "daily", "condition"]
    search_fields = ["name", "service"]
    actions = None
    when_empty = (
        "A channel is a chat, or another service, that is told when a connection needs somebody. "
        "By mail people are told without one, as each chooses under My notifications."
    )
    change_form_outer_before_template = "sync/channel.html"

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """No address asks letter by letter what is kept, encrypted as it is."""
        return not lookup.startswith("sealed") and super().lookup_allowed(lookup, value, request)

    def get_fields(self, request: HttpRequest, obj: Channel | None = None) -> Any:
        """Who may only look is shown no field for an address."""
        may_enter = self.has_change_permission(request, obj) or obj is None
        return [name for name in self.fields or [] if may_enter or name != "secret_address"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """All to be ticked at once, without a way to make connections from here."""
        if db_field.name == "connections":
            return db_field.formfield(widget=UnfoldAdminCheckboxSelectMultipleWidget())
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        context = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().changeform_view(
            request, object_id, form_url, {**context, **(extra_context or {})}
        )

    @display(description="Told of")
    def told_of(self, channel: Channel) -> str:
        if channel.everything:
            return "every connection"
        return ", ".join(row.name for row in channel.connections.all()) or "no connection"

    @display(description="Digest", ordering="digest")
    def daily(self, channel: Channel) -> str:
        return "daily" if channel.digest else "–"

    @display(
        description="Condition", label={"in order": "success", "off": "info", "not told": "danger"}
    )
    def condition(self, channel: Channel) -> str:
        if not channel.on:
            return "off"
        return "not told" if channel.trouble else "in order"

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:
        if address := form.cleaned_data["secret_address"]:
            entered(obj, address)
            obj.trouble = ""
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        view = require_POST(self.admin_site.admin_view(self.test))
        return [path("<int:pk>/test/", view, name="connections_channel_test"), *super().get_urls()]

    def test(self, request: HttpRequest, pk: int) -> HttpResponse:
        channel = get_object_or_404(Channel, pk=pk)
        if not self.has_change_permission(request, channel):
            raise PermissionDenied
        who = cast(Any, request.user).get_username()
        try:
            tell(channel, "This is a test", f"{who} tries whether Accord can be heard here.")
        except NotTold as error:
            messages.error(request, f"{channel} was not told. {error}")
        else:
            messages.success(request, f"{channel} was told. Look whether it came.")
        return redirect("admin:connections_channel_change", pk)
