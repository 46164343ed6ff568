"""Uploads as ordinary clients write them: what the page leaves open is no violation, and the mock takes it."""

from collections.abc import Iterator

import pytest
import requests

from audience_contract import Request, check_request, load
from audience_contract.mock import MockServer
from audience_contract.spec import parse
from audience_contract.workbooks import workbook

_OPERATION = next(each for each in load("commbox").operations if each.method == "POST")
_CSV = b"phone1\r\n442079832100\r\n"
_XLSX = workbook([["phone1"], [442079832100]])
_DISPOSITION = b'Content-Disposition: form-data; name="audience_file"; filename="a.csv"'


def form(head: bytes, content: bytes = _CSV, after: bytes = b"") -> bytes:
    """A form with the headers of its file, and what stands after each boundary."""
    name = b'--B%b\r\nContent-Disposition: form-data; name="name"\r\n\r\nVIP\r\n' % after
    return name + b"--B%b\r\n%b\r\n\r\n%b\r\n--B--%b\r\n" % (after, head, content, after)


FORMS = {
    "curl": form(_DISPOSITION + b"\r\nContent-Type: application/octet-stream"),
    "curl, Excel": form(_DISPOSITION.replace(b".csv", b".xlsx") + b"\r\nContent-Type: application/octet-stream", _XLSX),
    "requests": form(_DISPOSITION),
    "requests, Excel": form(_DISPOSITION, _XLSX),
    "a browser on Windows": form(_DISPOSITION + b"\r\nContent-Type: application/vnd.ms-excel"),
    "a browser elsewhere": form(_DISPOSITION + b"\r\nContent-Type: text/plain"),
    "an older name": form(_DISPOSITION + b"\r\nContent-Type: text/comma-separated-values"),
    "an older Excel": form(_DISPOSITION, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    "padding": form(_DISPOSITION + b"\r\nContent-Type: text/csv", after=b" \t "),
    "folded": form(_DISPOSITION.replace(b"; f", b";\r\n\t f") + b"\r\nContent-Type:\r\n text/csv"),
    "in lower case": form((_DISPOSITION + b"\r\nContent-Type: text/csv").lower()),
    "with a transfer encoding": form(_DISPOSITION + b"\r\nContent-Transfer-Encoding: binary"),
    "with lengths": form(_DISPOSITION + b"\r\nContent-Length: %d" % len(_CSV)),
    "with text around": b"preamble\r\n" + form(_DISPOSITION) + b"epilogue\r\n--B\r\n",
}


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(prose=True) as found:
        yield found


@pytest.mark.parametrize("client", FORMS)
def test_an_upload_of_an_ordinary_client_keeps_the_contract_and_is_taken(server: MockServer, client: str) -> None:
    sent = requests.post(
        f"{server.base_url('commbox')}/audiences",
        FORMS[client],
        headers={"Authorization": "Bearer mock-token", "Content-Type": "multipart/form-data; boundary=B"},
        timeout=10,
    )
    assert (sent.status_code, check_request(_OPERATION, server.exchanges[-1].request)) == (201, []), sent.text


def test_an_upload_by_requests_itself_is_taken(server: MockServer) -> None:
    sent = requests.post(
        f"{server.base_url('commbox')}/audiences",
        {"name": "VIP"},
        files={"audience_file": ("a.csv", _CSV)},
        headers={"Authorization": "Bearer mock-token"},
        timeout=10,
    )
    assert (sent.status_code, check_request(_OPERATION, server.exchanges[-1].request)) == (201, [])
    assert server.audiences[-1].file == {"name": "a.csv", "content_type": "", "size": len(_CSV), "rows": 1}


@pytest.mark.parametrize(
    "broken",
    [
        form(_DISPOSITION, b"phone\r\n442079832100\r\n"),
        form(_DISPOSITION + b"\r\nContent-Type: application/octet-stream", b"%PDF-1.7 "),
        form(_DISPOSITION, _XLSX[:-40]),
        form(_DISPOSITION, b"\xff\xfe\xff"),
    ],
)
def test_a_file_that_is_none_is_refused_whatever_its_type_is_called(server: MockServer, broken: bytes) -> None:
    sent = requests.post(
        f"{server.base_url('commbox')}/audiences",
        broken,
        headers={"Authorization": "Bearer mock-token", "Content-Type": "multipart/form-data; boundary=B"},
        timeout=10,
    )
    assert sent.status_code == 400


_LISTED = """{"servers": [{"url": "https://x.test"}], "paths": {"/f": {"post": {"requestBody": {"content": {
  "multipart/form-data": {
    "schema": {"type": "object", "properties": {"audience_file": {"type": "string", "format": "binary"}}},
    "encoding": {"audience_file": {"contentType": "text/csv, application/pdf"}}}}},
  "responses": {"200": {"description": "d"}}}}}}"""


@pytest.mark.parametrize(
    ("head", "kept"),
    [(b"\r\nContent-Type: text/csv", True), (b"\r\nContent-Type: application/octet-stream", False), (b"", False)],
)
def test_where_the_documents_list_media_types_others_are_violations(head: bytes, kept: bool) -> None:
    headers = (("Content-Type", "multipart/form-data; boundary=B"),)
    request = Request("POST", "/f", headers, form(_DISPOSITION + head))
    broken = check_request(parse("x", _LISTED).operations[0], request, undocumented=False)
    assert [violation.where for violation in broken] == ([] if kept else ["part audience_file"])
