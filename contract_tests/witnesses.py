"""What shows a fault: requests whose last answer is another one than the correct server's."""

import asyncio
import re
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from audience_contract import Operation, Request, Response, load
from audience_contract.faults import Fault
from audience_contract.mock.app import Application
from wire import right

_MOMENT = re.compile(rb'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z|(?<=(Time|poch)": )\d+')


class Answer(NamedTuple):
    """An answer, whether it was complete, and the time that it took."""

    response: Response
    complete: bool
    seconds: float

    @property
    def shown(self) -> tuple[object, ...]:
        """What two answers have in common that are the same but for the time."""
        headers = tuple(pair for pair in self.response.headers if pair[0] != "content-length")
        body = _MOMENT.sub(b"now", self.response.body)
        return self.response.status, headers, body, self.complete


def operation_of(fault: Fault) -> Operation:
    return next(each for each in load(fault.provider).operations if each.id == fault.operation)


def witness(fault: Fault) -> list[Request]:
    """The fault's own, for a server that nobody has asked anything before."""
    *before, good = right(operation_of(fault))
    return [*before, *(change(good) for change in fault.show)]


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
