"""A stand-in of Ghost's Admin API, after what a real one (5.130) answered and its own source.

Each account is a site of its own, in a folder of the stand-in's address, as a Ghost may be
(``https://example.org/blog/``). ``app`` is the whole, ``keys`` who may call it, ``site`` what a
site keeps and when its dates move, ``checks`` what it refuses, ``nql`` its language of filters,
``listing`` its pages, ``calls`` what can be called, ``problems`` its errors, ``hands`` and ``page``
what people do there, ``quirks`` the oddities as switches.
"""
