"""The mock server with a fault, over real HTTP and on the command line; and with the prose enforced."""

from collections.abc import Iterator
from dataclasses import replace

import httpx2
import pytest

from audience_contract import Request, provider_keys
from audience_contract.faults import catalogue, find
from audience_contract.faults.acts import json_body
from audience_contract.mock import MockServer
from audience_contract.mock.app import Application
from audience_contract.multipart import Part
from test_contract_cli import run
from wire import body, send, upload, wire
from witnesses import ask, witness

_CSV = Part("audience_file", "a.csv", "text/csv", b"phone1\n442079832100\n")


@pytest.mark.parametrize(
    "name", ["batch.name-newline", "commbox.excel-unread", "adobe.accept-tail", "adobe_ims.answer-expires-in-missing"]
)
def test_a_server_has_its_fault_and_the_others_do_not(name: str) -> None:
    key, found = name.partition(".")[0], witness(find(name))
    with MockServer(fault=name) as server, httpx2.Client(timeout=60) as client:
        answer = [send(client, server, key, request) for request in found][-1]
        assert answer.status == wire(key).SUCCESS
        for other in set(provider_keys()) - {key}:
            assert send(client, server, other, wire(other).GOOD).status == wire(other).SUCCESS
        assert send(client, server, key, found[0], "/_mock/respond/503").status == 503


@pytest.mark.parametrize(
    ("name", "error"),
    [("batch.answer-short", httpx2.RemoteProtocolError), ("adobe.answer-coding", httpx2.DecodingError)],
)
def test_an_answer_can_be_wrong_on_the_wire(name: str, error: type[Exception]) -> None:
    key = name.partition(".")[0]
    with MockServer(fault=name) as server, httpx2.Client() as client, pytest.raises(error):
        send(client, server, key, wire(key).GOOD)


def test_a_body_in_chunks_reaches_the_fault() -> None:
    good: Request = wire("batch").GOOD

    def chunks() -> Iterator[bytes]:
        yield good.body

    with MockServer(fault="batch.chunked-empty") as server:
        url = f"{server.url}/batch{good.target}"
        assert httpx2.post(url, headers=good.headers, content=chunks()).status_code == 400
        assert httpx2.post(url, headers=good.headers, content=good.body).status_code == 202


def test_a_slow_answer_holds_up_no_other() -> None:
    fault = replace(find("batch.slow"), seconds=30.0)
    with MockServer(fault=fault) as server, httpx2.Client(timeout=0.2) as hasty, httpx2.Client(timeout=20) as client:
        with pytest.raises(httpx2.ReadTimeout):
            send(hasty, server, "batch", wire("batch").GOOD)
        assert send(client, server, "commbox", wire("commbox").GOOD).status == 201


def test_a_server_counts_from_its_start_whatever_is_forgotten() -> None:
    application, good = Application(fault="batch.every-twentieth"), wire("batch").GOOD
    ask(application, "batch", [good] * 19)
    application.state.clear()
    assert ask(application, "batch", [good])[0].response.status == 500


def test_the_command_lists_the_faults() -> None:
    listed = run("server-faults").stdout.splitlines()
    assert [line.split("\t")[0] for line in listed] == [f.name for key in provider_keys() for f in catalogue(key)]
    assert all(len(line.split("\t")) == 3 for line in listed)
    assert run("server-faults", "adobe").stdout.splitlines() == [line for line in listed if line.startswith("adobe.")]


@pytest.mark.parametrize("arguments", [["server-faults", "nobody"], ["mock", "--fault", "batch.nothing"]])
def test_an_unknown_name_is_an_error_of_usage(arguments: list[str]) -> None:
    ended = run(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "no " in ended.stderr
    assert "Traceback" not in ended.stderr


def _form(name: bytes, *numbers: bytes) -> Request:
    parts = {
        "name": Part("name", None, "", name),
        "audience_file": replace(_CSV, data=b"\n".join((b"a,phone1", *(b"x," + number for number in numbers)))),
    }
    return upload(parts)(wire("commbox").GOOD)


_FORBIDDEN = [
    ("batch", json_body({"name": "", "type": "emails"})(wire("batch").GOOD)),
    ("commbox", _form(b"  ", b"442079832100")),
    ("commbox", _form(b"a", b"442079832100", b"+442079832100")),
    ("commbox", _form(b"a", b"123456")),
    ("commbox", _form(b"a", b"1234567890123456")),
    ("adobe", json_body({"name": "a", "namespace": "n"})(wire("adobe").GOOD)),
    ("adobe", json_body({"name": " ", "namespace": "n", "originName": "o"})(wire("adobe").GOOD)),
    ("adobe_ims", body("openid%2CAdobeID", "openid+AdobeID")(wire("adobe_ims").GOOD)),
]


@pytest.mark.parametrize(("key", "request_"), _FORBIDDEN)
def test_what_prose_can_be_read_to_forbid_is_refused_only_when_asked_for(key: str, request_: Request) -> None:
    assert [answer.response.status for answer in ask(Application(), key, [request_])] == [wire(key).SUCCESS]
    assert [answer.response.status for answer in ask(Application(prose=True), key, [request_])] == [400]


@pytest.mark.parametrize("key", provider_keys())
def test_a_server_that_enforces_the_prose_takes_what_is_right(key: str) -> None:
    assert ask(Application(prose=True), key, [wire(key).GOOD])[0].response.status == wire(key).SUCCESS


@pytest.mark.parametrize("data", [b"no workbook", b""])
def test_a_file_that_cannot_be_read_is_refused_with_prose_as_without(data: bytes) -> None:
    excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    file = replace(_CSV, content_type=excel, data=data)
    sent = upload({"name": Part("name", None, "", b"a"), "audience_file": file})(wire("commbox").GOOD)
    assert ask(Application(prose=True), "commbox", [sent])[0].response.status == 400
