"""The form of an account: its name, its app, and that app's credentials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from connections.authorise import Answer
from connections.models import Account
from connections.vault import NoKey, unseal
from connectors import registry
from connectors.connector import Credential
from connectors.errors import AppError

KEPT = "Kept as it is when left empty."


class AccountForm(forms.ModelForm):
    """Fields of credentials are named APP__CREDENTIAL. A secret is never put into the page."""

    #: What the app said to these credentials; asked before the form's transaction begins.
    answer: Answer | AppError | None = None

    class Meta:
        model = Account
        fields = ["name", "app"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = stored_credentials(self.instance)
        if self.instance.pk and "app" in self.fields:
            self.fields["app"].disabled = True
        elif "app" in self.fields:
            self.fields["app"].initial = next(iter(registry.APPS))
        for name, value in self.stored.items():
            if spec := self._specs().get(name):
                field = self.fields.get(field_name(self.instance.app, spec))
                if field and not spec.secret:
                    field.initial = value
                elif field:
                    field.help_text = f"{spec.help} {KEPT}".strip()

    @property
    def app(self) -> str:
        return str(self.instance.app or self.cleaned_data.get("app", ""))

    @property
    def credentials(self) -> dict[str, str]:
        """As entered; a secret that was left empty is the stored one."""
        found: dict[str, str] = {}
        for name, spec in self._specs().items():
            value = self.cleaned_data.get(field_name(self.app, spec), "")
            if spec.secret and not value:
                value = self.stored.get(name, "")
            if value:
                found[name] = value
        return found

    def wants_an_answer(self) -> bool:
        """Is there something to ask the app?"""
        return self.credentials != self.stored or bool(self.instance.attention)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name, spec in self._specs().items():
            self._check(name, spec)
        if isinstance(self.answer, AppError):
            self.add_error(None, str(self.answer))
        return data

    def _check(self, name: str, spec: Credential) -> None:
        field = field_name(self.app, spec)
        if spec.required and not self.credentials.get(name):
            self.add_error(field, "This is needed to sign in.")
        elif spec.secret and not self.cleaned_data.get(field) and self._moved():
            # It must not travel to another address because somebody typed one.
            self.add_error(field, "Enter it again, as another credential has changed.")

    def _moved(self) -> bool:
        return bool(self.stored) and any(
            self.credentials.get(name) != self.stored.get(name)
            for name, spec in self._specs().items()
            if not spec.secret
        )

    def _specs(self) -> dict[str, Credential]:
        app = self.instance.app or getattr(self, "cleaned_data", {}).get("app", "")
        return {spec.name: spec for spec in specs_of(app)} if app else {}


def form_for(app: str, answer: Answer | AppError | None) -> type[AccountForm]:
    """The form with the fields of this app; of all apps for ""."""
    fields = {
        field_name(word, spec): _field(spec)
        for word in ([app] if app else registry.APPS)
        for spec in specs_of(word)
    }
    return type("AccountForm", (AccountForm,), {**fields, "answer": answer})


def specs_of(app: str) -> tuple[Credential, ...]:
    return registry.connector_class(app).credentials


def field_name(app: str, spec: Credential) -> str:
    return f"{app}__{spec.name}"


def stored_credentials(account: Account) -> Mapping[str, str]:
    """Nothing when no key opens them: then they have to be entered again."""
    try:
        return unseal(account.sealed) if account.sealed else {}
    except NoKey:
        return {}


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
