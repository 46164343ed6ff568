"""A client that sends requests as they are written in a file; what tests judge."""

import base64
import http.client
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

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
    return [sys.executable, __file__, str(path)]


def main(path: str) -> None:
    told: dict[str, Any] = json.loads(Path(path).read_text())
    url = urlsplit(os.environ[told["url"]].removesuffix(told["below"]))
    for method, target, headers, body in told["requests"]:
        content = base64.b64decode(body)
        connection = http.client.HTTPConnection(url.netloc)
        connection.putrequest(method, url.path + target, skip_accept_encoding=True)
        for name, value in headers:
            for mocked, variable in told["credentials"].items():
                value = value.replace(mocked, os.environ.get(variable, mocked))  # noqa: PLW2901
            connection.putheader(name, value.encode("latin-1", "replace"))
        for mocked, variable in told["credentials"].items():
            content = content.replace(mocked.encode(), str(os.environ.get(variable, mocked)).encode())
        connection.putheader("Content-Length", str(len(content)))
        connection.endheaders(content)
        answer = connection.getresponse()
        print(answer.status, answer.read().decode("utf-8", "replace"))  # noqa: T201
        connection.close()


if __name__ == "__main__":
    main(sys.argv[1])
