"""How people let a client into their account: the authorization code grant (RFC 6749 §4.1).

``rules`` is in what the apps differ, ``clients`` who may ask, ``authorising`` the page on which a
person answers, ``exchanging`` the token endpoint, ``telling`` what a token says of its account.
"""

from connectors.sandbox.oauth.oauth import OAuth
from connectors.sandbox.oauth.rules import (
    CONTACTUALLY,
    GOOGLE,
    MAILCHIMP,
    RULES,
    OAuthQuirks,
    Rules,
)

__all__ = ["CONTACTUALLY", "GOOGLE", "MAILCHIMP", "RULES", "OAuth", "OAuthQuirks", "Rules"]
