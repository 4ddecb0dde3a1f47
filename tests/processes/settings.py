"""The product's settings with a queue whose limits run out within a test."""

from __future__ import annotations

from config.settings import *  # noqa: F403
from config.settings import Q_CLUSTER as QUEUE

Q_CLUSTER = {**QUEUE, "timeout": 1, "retry": 2, "poll": 0.2, "guard_cycle": 0.5}
