"""A stand-in of Contactually's REST API v2 (https://developers.contactually.com/docs/v2/), which
closed on 31 March 2022: rebuilt from what its vendor and its users published.

``app`` has the routes, ``api_*`` the calls; ``checks`` and ``filters`` read what is asked,
``shapes`` writes what is answered; ``people``, ``labels`` and ``team`` hold what an account has
and its rules; ``hands`` is what people do in the app itself, ``page`` their page. Where nobody
knows how the service behaved, both ways are a switch in ``quirks``.
"""
