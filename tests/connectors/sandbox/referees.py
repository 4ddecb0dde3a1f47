"""All judges of what the connectors and the stand-ins say to each other."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.sandbox.recording import Exchange
from tests.connectors.sandbox import contactually_description, mailchimp_schema, people_schema


def violations(exchanges: Sequence[Exchange]) -> list[str]:
    """Of the People discovery document, the Mailchimp schema and Contactually's description."""
    return [
        *contactually_description.violations_of(exchanges),
        *mailchimp_schema.violations(exchanges),
        *people_schema.violations(exchanges),
    ]
