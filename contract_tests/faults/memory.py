"""How much memory the process needs at most."""

import re
import resource
import sys
from pathlib import Path

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def forget() -> int:
    """Start over, where the system can; the peak so far, in MiB."""
    if _RESET.exists():
        _RESET.write_text("5")  # Linux: the peak is now what is in use
    return peak()


def peak() -> int:
    """In MiB, since the process began, or since `forget`."""
    found = re.search(r"VmHWM:\s+(\d+) kB", _STATUS.read_text()) if _STATUS.exists() else None
    if found:
        return int(found[1]) >> 10
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most >> (20 if sys.platform == "darwin" else 10)
