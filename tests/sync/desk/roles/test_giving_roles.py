"""A role is given on the user's page, and shows in what the desk offers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from tests.sync.desk.roles.everybody import (
    ADMINISTRATOR,
    OPERATOR,
    STAFF,
    SUPERUSER,
    VIEWER,
    Rows,
    Visitor,
)

LOOKS = ["Connections", "Accounts", "Apps to come", "Containers", "Sync records", "Runs"]
TOLD = ["Audit log", "Exports", "Erasures", "My notifications", "Channels"]


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def page(user: User) -> str:
    return reverse("admin:auth_user_change", args=[user.pk])


def test_roles_are_ticked_by_what_they_allow(rows: Rows, visitors: Mapping[str, Visitor]) -> None:
    answer = visitors[SUPERUSER].ask("GET", page(rows.user))
    shown = text_of(answer)
    assert "Operators: See names and values too; sync, preview, start and pause; export" in shown
    assert [str(box.data["value"]) for box in answer.context["adminform"].form["groups"]] == [
        str(group.pk) for group in Group.objects.order_by("pk")
    ]
    assert shown.index("Operators:") < shown.index("First name"), "before who it is"


def test_a_person_with_a_role_that_was_ticked_may_do_what_it_allows(rows: Rows) -> None:
    boss = Client()
    boss.force_login(User.objects.create_superuser("boss"))
    form = boss.get(page(rows.user)).context["adminform"].form
    sent = {"username": "colleague", "is_staff": "on", "is_active": "on"}
    sent |= {
        "date_joined_0": f"{form.initial['date_joined']:%Y-%m-%d}",
        "date_joined_1": "00:00:00",
    }
    sent["groups"] = str(Group.objects.get(name="Operators").pk)
    assert boss.post(page(rows.user), sent).status_code == 302
    colleague = User.objects.get(pk=rows.user.pk)
    assert colleague.has_perm("connections.operate_connection")
    assert not colleague.has_perm("connections.change_connection")


def test_who_has_no_role_is_told_what_to_ask_for(visitors: Mapping[str, Visitor]) -> None:
    shown = text_of(visitors[STAFF].ask("GET", reverse("admin:index")))
    assert "Ask a superuser to give you one of these roles" in shown
    assert all(group.name in shown for group in Group.objects.all())
    assert "pair" not in shown


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        (STAFF, []),
        (VIEWER, [*LOOKS, *TOLD]),
        (OPERATOR, [*LOOKS, *TOLD]),
        (ADMINISTRATOR, [*LOOKS, *TOLD]),
        (SUPERUSER, [*LOOKS, *TOLD, "Users", "Groups"]),
    ],
)
def test_the_menu_offers_what_the_role_may_open(
    visitors: Mapping[str, Visitor], role: str, offered: list[str]
) -> None:
    answer = visitors[role].ask("GET", reverse("admin:index"))
    menu = answer.context["sidebar_navigation"]
    titles = [
        str(item["title"]) for part in menu for item in part["items"] if item["has_permission"]
    ]
    assert titles == ["Overview", *(["People"] if offered else []), *offered]
    body = answer.content.decode()
    for title in ("Connections", "Users"):
        link = re.search(rf'<a href="[^"]*"[^>]*>(?:(?!</a>).)*{title}\s*</span>', body, re.DOTALL)
        assert bool(link) == (title in titles)
