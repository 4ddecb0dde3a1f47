"""Name, direction and options of a connection."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from connections.models import Connection
from rules.editing import keep
from sync.desk.changing import AGAIN, asked_first
from sync.desk.fault_words import judged_for_page
from sync.desk.options_form import OptionsForm
from sync.desk.pages import ConnectionPages
from sync.desk.places import OPTIONS, after, url_of

GO_ON = "_go_on"


class OptionsPages(ConnectionPages):
    def get_urls(self) -> list[URLPattern]:
        view, both = self.admin_site.admin_view, require_http_methods(["GET", "HEAD", "POST"])
        return [
            path("<int:pk>/options/", view(both(self.options_of)), name="connection_options"),
            *super().get_urls(),
        ]

    def options_of(self, request: HttpRequest, pk: int) -> HttpResponse:
        if request.method != "POST":
            connection = self.seen(request, pk)
            return self._options_page(request, OptionsForm(None, connection))
        connection = self.changed(request, pk)
        form = OptionsForm(request.POST, connection)
        if AGAIN in request.POST or not form.is_valid():
            return self._options_page(request, form)
        return self._save_options(request, form)

    def _save_options(self, request: HttpRequest, form: OptionsForm) -> HttpResponse:
        connection = form.connection
        verdict = judged_for_page(connection, form.edit)
        if verdict.errors:
            form.mark(verdict.errors)
            return self._options_page(request, form)
        if answer := asked_first(request, self.admin_site, verdict, OPTIONS):
            return answer
        keep(verdict, request.user)
        is_draft = connection.state == Connection.State.DRAFT
        if is_draft:
            for warning in verdict.warnings:
                messages.warning(request, warning.text)
        if verdict.changes:
            messages.success(request, "Direction and options are saved.")
        else:
            messages.info(request, "Direction and options are like that already.")
        stays = is_draft and GO_ON not in request.POST
        return redirect(url_of(connection, OPTIONS) if stays else after(connection, OPTIONS))

    def _options_page(self, request: HttpRequest, form: OptionsForm) -> HttpResponse:
        context = {"title": "Direction and options", "form": form}
        return self.page(request, "sync/options.html", form.connection, OPTIONS, context)
