"""Other people's apps, spoken to in one language.

This room knows contacts and apps; it knows neither tables nor connections.

How to add a connector
----------------------
0. Capture what the app really sends, one answer a file, into ``tests/connectors/<app>/captured/``.
1. ``connectors/<app>/translate.py``, pure: the app's record ↔ ``Contact``. Vendor names and
   oddities live here and nowhere else; comment an oddity at the line where it bites, with the
   vendor's page or the captured answer.
2. ``connectors/<app>/connector.py``: a subclass of ``Connector``, one method per kind of call,
   the vendor's page linked above it. All HTTP goes through ``connectors.session.Session``.
3. One line in ``registry.APPS``.
4. ``tests/connectors/<app>/``: inherit ``tests.connectors.conformance.ConnectorConformance``
   and say how to start the partner that it runs against.

``connectors.memory`` is a whole app in a dict: the tutorial, and the partner of most tests.
"""
