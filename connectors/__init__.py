"""Other people's apps, spoken to in one language.

This room knows contacts and apps; it knows neither tables nor connections.

How to add a connector
----------------------
0. Capture what the app really sends, one answer a file, into ``tests/connectors/<app>/captured/``,
   or write down what is known of it where there is no account to ask.
1. ``connectors/<app>/translate.py``, pure: the app's record ↔ ``Contact``. Vendor names and
   oddities live here and nowhere else; comment an oddity at the line where it bites, with the
   vendor's page or the captured answer.
2. ``connectors/<app>/connector.py``: a subclass of ``Connector``, one method per kind of call,
   the vendor's page linked above it. All HTTP goes through ``session.Session``; for JSON there is
   ``rest.Rest``, for tokens ``bearer.Bearer``, for quotas ``pace.Pace``, for several records at
   once ``side_by_side.SideBySide``.
3. ``connectors/<app>/settings.py``, where the operator has something to set: ``SETTINGS``. One
   that limits what an account may ask says so in ``limits``. Waits go through ``World.wait``.
4. ``connectors/<app>/door.py``, where people authorise accounts at a page of the app: ``DOOR``.
5. One line in ``registry.APPS``, and none any more in ``coming.APPS``; one in the table of the
   README.
6. ``connectors/sandbox/<app>/``: a stand-in, where the app cannot run on a test machine: written
   by somebody else, from the vendor's words, and judged by the vendor's own client or schema. It
   is named in ``sandbox.STAND_INS``, its first account has a token in the command ``sandbox``, and
   an address that is a setting a line in ``sync.management.stand_ins``.
7. ``tests/connectors/<app>/``: inherit ``tests.connectors.conformance.ConnectorConformance``
   and say how to start the partner that it runs against. The stories take it in by a line in
   ``tests.stories.town.AT`` and its name in ``test_every_pair_of_apps``. Where the app itself can
   be installed on a developer's machine, but is too large for every run, its tests are a module
   that the suite does not collect and a command starts (``python -m tests.connectors.ghost``).

Nothing else knows an app by name: that connectors know neither each other nor the stand-ins is
asked of all that are in the registry (``tests/connectors/test_apart.py``).

``connectors.memory`` is a whole app in a dict: the tutorial, and the partner of most tests.
"""
