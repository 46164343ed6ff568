"""A process of its own: upload a small file, then a large one, and print what the second took."""

import json
import sys
import time
from pathlib import Path

from anyio.from_thread import start_blocking_portal

from audiences import Audience, PhoneFile, Receipt, Timeouts
from callers import Caller
from faults import memory


def main(url: str, face: str, small: str, large: str) -> None:
    told: list[tuple[int | None, ...]] = []
    with start_blocking_portal() as portal:
        caller = Caller("commbox", url, portal if face == "async" else None, timeout=Timeouts(total=600))
        assert isinstance(caller.create(Audience(name="VIP", members=PhoneFile(Path(small)))), Receipt)

        def last(*now: int | None) -> None:
            told[:] = [now]

        before, begun = memory.forget(), time.monotonic()
        result = caller.create(Audience(name="VIP", members=PhoneFile(Path(large))), on_progress=last)
        seconds, extra = time.monotonic() - begun, memory.peak() - before
        caller.close()
    json.dump({"outcome": result.outcome, "mib": extra, "seconds": seconds, "told": told[-1]}, sys.stdout)


main(*sys.argv[1:])
