"""Registers accounts, containers and the page of apps to come. Connections are registered by a
higher room."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin

from connections.models import Account, Container
from connections.pages import coming
from connections.pages.account import AccountAdmin
from connections.pages.container import ContainerAdmin

admin.site.register(Account, AccountAdmin)
admin.site.register(Container, ContainerAdmin)
# Votes have no ModelAdmin: deleting a user would ask for a right to delete their votes.
cast(Any, admin.site).extra_urls = coming.addresses
