"""On a user's page: which second factor and which identity there are, and how to remove them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse

from connections.staff.second_factor import names_of_factors, remove_factors


def names_of_identities(user: User) -> list[str]:
    """Where, and as whom as far as the provider told."""
    return [
        " ".join(filter(None, (row.extra_data.get("email"), f"at {row.provider}")))
        for row in SocialAccount.objects.filter(user=user).order_by("pk")
    ]


def unlink_identities(user: User) -> list[str]:
    names = names_of_identities(user)
    SocialAccount.objects.filter(user=user).delete()
    return names


#: Word of the address -> what it is called, what there is, how it is removed, what follows.
REMOVABLE: dict[str, tuple[str, Callable[[User], list[str]], Callable[[User], list[str]], str]] = {
    "second-factor": (
        "second factor",
        names_of_factors,
        remove_factors,
        "The password alone will then do, until a new one is set up. First make sure that it is "
        "really your colleague who asks.",
    ),
    "identity": (
        "single sign-on",
        names_of_identities,
        unlink_identities,
        "Signing in there links the user again if the provider knows its e-mail address.",
    ),
}


class SignInOfUsers(admin.ModelAdmin):
    """Goes in front of a ModelAdmin of users."""

    change_form_outer_before_template = "connections/staff/user.html"

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        context = dict(extra_context or {})
        if object_id and (user := self.get_object(request, unquote(object_id))):
            context["ways_in"] = [
                (word, name, present(user)) for word, (name, present, _, _) in REMOVABLE.items()
            ]
            context["may_remove"] = may_remove(request.user, user)
        return super().changeform_view(request, object_id, form_url, context)

    def get_urls(self) -> list[URLPattern]:
        remove = self.admin_site.admin_view(self.remove)
        return [
            path("<int:pk>/remove/<str:word>/", remove, name="auth_user_remove"),
            *super().get_urls(),
        ]

    def remove(self, request: HttpRequest, pk: int, word: str) -> HttpResponse:
        """GET asks, POST does it."""
        user = get_object_or_404(User, pk=pk)
        if word not in REMOVABLE:
            raise Http404
        if not may_remove(request.user, user):
            raise PermissionDenied
        name, present, remove, follows = REMOVABLE[word]
        page = reverse("admin:auth_user_change", args=[pk])
        if request.method != "POST":
            context = {
                **self.admin_site.each_context(request),
                "title": f"Remove the {name} of {user}?",
                "present": present(user),
                "follows": follows,
                "page": page,
            }
            return render(request, "connections/staff/remove.html", context)
        if removed := remove(user):
            self.log_change(request, user, f"Removed the {name}: {', '.join(removed)}.")
            messages.success(request, f"The {name} of {user} is removed.")
        return redirect(page)


def may_remove(administrator: Any, user: User) -> bool:
    """One's own is removed by proving who one is, on the pages of one's account."""
    return bool(
        administrator.has_perm("auth.change_user")
        and administrator.pk != user.pk
        and (administrator.is_superuser or not user.is_superuser)
    )
