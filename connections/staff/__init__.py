"""How staff sign in: allauth's flows, with what an internal tool needs otherwise.

Nobody signs up: people are made in the admin. Ways in are a password, a passkey, and single
sign-on where the operator has set it up (``sso``). Second factors are kept encrypted
(``second_factor``), and may be required (``enforcement``).
"""
