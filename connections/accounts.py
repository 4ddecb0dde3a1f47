"""Opening an account: from sealed credentials to a connector that speaks to the app."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from connections.catalogues import catalogue_to_json, vanished
from connections.models import Account, Container
from connections.renewing import Renewed, renewed_of
from connections.spending import Spent
from connections.vault import NoKey, unseal
from connectors import registry
from connectors.connector import Connector, ContainerInfo, Identity, World
from connectors.errors import AskStaff, SignInAgain
from connectors.texts import is_text

#: As the column has it.
_LONGEST_IDENTITY = 500


def world() -> World:
    """The world as the settings describe it."""
    return World(
        now=timezone.now,
        sleep=time.sleep,
        var=settings.VAR_DIR,
        allow_private=settings.ALLOW_PRIVATE_ADDRESSES,
        region=settings.DEFAULT_REGION,
        settings=settings.CONNECTORS,
    )


def collecting(renewed: dict[str, str]) -> World:
    """For credentials that are not stored yet: what the app renews goes into the dict."""
    return replace(world(), keep=renewed.update)


def open_account(account: Account, in_world: World | None = None) -> Connector:
    """The account's connector; no request is made yet. The caller closes it."""
    if not account.sealed:
        raise SignInAgain(f"Account {account.name} has no credentials.", "Enter them.")
    seen = in_world or world()
    renewed = Renewed(account.pk, account.sealed, seen)
    spent = Spent(account, seen)
    keeping = replace(
        seen, keep=renewed.keep, renewing=renewed.alone, spent=spent.before, spend=spent.note
    )
    return open_app(account.app, {**unseal(account.sealed), **renewed_of(account)}, keeping)


def open_app(app: str, credentials: Mapping[str, str], in_world: World | None = None) -> Connector:
    return registry.open_connector(app, credentials, in_world or world())


def stored_credentials(account: Account) -> Mapping[str, str]:
    """Those that were entered; none when no key opens them: they have to be entered again."""
    try:
        return unseal(account.sealed) if account.sealed else {}
    except NoKey:
        return {}


def known_account(app: str, identity: Identity) -> Account | None:
    """The one that is somebody already."""
    return Account.objects.filter(app=app, identity=identity.id).order_by("pk").first()


def broken(now: datetime) -> Q:
    """Of accounts: those that a person has to authorise anew, or to put right in the app."""
    return Q(attention__gt="") | Q(ends_at__lte=now)


def check_identity(account: Account, identity: Identity) -> None:
    """Raises AskStaff if the account was somebody else so far, or cannot be remembered."""
    if not is_text(identity.id) or len(identity.id) > _LONGEST_IDENTITY:
        raise AskStaff(
            f"The app names account {account.name} by an id that cannot be kept.",
            "Report it to those who run the app.",
        )
    if account.identity and account.identity != identity.id:
        raise AskStaff(
            f"Account {account.name} was {account.identity_name or account.identity} and now "
            f"signs in as {identity.name or identity.id}.",
            "Enter the credentials of the former, or make another account for the latter.",
        )


def keep_container(account: Account, info: ContainerInfo) -> Container:
    """The row of a container that the app offers; made at its first use, renamed with it."""
    container, _ = Container.objects.update_or_create(
        account=account, remote_id=info.id, defaults={"name": info.name}
    )
    return container


def choose_container(
    offered: Sequence[ContainerInfo], wanted: str, account_name: str
) -> ContainerInfo:
    """The one meant by ``wanted``: an id, a URL or a name; "" is the only one there is."""
    if not wanted:
        found = list(offered)
    else:
        found = [item for item in offered if _same_place(item.id, wanted)] or [
            item for item in offered if item.name.casefold() == wanted.casefold()
        ]
    if len(found) == 1:
        return found[0]
    there_is = "; ".join(f"{item.name} ({item.id})" for item in offered) or "none"
    if not offered:
        raise AskStaff(f"Account {account_name} has no container.", "Make one in the app.")
    if not wanted:
        raise AskStaff(f"Account {account_name} has several containers.", f"Name one: {there_is}.")
    if found:
        raise AskStaff(
            f"Account {account_name} has several containers named {wanted!r}.",
            f"Name it by its id: {there_is}.",
        )
    raise AskStaff(f"Account {account_name} has no container {wanted!r}.", f"There is: {there_is}.")


def refresh_catalogue(container: Container, connector: Connector, now: datetime) -> None:
    """Ask the app again what the container offers; names that it lists no more are remembered
    as vanished until they are back."""
    offered = connector.catalogue(container.remote_id)
    container.refresh_from_db(fields=["catalogue_data"])
    offered = replace(offered, vanished=vanished(container.catalogue, offered))
    container.catalogue_data = catalogue_to_json(offered)
    container.catalogue_at = now
    container.save(update_fields=["catalogue_data", "catalogue_at"])


def _same_place(remote_id: str, wanted: str) -> bool:
    """Ids of address books are addresses, with or without a host; a slash at the end or the
    way special characters are quoted makes no difference."""
    if remote_id == wanted:
        return True
    one, two = urlsplit(remote_id), urlsplit(wanted)
    if one.netloc and two.netloc and one.netloc.casefold() != two.netloc.casefold():
        return False
    if not (two.path.startswith("/") and one.path.startswith("/")):
        return False
    return unquote(one.path).rstrip("/") == unquote(two.path).rstrip("/")
