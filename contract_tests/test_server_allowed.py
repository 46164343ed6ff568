"""What a server may do without a finding, though no document says so; and that a limit is told."""

import json

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audience_contract import Response
from audience_contract.mock import MockServer
from audience_contract.report import Verdict
from judged import judge, reply

_METHOD, _MEDIA, _NAME = "another method", "another media type", "a second audience of a name"


@pytest.mark.parametrize(
    ("status", "to"),
    [
        pytest.param(501, _METHOD, marks=pytest.mark.long),
        pytest.param(415, _MEDIA, marks=pytest.mark.long),
        (409, _NAME),
    ],
)
def test_what_http_allows_or_no_document_speaks_of_is_no_finding(status: int, to: str) -> None:
    created: set[str] = set()

    def around(app: ASGIApp) -> ASGIApp:
        async def stricter(scope: Scope, receive: Receive, send: Send) -> None:
            body, refused = b"", False

            async def read() -> Message:
                nonlocal body
                message = await receive()
                body += message.get("body", b"")
                return message

            async def answered(message: Message) -> None:
                nonlocal refused
                if message["type"] == "http.response.start":
                    creates = scope["path"].endswith("/audiences/create")
                    name = json.loads(body)["name"] if creates and message["status"] == 202 else ""
                    media = dict(scope["headers"]).get(b"content-type", b"")
                    refused = {
                        _METHOD: scope["method"] != ("GET" if scope["path"].endswith("/view") else "POST"),
                        _MEDIA: scope["method"] == "POST" and not media.lower().startswith(b"application/json"),
                        _NAME: name in created,
                    }[to]
                    created.update({name} - {""})
                    if refused:
                        error = b'{"error_code": "c", "error_message": "m"}'
                        await reply(Response(status, (("content-type", "application/json"),), error), send)
                if not refused:
                    await send(message)

            await app(scope, read, answered)

        return stricter

    report = judge(MockServer(middleware=around), "batch", operations=["audience_create"], requests=100)
    assert (report.verdict, report.findings) == (Verdict.KEPT, ())


def test_a_limit_that_ends_a_run_is_told() -> None:
    report = judge(MockServer(), "adobe_ims", requests=100)
    assert report.ended == "ended after 100 requests, as told"
