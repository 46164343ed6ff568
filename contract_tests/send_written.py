"""A client that sends requests as they are written in a file; what tests judge. It starts soon: it imports little."""

import base64
import http.client
import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


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
