"""The pages of a rule as one admin class."""

from __future__ import annotations

from sync.desk.rule_deleting import RuleDeleting
from sync.desk.rule_page import RulePage
from sync.desk.rule_parts import RuleParts


class RuleDesk(RulePage, RuleParts, RuleDeleting):
    """Rules have no list of their own: they stand in that of their connection."""
