"""The two accounts of a connection: to be changed while it is a draft that has not run, fixed
afterwards."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods, require_POST

from connections.authorise import refresh_containers
from connections.beginning import begin_copy, give_other_sides, unreadable
from connections.forms.beginning import SidesForm
from connections.joining import BadSides
from connections.models import Account, Connection
from connections.pages.sides import newly_connected, sides_offered
from connections.posted import row_of
from connections.rights import OPERATE
from connectors.errors import AppError
from rules.configuration.wishes import has_run
from rules.history import record_revision
from sync.desk import verbs
from sync.desk.pages import ConnectionPages
from sync.desk.places import SIDES, after, url_of
from sync.models import Run

_READING = "Its accounts are being read just now. Wait until that has ended, then change them."


class SidesPages(ConnectionPages):
    def get_urls(self) -> list[URLPattern]:
        view, both = self.admin_site.admin_view, require_http_methods(["GET", "HEAD", "POST"])
        return [
            path("<int:pk>/sides/", view(both(self.sides_of)), name="connection_sides"),
            path("<int:pk>/copy/", view(require_POST(self.copy_as_draft)), name="connection_copy"),
            *super().get_urls(),
        ]

    def sides_of(self, request: HttpRequest, pk: int) -> HttpResponse:
        is_post = request.method == "POST"
        connection = self.changed(request, pk) if is_post else self.seen(request, pk)
        is_fixed = connection.state != Connection.State.DRAFT or has_run(connection)
        apps = {side: connection.container(side).account.app for side in "ab"}
        initial = {"a": connection.a_id, "b": connection.b_id}
        initial.update({side: each.pk for side, each in newly_connected(request, apps).items()})
        data = request.POST if is_post else None
        form = SidesForm(data, apps=apps, connection=connection, initial=initial)
        if is_post:
            if is_fixed:
                raise PermissionDenied
            if answer := _posted(request, connection, form):
                return answer
        here = url_of(connection, SIDES)
        context = {
            "title": "Accounts",
            "form": form,
            "is_fixed": is_fixed,
            "sides": sides_offered(request, form, apps, here),
            "chosen": [(side.upper(), connection.container(side)) for side in "ab"],
            "following": after(connection, SIDES),
            "may_add": self.has_add_permission(request),
        }
        return self.page(request, "sync/setup_sides.html", connection, SIDES, context)

    def copy_as_draft(self, request: HttpRequest, pk: int) -> HttpResponse:
        """For other accounts: a new set-up that begins with what this one is told to do."""
        connection = self.seen(request, pk)
        if not self.has_add_permission(request):
            raise PermissionDenied
        return redirect("admin:connection_begin", begin_copy(connection, request.user).pk)


def _posted(request: HttpRequest, connection: Connection, form: SidesForm) -> HttpResponse | None:
    """None: the form is shown again, with what is wrong."""
    if "look" in request.POST:
        look_again(request, request.POST["look"])
        return redirect(url_of(connection, SIDES))
    if not form.is_valid():
        return None
    a, b = form.cleaned_data["a"], form.cleaned_data["b"]
    if (a.pk, b.pk) == (connection.a_id, connection.b_id):
        return redirect(after(connection, SIDES))
    for side, fault in unreadable({"a": a, "b": b}).items():
        form.add_error(side, str(fault))
    if connection.runs.filter(state=Run.State.RUNNING).exists():
        form.add_error(None, _READING)
    if form.errors:
        return None
    try:
        with transaction.atomic():
            give_other_sides(connection, a, b)
            record_revision(connection, by=request.user, source="the admin")
            connection.runs.filter(kind=Run.Kind.PREVIEW).delete()  # they showed other people
            if request.user.has_perm(OPERATE):
                verbs.run(request, connection, Run.Kind.PREVIEW)
    except BadSides as error:
        form.refuse(error)
        return None
    messages.success(request, "The accounts are changed, and the field mapping begins anew.")
    return redirect(after(connection, SIDES))


def look_again(request: HttpRequest, pk: str) -> None:
    """Ask an account which containers there are by now. ``pk``: the account's, as it was posted."""
    account = row_of(Account.objects.all(), pk)
    if account is None or not request.user.has_perm("connections.change_account"):
        raise PermissionDenied
    try:
        number = refresh_containers(account)
    except AppError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{account} has {number} container{'' if number == 1 else 's'}.")
