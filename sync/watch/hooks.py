"""Webhooks: apps that say at once when something changed. They are registered where a container is
synced and its app posts, removed where it is not any more, and what comes is only ever a hint: a
reading comes sooner. Without them, or when one is lost, everything is read at the interval.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from connections.accounts import open_account
from connections.models import Connection, Container, Hook, HookPost
from connections.uses import of_container
from connections.vault import seal, unseal
from connectors import registry
from connectors.connector import Connector
from connectors.errors import AppError
from sync.models import Planned

log = logging.getLogger(__name__)

#: What was posted is known again for so long. Mailchimp repeats itself for 75 minutes.
REMEMBERED = timedelta(days=1)
#: So often a registration that was refused is tried again.
AGAIN = timedelta(days=1)
#: The path below PUBLIC_URL; the secret follows.
PATH = "hooks/"
_SECRET = "secret"


def home() -> str:
    """What the addresses of this installation begin with; "" where apps cannot reach it."""
    return f"{settings.PUBLIC_URL}/{PATH}" if settings.PUBLIC_URL else ""


# --- what comes ---


def hook_of(secret: str) -> Hook | None:
    """The one of this address."""
    return Hook.objects.select_related("container__account").filter(digest=_digest(secret)).first()


def is_from_app(hook: Hook, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Raises NoKey."""
    told = unseal(hook.sealed)[_SECRET] if hook.sealed else ""
    app = registry.connector_class(hook.container.account.app)
    return app.has_signed(told, headers, body, now)


def take(hook: Hook, secret: str, body: bytes, now: datetime) -> bool:
    """Note for all that sync the container that something changed; False for what came before.
    Nothing of what was posted is kept."""
    known = hmac.new(secret.encode(errors="replace"), body, hashlib.sha256).hexdigest()
    with transaction.atomic():
        _, is_new = HookPost.objects.get_or_create(hook=hook, digest=known, defaults={"at": now})
        if is_new:
            marked = Planned.objects.filter(
                connection__in=_active(hook.container), told_at=None
            ).update(told_at=now)
            if marked:
                Hook.objects.filter(pk=hook.pk).update(heard_at=now)
    return is_new


# --- registering and removing ---


def tend(now: datetime) -> None:
    """Register what is missing, and remove what nobody needs any more."""
    wanted = list(_wanted())
    known = {hook.container_id: hook for hook in Hook.objects.all()}
    for container in wanted:
        hook = known.get(container.pk)
        if hook is None or hook.home != home() or not (hook.on or _was_tried(hook, now)):
            register(container, now)
    for hook in Hook.objects.exclude(container__in=wanted).select_related("container__account"):
        remove(hook)


def register(container: Container, now: datetime) -> Hook | None:
    """None where its app posts nothing. An address is there before the app is told of it, since
    the app tries it at once."""
    try:
        with closing(open_account(container.account)) as connector:
            if not connector.capabilities.hooks:
                return None
            secret = secrets.token_urlsafe(32)
            hook, _ = Hook.objects.update_or_create(
                container=container,
                defaults={
                    "digest": _digest(secret), "home": home(), "sealed": "", "on": False,
                    "why": "", "tried_at": now,
                },
            )  # fmt: skip
            _register(hook, connector, secret)
    except AppError as error:  # of the account, which its runs tell of as well
        Hook.objects.filter(container=container).update(why=str(error), tried_at=now)
        log.info("The webhook of container %d is not registered: %s", container.pk, error)
    return Hook.objects.filter(container=container).first()


def _register(hook: Hook, connector: Connector, secret: str) -> None:
    told = connector.hook_on(hook.container.remote_id, hook.home, f"{hook.home}{secret}/")
    hook.sealed, hook.on = seal({_SECRET: told}) if told else "", True
    hook.save(update_fields=["sealed", "on"])


def remove(hook: Hook) -> bool:
    """Also where the app cannot be asked: it posts to an address then that is not there."""
    try:
        with closing(open_account(hook.container.account)) as connector:
            if connector.capabilities.hooks:
                connector.hook_off(hook.container.remote_id, hook.home)
    except AppError as error:
        log.info("The webhook of container %d stays in its app: %s", hook.container_id, error)
        return False
    finally:
        hook.delete()
    return True


def _wanted() -> QuerySet[Container]:
    """Of active connections, where apps can reach us."""
    active = Connection.objects.filter(state=Connection.State.ACTIVE)
    of_active = Q(connections_as_a__in=active) | Q(connections_as_b__in=active)
    rows = Container.objects.filter(of_active).select_related("account").distinct()
    return rows.order_by("pk") if home() else rows.none()


def _active(container: Container) -> QuerySet[Connection]:
    return Connection.objects.filter(of_container(container), state=Connection.State.ACTIVE)


def _was_tried(hook: Hook, now: datetime) -> bool:
    return hook.tried_at is not None and now - hook.tried_at < AGAIN


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
