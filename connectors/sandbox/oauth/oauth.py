"""All of it together, as a stand-in has it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from connectors.sandbox.oauth.authorising import Authorising
from connectors.sandbox.oauth.clients import Clients
from connectors.sandbox.oauth.exchanging import Exchanging
from connectors.sandbox.oauth.rules import Rules
from connectors.sandbox.oauth.telling import Telling
from connectors.sandbox.router import Route

if TYPE_CHECKING:
    from connectors.sandbox.stand_in import StandIn


class OAuth:
    """``quirks`` may be replaced at any time."""

    def __init__(self, stand_in: StandIn, rules: Rules) -> None:
        self.quirks = rules.quirks
        self.rules = rules
        self._clients = Clients(stand_in.store, stand_in.name)
        self._authorising = Authorising(stand_in, self._clients, rules, lambda: self.quirks)
        self._exchanging = Exchanging(stand_in, self._clients, rules, lambda: self.quirks)
        self._telling = Telling(stand_in, rules)

    def register(
        self, client_id: str, secret: str, redirect_uris: Iterable[str], name: str = ""
    ) -> None:
        """A client, as the operator makes it at the app; ``Client.redirects_to`` on the
        addresses."""
        self._clients.register(client_id, secret, redirect_uris, name)

    def routes(self) -> list[Route]:
        rules = self.rules
        routes = [
            Route("GET", rules.authorize, self._authorising.ask),
            Route("POST", rules.authorize, self._authorising.decide),
            Route("POST", rules.token, self._exchanging.exchange),
        ]
        if rules.lenient:
            routes.append(Route("GET", rules.token, self._exchanging.exchange))
        if rules.revoke:
            routes += [
                Route(method, rules.revoke, self._exchanging.revoke) for method in ("GET", "POST")
            ]
        return routes + [Route("GET", path, self._telling.tell) for path in rules.profiles]
