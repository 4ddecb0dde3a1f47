"""Registers accounts and containers. Connections are registered by a higher room."""

from __future__ import annotations

from django.contrib import admin

from connections.models import Account, Container
from connections.pages.account import AccountAdmin
from connections.pages.container import ContainerAdmin

admin.site.register(Account, AccountAdmin)
admin.site.register(Container, ContainerAdmin)
