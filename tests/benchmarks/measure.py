"""Run a command and print what it cost, as JSON: the figures of its whole process.

A small program of its own: a child begins with the memory figures of its parent, and the
benchmark with its card generator is no small parent.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time


def main() -> None:
    begin = time.perf_counter()
    process = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)
    _, status, usage = os.wait4(process.pid, 0)
    figures = {
        "status": os.waitstatus_to_exitcode(status),
        "wall": time.perf_counter() - begin,
        "cpu": usage.ru_utime + usage.ru_stime,
        "memory": usage.ru_maxrss / 1024,
    }
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    main()
