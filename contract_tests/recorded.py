"""Recorded traffic for tests: HAR files of exchanges with the providers' own hosts."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import harfile

from audience_contract import Request, Response, load, provider_keys
from audience_contract.report import Report
from audience_contract.traffic import judge
from wire import wire

HOSTS = {key: "//".join(load(key).node["servers"][0].value["url"].split("/")[:3:2]) for key in provider_keys()}
GOOD: Request = wire("batch").GOOD
SUCCESS = Response(202, (("content-type", "application/json"),), b'{"indexing_token": "a"}')


def record(path: Path, url: str, request: Request, response: Response, *, as_bytes: bool = False) -> None:
    """Write one exchange as Schemathesis does, whose way of keeping bytes is base64."""

    def text(content: bytes) -> str:
        return base64.b64encode(content).decode() if as_bytes else content.decode("utf-8", "replace")

    with harfile.open(path) as har:
        har.add_entry(
            startedDateTime=datetime.now(UTC),
            time=12.5,
            request=harfile.Request(
                method=request.method,
                url=url + request.target,
                httpVersion="HTTP/1.1",
                headers=[harfile.Record(name=name, value=value) for name, value in request.headers],
                bodySize=len(request.body),
                postData=harfile.PostData(mimeType="", text=text(request.body)) if request.body else None,
            ),
            response=harfile.Response(
                status=response.status,
                statusText="",
                httpVersion="HTTP/1.1",
                headers=[harfile.Record(name=name, value=value) for name, value in response.headers],
                content=harfile.Content(
                    size=len(response.body), text=text(response.body), encoding="base64" if as_bytes else None
                ),
            ),
            timings=harfile.Timings(send=0, wait=12, receive=0.5),
        )


def entry(request: Request = GOOD, **changes: Any) -> dict[str, Any]:
    """An exchange as the format has it; `changes` are of its request, or with `response_` before them of the answer."""
    sent = {
        "method": request.method,
        "url": HOSTS["batch"] + request.target,
        "headers": [{"name": name, "value": value} for name, value in request.headers],
        "postData": {"mimeType": "application/json", "text": request.body.decode()},
    }
    headers = [{"name": "content-type", "value": "application/json"}]
    came = {"status": 202, "headers": headers, "content": {"text": SUCCESS.body.decode()}}
    for name, value in changes.items():
        part, key = (came, name.removeprefix("response_")) if name.startswith("response_") else (sent, name)
        part[key] = value
    return {"request": sent, "response": came, "time": 1.5, "comment": "as browsers write them"}


def judged(path: Path, *entries: Any, strict: bool = False) -> Report:
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": list(entries), "comment": ""}}))
    return judge(path, strict=strict)
