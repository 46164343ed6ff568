"""The file of requests that `send_written.py` sends."""

import base64
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from audience_contract import Request, load
from audience_contract.mock import MockServer
from audience_contract.mock.provider import load as provider
from wire import wire


def written(path: Path, key: str, requests: Iterable[Request]) -> list[str]:
    """The command that sends the requests of a provider's tests, with credentials of the environment it then has."""
    with MockServer() as server:
        names = {value: name for name, value in server.environment().items() if name in wire(key).VARIABLES}
    names |= {value: name for name, value in provider(key).login().items() if value}
    variable, below = wire(key).URL
    base = load(key).default_base
    path.write_text(json.dumps({
        "url": variable,
        "below": below,
        "credentials": {value: name for value, name in names.items() if value.startswith("mock-")},
        "requests": [
            [r.method, r.target.removeprefix(base), r.headers, base64.b64encode(r.body).decode()] for r in requests
        ],
    }))  # fmt: skip
    return [sys.executable, str(Path(__file__).with_name("send_written.py")), str(path)]
