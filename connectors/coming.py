"""The apps that people ask for and that have no connector yet. Pure.

Who adds one of them to ``registry.APPS`` takes it out here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from connectors import registry


@dataclass(frozen=True, slots=True)
class Coming:
    """``word`` is kept with the votes, so it stays when the app is renamed. ``about``: one
    sentence, what would be synced. ``also``: what else people call it."""

    word: str
    name: str
    about: str
    also: tuple[str, ...] = ()


APPS: tuple[Coming, ...] = (
    Coming(
        "activecampaign",
        "ActiveCampaign",
        "The contacts of a marketing account, with lists, tags and own fields.",
    ),
    Coming(
        "brevo",
        "Brevo",
        "The contacts of a mailing account, with lists, attributes and who wants no mail.",
        ("Sendinblue",),
    ),
    Coming("copper", "Copper", "The people of a CRM, with tags and own fields.", ("Copper CRM",)),
    Coming(
        "freshsales",
        "Freshsales",
        "The contacts of a CRM, with lists, tags and own fields.",
        ("Freshworks CRM",),
    ),
    Coming(
        "hubspot",
        "HubSpot",
        "The contacts of a CRM, with static lists and own properties.",
        ("HubSpot CRM",),
    ),
    Coming("klaviyo", "Klaviyo", "The profiles of a shop's mailings, with lists and consent."),
    Coming(
        "microsoft365",
        "Microsoft 365",
        "A contact folder of Outlook, with its categories.",
        ("Outlook", "Microsoft Outlook", "Office 365", "Outlook 365", "Exchange"),
    ),
    Coming("pipedrive", "Pipedrive", "The people of a sales CRM, with labels and own fields."),
    Coming("podio", "Podio", "The contacts of a workspace, with tags."),
    Coming(
        "salesforce",
        "Salesforce",
        "Contacts or leads, with own fields.",
        ("Salesforce CRM", "Sales Cloud"),
    ),
    Coming("xero", "Xero", "The customers and suppliers of your books, with contact groups."),
    Coming("zohocrm", "Zoho CRM", "Contacts or leads, with tags and own fields.", ("Zoho",)),
)

#: What people ask for by a name of its own -> the app of the registry that speaks to it.
REACHED_THROUGH: Mapping[str, str] = {
    "Apple Contacts": "carddav",
    "Baïkal": "carddav",
    "Fastmail": "carddav",
    "Gmail": "google",
    "Google Workspace": "google",
    "iCloud": "carddav",
    "Nextcloud": "carddav",
    "Radicale": "carddav",
    "SOGo": "carddav",
}


def folded(name: str) -> str:
    """Equal for two spellings of a name: "HubSpot", "hub-spot". "" without letter or digit."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    if not any(sign.isalnum() for sign in text):
        return ""
    # Vowels of the Indian scripts are marks, without which two names would be one.
    return "".join(sign for sign in text if sign.isalnum() or _is_mark(sign))


def meant(name: str) -> Coming | None:
    """The app to come that this is a name of."""
    asked = folded(name)
    return next((app for app in APPS if asked in map(folded, names_of(app))), None)


def names_of(app: Coming) -> tuple[str, ...]:
    return (app.word, app.name, *app.also)


def here_already(name: str) -> str:
    """The app of the registry that this is a name of, or that reaches it; "" if none does."""
    asked = folded(name)
    for app, label in registry.choices():
        if asked in (folded(app), folded(label)):
            return app
    return next((app for other, app in REACHED_THROUGH.items() if folded(other) == asked), "")


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign).startswith("M")
