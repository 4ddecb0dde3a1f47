"""allauth's form of the sign-in page, in our words."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm


class SignInForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = "User name or e-mail address"
        # allauth says "email", for which browsers do not offer the user names they keep.
        login.widget.attrs.update(autocomplete="username", autofocus=True)
        login.widget.attrs.pop("placeholder")
        self.fields["password"].widget.attrs.pop("placeholder")
        self.fields["remember"].label = "Stay signed in when the browser is closed"
