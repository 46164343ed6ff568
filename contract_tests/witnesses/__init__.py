"""For each fault of the catalogue, requests that show it: a module for each spec's key, by the names of its faults.

`common` has those of the faults that are made from a spec, of whatever operation. `Witness.shows` is true of a faulty
server's answers and false of a correct one's; a number means the last answer's status.
"""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NamedTuple

from audience_contract import Request, Response
from audience_contract.mock.app import Application
from wire import wire


class Answer(NamedTuple):
    """An answer, whether it was complete, and the time that it took."""

    response: Response
    complete: bool
    seconds: float

    @property
    def json(self) -> Any:
        return json.loads(self.response.body)


@dataclass(frozen=True)
class Witness:
    requests: Sequence[Request]
    shows: int | Callable[[Sequence[Answer]], object]

    def seen(self, answers: Sequence[Answer]) -> bool:
        if callable(self.shows):
            return bool(self.shows(answers))
        return answers[-1].response.status == self.shows


def last(test: Callable[[Answer], object]) -> Callable[[Sequence[Answer]], object]:
    return lambda answers: test(answers[-1])


def witness(name: str) -> Witness:
    """A fault's; raises LookupError where nobody has written one."""
    key, _, short = name.partition(".")
    own: dict[str, Witness] = import_module(f"{__name__}.{key}").WITNESSES
    if short in own:
        return own[short]
    common, calls = import_module(f"{__name__}.common"), wire(key)
    for word, (request, success) in getattr(calls, "OTHERS", {}).items():
        if short.startswith(f"{word}-"):
            found = common.witness(short.removeprefix(f"{word}-"), request, success)
            return Witness([calls.BEFORE, *found.requests], found.shows)
    made: Witness = common.witness(short, calls.GOOD, calls.SUCCESS)
    return made


def ask(application: Application, key: str, requests: Sequence[Request]) -> list[Answer]:
    """The answers of an application, without a socket, one request after the other."""

    async def all_() -> list[Answer]:
        return [await _ask(application, key, request) for request in requests]

    return asyncio.run(all_())


async def _ask(application: Application, key: str, request: Request) -> Answer:
    headers = list(request.headers)
    if not request.values("transfer-encoding"):
        headers.append(("content-length", str(len(request.body))))
    path, _, query = request.target.partition("?")
    scope = {
        "type": "http",
        "method": request.method,
        "path": f"/{key}{path}",
        "raw_path": f"/{key}{path}".encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    started = time.monotonic()
    await application(scope, receive, send)
    answered = tuple((name.decode(), value.decode("latin-1")) for name, value in sent[0]["headers"])
    response = Response(sent[0]["status"], answered, sent[1]["body"])
    return Answer(response, not sent[1]["more_body"], time.monotonic() - started)
