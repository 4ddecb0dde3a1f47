"""The form of an account: its name, and the credentials of its app."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from connections.accounts import known_account, stored_credentials
from connections.authorise import Answer
from connections.models import Account
from connectors import registry
from connectors.connector import Credential
from connectors.errors import AppError

KEPT = "Kept as it is when left empty."


class AccountForm(forms.ModelForm):
    """Fields of credentials are named APP__CREDENTIAL. A secret is never put into the page."""

    app: str
    #: What the app said to these credentials; asked before the form's transaction begins.
    answer: Answer | AppError | None = None

    class Meta:
        model = Account
        fields = ["name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.app = self.app
        self.stored = stored_credentials(self.instance)
        for spec in specs_of(self.app):
            field = self.fields.get(field_name(self.app, spec))
            if field and spec.name in self.stored:
                if spec.secret:
                    field.help_text = f"{spec.help} {KEPT}".strip()
                else:
                    field.initial = self.stored[spec.name]

    @property
    def credentials(self) -> dict[str, str]:
        """As entered; a secret that was left empty is the stored one."""
        found: dict[str, str] = {}
        for spec in specs_of(self.app):
            value = self.cleaned_data.get(field_name(self.app, spec), "")
            if spec.secret and not value:
                value = self.stored.get(spec.name, "")
            if value:
                found[spec.name] = value
        return found

    def wants_an_answer(self) -> bool:
        """Is there something to ask the app?"""
        return self.credentials != self.stored or bool(self.instance.attention)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for spec in specs_of(self.app):
            self._check(spec)
        if isinstance(self.answer, AppError):
            self.add_error(None, str(self.answer))
        elif self.answer and not self.instance.pk:
            self._check_new(self.answer)
        return data

    def _check_new(self, answer: Answer) -> None:
        known = known_account(self.app, answer.identity)
        if known:
            message = "That is account {} already. <a href='{}'>Use it</a>, or give it these there."
            page = reverse("admin:connections_account_change", args=[known.pk])
            self.add_error(None, forms.ValidationError(format_html(message, known, page)))

    def _check(self, spec: Credential) -> None:
        field = field_name(self.app, spec)
        if spec.required and not self.credentials.get(spec.name):
            self.add_error(field, "This is needed to sign in.")
        elif spec.secret and not self.cleaned_data.get(field) and self._moved():
            # It must not travel to another address because somebody typed one.
            self.add_error(field, "Enter it again, as another credential has changed.")

    def _moved(self) -> bool:
        return bool(self.stored) and any(
            self.credentials.get(spec.name) != self.stored.get(spec.name)
            for spec in specs_of(self.app)
            if not spec.secret
        )


def form_for(app: str, answer: Answer | AppError | None) -> type[AccountForm]:
    """The form with the fields of this app."""
    fields = {field_name(app, spec): _field(spec) for spec in specs_of(app)}
    return type("AccountForm", (AccountForm,), {**fields, "app": app, "answer": answer})


def specs_of(app: str) -> tuple[Credential, ...]:
    return registry.connector_class(app).credentials


def field_name(app: str, spec: Credential) -> str:
    return f"{app}__{spec.name}"


def _field(spec: Credential) -> forms.CharField:
    widget: forms.Widget = UnfoldAdminTextInputWidget({"autocomplete": "off"})
    if spec.secret:
        # Not the browser's saved password of this site.
        widget = UnfoldAdminPasswordWidget({"autocomplete": "new-password"})
    return forms.CharField(
        label=spec.label,
        help_text=spec.help,
        required=False,
        strip=not spec.secret,
        max_length=4000,
        widget=widget,
    )
