"""`python -m everywhere_interrupted`: create_everywhere in the main thread, to be interrupted by a signal.

On standard input comes JSON, [[provider, URL], ...]; what `on_result` was told goes out as JSON.
"""

import json
import sys

import cases
from audiences import Result, create_everywhere
from callers import make
from cases import case


def main() -> None:
    told: list[Result] = []
    providers = [make(key, base_url=url + case(key).PATH) for key, url in json.load(sys.stdin)]
    try:
        create_everywhere(cases.everywhere(), providers, leave_out={"description", "members"}, on_result=told.append)
    except KeyboardInterrupt:
        seen = [[result.provider, type(result).__name__, getattr(result, "reconcile_token", None)] for result in told]
        json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main()
