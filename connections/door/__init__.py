"""Accounts authorised at a page of their app, in a pop-up: the OAuth dance, danced by allauth.

``opening``: whether an app's door is open and where it leads · ``attempts``: what a person began,
and how it ended, kept in the session · ``provider``: the door in allauth's words · ``admitting``:
from what the app granted to an account · ``views``: the three addresses.

An account of an app is never a way into this product: nothing here is in allauth's registry of
providers, so that it has no login for it, and a callback ends before allauth would build one.
"""
