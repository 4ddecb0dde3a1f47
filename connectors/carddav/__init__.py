"""Address books over CardDAV (RFC 6352), with vCards 3.0 (RFC 2426) and 4.0 (RFC 6350).

``lines`` are a card's content lines, kept byte for byte unless changed; ``translate`` is the
card ↔ Contact; ``dav`` the XML; ``finding``, ``reading`` and ``writing`` the kinds of call;
``connector`` what the rest of the house sees.
"""
