"""What a server may do without a finding, though no document says so; and that a limit is told."""

import json

import pytest

from audience_contract import Request, Response
from audience_contract.mock import MockServer
from audience_contract.report import Verdict
from judged import judge
from long import long
from mistaken import changing

_METHOD, _MEDIA, _NAME = "another method", "another media type", "a second audience of a name"


@pytest.mark.parametrize(
    ("status", "to"),
    [
        long(501, _METHOD),
        long(415, _MEDIA),
        (409, _NAME),
    ],
)
def test_what_http_allows_or_no_document_speaks_of_is_no_finding(status: int, to: str) -> None:
    created: set[str] = set()

    def stricter(request: Request, own: Response) -> Response:
        creates = "/audiences/create" in request.target and own.status == 202
        name = json.loads(request.body)["name"] if creates else ""
        media = "".join(request.values("content-type")).lower()
        refused = {
            _METHOD: request.method != ("GET" if "/view" in request.target else "POST"),
            _MEDIA: request.method == "POST" and not media.startswith("application/json"),
            _NAME: name in created,
        }[to]
        created.update({name} - {""})
        error = b'{"error_code": "c", "error_message": "m"}'
        return Response(status, (("content-type", "application/json"),), error) if refused else own

    report = judge(
        MockServer(middleware=changing(after=stricter)), "batch", operations=["audience_create"], requests=100
    )
    assert (report.verdict, report.findings) == (Verdict.KEPT, ())


def test_a_limit_that_ends_a_run_is_told() -> None:
    report = judge(MockServer(), "adobe_ims", requests=100)
    assert report.ended == "ended at the limit of 100 requests"
