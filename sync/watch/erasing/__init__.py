"""A person erased: all that is held of them, found (``whom``, ``terms``), shown (``held``) and
removed everywhere (``carry_out``, ``sweep``) but for keyed digests (``connections.erased``)."""
