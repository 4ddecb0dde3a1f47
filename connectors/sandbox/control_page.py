"""The front page of the sandbox: which apps there are, and how to make things go wrong."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.sandbox import pages
from connectors.sandbox.stand_in import StandIn


def control_page(apps: Iterable[StandIn], home: str) -> str:
    shown = list(apps)
    rows = [
        [
            pages.link(f"/{app.name}/", app.label),
            "<br>".join(
                f"{pages.escape(account.email)} {pages.muted(account.id)}"
                for account in app.accounts.all()
            )
            or pages.muted("none yet"),
            ", ".join(f"<code>{pages.escape(order.what)}</code>" for order in app.faults.orders)
            or pages.muted("none"),
        ]
        for app in shown
    ]
    body = pages.table(["App", "Accounts", "Faults ordered"], rows, "There are no apps here.")
    for title, text, command in _recipes(shown[0].name if shown else "", home):
        body += pages.card(title, pages.paragraph(text) + pages.listing(command))
    return pages.page("The apps", body, "the apps", home="/")


def _recipes(app: str, home: str) -> list[tuple[str, str, str]]:
    """Title, text, command."""
    url = f"{home}/_"
    return [
        (
            "Faults",
            "what is slow (seconds), status (status, retry_after), dropped (cut before anything "
            "is done), lost (done, then cut) or broken (done, then an HTML page with this "
            "status). It strikes requests of this method whose path holds path, after the first "
            "skip of them, as many times as said (-1: until it is taken away). Pages for people "
            "are struck only where path names them. Faults end with the server.",
            f"curl '{url}/faults?app={app}' -d '"
            '{"what": "status", "status": 503, "retry_after": 5, "times": 3}\'\n'
            f"curl '{url}/faults?app={app}' -d '"
            '{"what": "lost", "method": "POST", "skip": 1}\'\n'
            f"curl '{url}/faults?app={app}'\n"
            f"curl -X DELETE '{url}/faults?app={app}'",
        ),
        (
            "Switches",
            "The oddities of an app's API, and under oauth. those of signing in. They end with "
            "the server too.",
            f"curl '{url}/quirks?app={app}'\n"
            f"curl '{url}/quirks?app={app}' -d '"
            '{"oauth.lifetime": 60}\'',
        ),
        (
            "Tokens",
            "expire ends the access tokens of now; revoke takes back all that the account "
            "granted. The account is told by its id or its address.",
            f"curl -X POST '{url}/tokens?app={app}&account=ada@example.com&do=expire'\n"
            f"curl -X POST '{url}/tokens?app={app}&account=ada@example.com&do=revoke'",
        ),
        (
            "Calls",
            "Every call since the start, or since they were last cleared; status 0 is a "
            "connection that was cut.",
            f"curl '{url}/calls'\ncurl -X DELETE '{url}/calls'",
        ),
    ]
