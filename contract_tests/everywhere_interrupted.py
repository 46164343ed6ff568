"""`python -m everywhere_interrupted`: create_everywhere in the main thread, to be interrupted by a signal.

On standard input comes JSON, [[provider, URL], ...]; what `on_result` is told goes out as lines of JSON.
"""

import json
import sys
from contextlib import suppress

import cases
from audiences import Result, create_everywhere
from callers import make
from cases import case


def tell(result: Result) -> None:
    seen = [result.provider, type(result).__name__, len(result.attempts), getattr(result, "reconcile_token", None)]
    sys.stdout.write(f"{json.dumps(seen)}\n")
    sys.stdout.flush()


def main() -> None:
    providers = [make(key, base_url=url + case(key).PATH) for key, url in json.load(sys.stdin)]
    with suppress(KeyboardInterrupt):
        create_everywhere(cases.everywhere(), providers, leave_out={"description", "members"}, on_result=tell)


if __name__ == "__main__":
    main()
