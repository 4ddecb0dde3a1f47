"""The page on which a person lets a client in, or does not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from connectors.sandbox import pages
from connectors.sandbox.accounts import Account


def consent_page(
    label: str,
    accent: str,
    asker: str,
    accounts: Iterable[Account],
    chosen: str,
    basic: Sequence[str],
    others: Sequence[tuple[str, str]],
    granular: bool,
    fault: str = "",
) -> str:
    """``asker``: the client, as it is known by its redirect address. ``chosen``: the account that
    is ticked; "" is another one. ``basic``: texts; ``others``: (scope, text), with boxes to tick
    where they are ``granular``. The answer is posted to the same address: ``account``, ``email``,
    ``scope``, and ``answer`` (allow or deny)."""
    body = pages.notice(fault, "bad") if fault else ""
    body += pages.paragraph(f"{asker} asks for access to your account.")
    body += pages.form(
        "",
        pages.card("Whose account?", _accounts(accounts, chosen)),
        pages.card("What it may do", _scopes(label, basic, others, granular)),
        pages.row(
            pages.button("Allow", name="answer", value="allow"),
            pages.button("Deny", "", name="answer", value="deny"),
        ),
    )
    return pages.page("Sign in", body, label, accent, narrow=True)


def refusal_page(label: str, accent: str, error: str, text: str) -> str:
    """Where the client is not to be believed, so that nobody is sent back to it."""
    body = pages.notice(text, "bad") + pages.paragraph(f"Error: {error}")
    return pages.page("Access blocked", body, label, accent, narrow=True)


def _accounts(accounts: Iterable[Account], chosen: str) -> str:
    ticks = [
        pages.tick(
            "account",
            account.name or account.email,
            account.id,
            account.id == chosen,
            account.email if account.name else "",
            radio=True,
        )
        for account in accounts
    ]
    another = pages.tick("account", "Use another account", "", not chosen, radio=True)
    address = pages.field(
        "email", "Its email address", kind="email", hint="Made here, if there is none yet."
    )
    return "".join(ticks) + another + address


def _scopes(
    label: str, basic: Sequence[str], others: Sequence[tuple[str, str]], granular: bool
) -> str:
    listed = [*basic, *(text for _, text in others if not granular)]
    boxes = [pages.tick("scope", text, scope, True) for scope, text in others if granular]
    if not listed and not boxes:
        listed = [f"All that you may do in {label}"]
    return pages.bullets(listed) + "".join(boxes)
