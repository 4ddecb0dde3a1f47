"""The pop-up: out to the app's page, back from it, and the page that says how it went."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any, cast

from allauth.socialaccount.providers.base.constants import AuthProcess
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from connections.door import attempts
from connections.door.admitting import admitted, warning
from connections.door.attempts import Attempt, Outcome
from connections.door.opening import check_open, label, opened
from connections.door.provider import AppProvider, forget, told
from connections.going_on import ours, with_account
from connections.leaving import led_out
from connections.models import Account
from connectors.door import Door
from connectors.errors import AppError, AskStaff

_LOST = Outcome(
    "failed",
    "This window was open too long, or belongs to another session.",
    "Close it, sign in again if you are asked to, and press Authorize again. Nothing was changed.",
)

_SIGNED_OUT = Outcome("failed", "You have signed out.", "Sign in and authorise again.")


@never_cache
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """``app``; ``account``: the pk of the one that is authorised again, or empty; ``attempt``: the
    id by which the page that opened the pop-up asks for its outcome; ``next``: the page of ours
    that goes on with the account, or empty."""
    user = _staff(request)
    door, id = opened(request.POST.get("app", "")), request.POST.get("attempt", "")
    if door is None or not attempts.is_id(id):
        raise Http404
    account = _account(request.POST.get("account", ""), door)
    _check_right(user, account)
    way_back = ours(request.POST.get("next", ""))
    known = account.pk if account else None
    attempt = Attempt(id, door.app, known, user.pk, time.time(), way_back)
    try:
        check_open(request, door)
    except AskStaff as error:
        return _ended(attempt, _failed(attempt, error))
    attempts.begin(request, attempt)
    provider = AppProvider(request, door, account.identity if account else "")
    out: HttpResponse = provider.redirect(request, AuthProcess.CONNECT, state_id=id)
    return led_out(request, out, provider.name)


@never_cache
@require_GET
def callback(request: HttpRequest, app: str) -> HttpResponse:
    """Where the app sends people back to. It always ends at another address: this one holds the
    code."""
    attempt = attempts.taken(request, request.GET.get("state", ""))
    door = opened(app)
    if attempt is None or door is None or attempt.app != app:
        return redirect("door:lost")
    try:
        outcome = _outcome(request, attempt, door)
    except AppError as error:
        outcome = _failed(attempt, error)
    except (PermissionDenied, Http404):
        outcome = Outcome(
            "failed", "The account cannot be authorised by you any more.", "Ask an administrator."
        )
    forget(request, AppProvider(request, door), attempt.id)
    return _ended(attempt, outcome)


@never_cache
@require_GET
def outcome(request: HttpRequest, attempt: str) -> HttpResponse:
    """In the pop-up; as JSON for the page that opened it."""
    as_page = request.accepts("text/html")
    if not as_page and not request.user.is_authenticated:
        return JsonResponse(asdict(_SIGNED_OUT))
    found = attempts.outcome_of(_staff(request).pk, attempt)
    return _page(request, found, attempt) if as_page else JsonResponse(asdict(found))


@never_cache
@require_GET
def lost(request: HttpRequest) -> HttpResponse:
    """For whom nothing was begun here; says nothing about anybody, so anybody may see it."""
    return _page(request, _LOST, "", 400)


def _outcome(request: HttpRequest, attempt: Attempt, door: Door) -> Outcome:
    user = _staff(request)
    if user.pk != attempt.user:
        raise PermissionDenied
    account = _account(str(attempt.account or ""), door)
    _check_right(user, account)
    _check_answer(request, door)
    provider = AppProvider(request, door)
    granted = door.granted(told(request, provider), timezone.now())
    known, message = admitted(door.app, granted, account, user)
    messages.success(request, message)
    url = reverse("admin:connections_account_change", args=[known.pk])
    if attempt.next:
        url = with_account(attempt.next, known)
    return Outcome("done", message, warning(known), url)


def _check_answer(request: HttpRequest, door: Door) -> None:
    """RFC 6749 §4.1.2.1"""
    error = request.GET.get("error", "")
    if error == "access_denied":
        raise AskStaff(
            f"Access was denied at {label(door.app)}.",
            "Nothing was changed. To go on, authorise again and allow the access.",
        )
    if error or not request.GET.get("code"):
        said = error if error.replace("_", "").isalnum() and len(error) < 60 else "no reason given"
        raise AskStaff(
            f"{label(door.app)} sent us back without access ({said}).",
            "Authorise again. If it happens again, show this to the operator.",
        )


def _staff(request: HttpRequest) -> User:
    """Never sent on to sign in: the address would go with them."""
    if not admin.site.has_permission(request):
        raise PermissionDenied
    return cast(User, request.user)


def _account(pk: str, door: Door) -> Account | None:
    if not pk:
        return None
    if not pk.isdecimal():
        raise Http404
    return get_object_or_404(Account, pk=pk, app=door.app)


def _check_right(user: User, account: Account | None) -> None:
    if not user.has_perm(f"connections.{'change' if account else 'add'}_account"):
        raise PermissionDenied


def _failed(attempt: Attempt, error: AppError) -> Outcome:
    """Leads back to the page with the button."""
    if attempt.next:
        url = attempt.next
    elif attempt.account:
        url = reverse("admin:connections_account_change", args=[attempt.account])
    else:
        url = f"{reverse('admin:connections_account_add')}?app={attempt.app}"
    return Outcome("failed", error.message, error.remedy, url)


def _ended(attempt: Attempt, outcome: Outcome) -> HttpResponse:
    attempts.settle(attempt, outcome)
    return redirect("door:outcome", attempt.id)


def _page(request: HttpRequest, outcome: Outcome, attempt: str, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Authorisation",
        "outcome": outcome,
        "attempt": attempt,
    }
    return render(request, "connections/door/outcome.html", context, status=status)
