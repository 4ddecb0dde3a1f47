"""Telling channels, by Apprise (https://appriseit.com): which services there are, and that what
staff enter leads nowhere it should not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from apprise import Apprise, AppriseAsset, NotifyBase
from django.conf import settings
from django.utils import timezone

from connections.models import Channel
from connections.vault import seal, unseal
from connectors.errors import AppError
from connectors.guard import watching

#: Of the services that Apprise knows, those that are told over HTTP in the thread that asks: by
#: the beginning of their addresses.
SERVICES: Mapping[str, str] = {
    "slack": "Slack",
    "workflows": "Microsoft Teams",
    "gchat": "Google Chat",
    "discord": "Discord",
    "mmosts": "Mattermost",
    "mmost": "Mattermost",
    "rockets": "Rocket.Chat",
    "rocket": "Rocket.Chat",
    "nctalks": "Nextcloud Talk",
    "nctalk": "Nextcloud Talk",
    "zulip": "Zulip",
    "webex": "Webex",
    "tgram": "Telegram",
    "ntfys": "ntfy",
    "ntfy": "ntfy",
    "gotifys": "Gotify",
    "gotify": "Gotify",
    "pover": "Pushover",
    "opsgenie": "Opsgenie",
    "pagerduty": "PagerDuty",
    "jsons": "a web hook",
    "json": "a web hook",
}
_ASSET = AppriseAsset(app_id="Accord", app_desc="Accord", plugin_paths=[], async_mode=False)


class NotTold(Exception):
    """The message says why and what to do; it does not hold the address."""


def service_of(address: str) -> str:
    """Which service it is an address of, also one as the service itself shows it; "" if none."""
    plugin = _plugin(address)
    return "" if plugin is None else _service(plugin)


def entered(channel: Channel, address: str) -> None:
    """Keeps an address that ``service_of`` knows."""
    channel.sealed, channel.service = seal({"url": address}), service_of(address)


def tell(channel: Channel, subject: str, text: str) -> None:
    """Raises NotTold. The channel's row says how it went."""
    row = Channel.objects.filter(pk=channel.pk)
    try:
        _tell(channel, subject, text)
    except NotTold as error:
        row.update(trouble=str(error))
        raise
    row.update(trouble="", told_at=timezone.now())


def _tell(channel: Channel, subject: str, text: str) -> None:
    try:
        plugin = _plugin(unseal(channel.sealed)["url"])
    except AppError as error:  # no key opens it any more
        raise NotTold(str(error)) from None
    if plugin is None or not _service(plugin):
        raise NotTold("Its address is none any more. Enter it again.")
    with watching(settings.ALLOW_PRIVATE_ADDRESSES) as refused:
        told = plugin.notify(title=subject, body=text)
    if not told:
        why = str(refused[0]) if refused else "It did not take the message. Check its address."
        raise NotTold(why)


def _plugin(address: str) -> NotifyBase | None:
    found = Apprise.instantiate(address, asset=_ASSET, suppress_exceptions=True)
    return found if isinstance(found, NotifyBase) else None


def _service(plugin: NotifyBase) -> str:
    words: set[str] = cast(Any, plugin).schemas()
    return next((SERVICES[word] for word in words if word in SERVICES), "")
