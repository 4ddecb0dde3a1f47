"""*Explain* and *Try it*: what is decided on a contact and why, and what would follow if it were
different. Nothing is written and no app is asked."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from connections.models import Connection, Record
from connections.rights import sees_people
from connectors.errors import AskStaff
from sync.desk.explained import explained_by
from sync.desk.pages import ConnectionPages
from sync.desk.places import OVERVIEW
from sync.desk.side_signs import signs_of
from sync.explaining.asking import explain
from sync.explaining.paper import Trial, paper_of
from sync.explaining.told import Explanation
from sync.views import COLUMNS


class TryForm(forms.Form):
    contact = forms.CharField(
        label="Contact",
        max_length=1100,
        help_text="Its e-mail address, or a:ID or b:ID with the app’s own id of it.",
        error_messages={"required": "Say which contact."},
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off", "spellcheck": "false"}),
    )
    values = forms.CharField(
        label="As if it had these values",
        required=False,
        max_length=10_000,
        help_text="A line each, such as city=Ghent; nothing after the = empties the field.",
        widget=UnfoldAdminTextareaWidget({"rows": 3, "spellcheck": "false"}),
    )
    put_on = forms.CharField(
        label="As if it were in",
        required=False,
        max_length=10_000,
        help_text="A line each, such as tag=VIP or label=Friends.",
        widget=UnfoldAdminTextareaWidget({"rows": 2, "spellcheck": "false"}),
    )
    take_off = forms.CharField(
        label="As if it were not in",
        required=False,
        max_length=10_000,
        help_text="A line each, in the same way.",
        widget=UnfoldAdminTextareaWidget({"rows": 2, "spellcheck": "false"}),
    )
    side = forms.ChoiceField(
        label="On which side to try it", required=False, choices=[("", ""), ("a", "A"), ("b", "B")]
    )

    @property
    def trial(self) -> Trial:
        lines = {
            name: [line.strip() for line in self.cleaned_data[name].splitlines() if line.strip()]
            for name in ("values", "put_on", "take_off")
        }
        return Trial(**lines, side=self.cleaned_data["side"])


class TryingPages(ConnectionPages):
    def get_urls(self) -> list[URLPattern]:
        view, both = self.admin_site.admin_view, require_http_methods(["GET", "HEAD", "POST"])
        return [
            path("<int:pk>/try/", view(both(self.try_out)), name="connection_try"),
            path(
                "<int:pk>/explain/<int:record>/",
                view(require_GET(self.explain_of)),
                name="connection_explain",
            ),
            *super().get_urls(),
        ]

    def try_out(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A POST only asks: so that whom it is about stands in no address."""
        connection = self.seen(request, pk)
        if request.method == "POST" and not sees_people(request.user):
            raise PermissionDenied
        form = TryForm(request.POST if request.method == "POST" else None)
        told: list[Explanation] = []
        if form.is_bound and form.is_valid():
            try:
                told = _told(connection, form)
            except AskStaff as error:
                form.add_error("contact", str(error))
        return self._told_page(request, connection, "Try it", form, told)

    def explain_of(self, request: HttpRequest, pk: int, record: int) -> HttpResponse:
        """A contact by the number of its record, which tells nobody who it is."""
        connection = self.seen(request, pk)
        if not sees_people(request.user):
            raise PermissionDenied
        sides = {connection.a_id: "a", connection.b_id: "b"}
        found = get_object_or_404(Record.objects.only(*COLUMNS), pk=record, container__in=sides)
        key = f"{sides[found.container_id]}:{found.remote_id}"
        form, told = TryForm(initial={"contact": key}), explain(connection, key, timezone.now())
        return self._told_page(request, connection, "Explain", form, told)

    def _told_page(
        self,
        request: HttpRequest,
        connection: Connection,
        title: str,
        form: TryForm,
        told: Sequence[Explanation],
    ) -> HttpResponse:
        signs = signs_of(connection)
        chosen = form["side"].value() or ""
        ways = [("", "where it is found"), *((side, sign.name) for side, sign in signs.items())]
        context = {
            "title": title,
            "form": form,
            "told": [explained_by(each, signs) for each in told],
            "sides": [(side, label, side == chosen) for side, label in ways],
            "faulty": [form[name] for name in form.errors if name in form.fields],
        }
        return self.page(request, "sync/try.html", connection, OVERVIEW, context)


def _told(connection: Connection, form: TryForm) -> list[Explanation]:
    key, trial = form.cleaned_data["contact"].strip(), form.trial
    paper = paper_of(connection, key, trial) if trial else None
    return explain(connection, key, timezone.now(), paper)
