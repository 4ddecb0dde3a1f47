"""The configuration file: accounts, connections, rules and mappings as YAML.

A file is read in stages, and every stage goes on after a mistake, so that all mistakes of a
file are told at once:

1. ``document``: YAML with the line of everything; ``accounts``, ``connections``, ``rules`` and
   ``mappings`` check its form. Pure.
2. ``logins``: the credentials, with what is stored already; ``looks``: what the apps say.
3. ``wishes``: what each connection is to be, checked against tables and catalogues; ``wished``:
   that as a Setup; ``checks``: whether rules, options and mappings fit together.
4. ``changes`` and ``rule_changes``: the difference to the tables, each a ``change``; ``saving``:
   carried out in one transaction.

``loading`` runs the stages; ``dumping`` is the way back.
"""
