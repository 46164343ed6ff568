"""The checker: what it passes, what it reports and where, and what it never does."""

import json
import pkgutil
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

import audience_contract
import processes
from audience_contract import Request, Response, Violation, check_request, check_response, provider_keys
from audience_contract.spec import parse
from wire import JSON, Change, header, media_of, operation_of, rows, wire

_SAMPLES = Path(__file__).parents[1] / "specs"
_KEYS = st.sampled_from(provider_keys())
_BROKEN = [*rows("BROKEN"), *rows("UNNAMED"), *rows("UNSENDABLE")]


@pytest.mark.parametrize("provider", provider_keys())
def test_a_good_request_breaks_nothing(provider: str) -> None:
    assert check_request(operation_of(provider), wire(provider).GOOD) == []


@pytest.mark.parametrize(("provider", "change", "where", "rule"), _BROKEN)
def test_one_fault_in_a_request_is_reported_where_it_is(provider: str, change: Change, where: str, rule: str) -> None:
    found = check_request(operation_of(provider), change(wire(provider).GOOD))
    assert (where, rule) in {(violation.where, violation.rule) for violation in found}
    assert {violation.where for violation in found} <= {where, "part more"}
    assert all(operation_of(provider).node.at(violation.rule) for violation in found)


@pytest.mark.parametrize(("provider", "change"), [(key, c) for key in provider_keys() for c in wire(key).SAME])
def test_another_way_to_say_the_same_breaks_nothing(provider: str, change: Change) -> None:
    sent = change(wire(provider).GOOD)
    assert sent != wire(provider).GOOD
    assert check_request(operation_of(provider), sent) == []


@pytest.mark.parametrize(("provider", "change"), [row[:2] for row in rows("UNNAMED")])
def test_what_the_spec_allows_without_naming_it_can_be_let_pass(provider: str, change: Change) -> None:
    sent = change(wire(provider).GOOD)
    assert check_request(operation_of(provider), sent, undocumented=False) == []


def test_the_pointer_leads_to_the_value_that_breaks_the_rule() -> None:
    good = wire("batch").GOOD
    for old, new, pointer in ((b'"emails"', b"[]", "/type"), (b'"display_name"', b'"a/b~c"', "/a~1b~0c")):
        found = check_request(operation_of("batch"), replace(good, body=good.body.replace(old, new)))
        assert {violation.pointer for violation in found} == {pointer}


def test_all_faults_of_a_request_are_reported_once_and_in_order() -> None:
    sent = Request("POST", "/2.10/audiences/create", (JSON,), b'{"display_name": 1}')
    found = check_request(operation_of("batch"), sent)
    assert found == sorted(found)
    assert [(violation.where, violation.message) for violation in found] == [
        ("body", "an object (properties: 1) lacks 'name'"),
        ("body", "an object (properties: 1) lacks 'type'"),
        ("body", 'an integer breaks type "string"'),
        ("header Authorization", "the credential of scheme 'rest_key' is missing"),
        ("header X-Batch-Project", "missing"),
    ]
    one = check_request(operation_of("batch"), replace(sent, body=b'{"name": "a"}'))
    assert [violation.message for violation in one if violation.where == "body"] == [
        "an object (properties: 1) lacks 'type'"
    ]


@given(_KEYS, st.data())
def test_neither_order_nor_case_of_headers_changes_the_verdict(provider: str, data: st.DataObject) -> None:
    change = data.draw(st.sampled_from([row[1] for row in _BROKEN if row[0] == provider]))
    sent: Request = change(wire(provider).GOOD)
    headers = [(data.draw(st.sampled_from([name, name.lower(), name.upper()])), value) for name, value in sent.headers]
    other = replace(sent, headers=tuple(data.draw(st.permutations(headers))))
    assert check_request(operation_of(provider), other) == check_request(operation_of(provider), sent)


@given(_KEYS, st.text("ΩΨΔ", min_size=4, max_size=9))
def test_no_violation_and_no_repr_shows_a_value(provider: str, secret: str) -> None:
    good = wire(provider).GOOD
    hidden = replace(
        good,
        target=good.target.replace("true", secret),
        headers=tuple((name, value if name == "Content-Type" else value + secret) for name, value in good.headers),
        body=good.body.replace(b"Spring", secret.encode())
        .replace(b"emails", secret.encode())
        .replace(b"client_credentials", quote(secret).encode()),
    )
    listed = replace(hidden, body=json.dumps([secret]).encode())
    for request in (hidden, header("Authorization", secret)(hidden), listed):
        assert secret not in repr(check_request(operation_of(provider), request))
        assert secret not in repr(request)
    answer = Response(200, (JSON, ("Set-Cookie", secret)), json.dumps({"name": [secret]}).encode())
    assert secret not in repr(check_response(operation_of(provider), answer)) + repr(answer)


def _mangled(good: bytes) -> st.SearchStrategy[bytes]:
    """Any bytes, and the good ones with a piece replaced."""
    places = st.tuples(st.integers(0, len(good)), st.integers(0, len(good)), st.binary(max_size=8))
    return st.binary() | places.map(lambda p: good[: min(p[:2])] + p[2] + good[max(p[:2]) :])


@given(_KEYS, st.data())
def test_whatever_is_sent_or_answered_is_judged_without_an_exception(provider: str, data: st.DataObject) -> None:
    good, operation = wire(provider).GOOD, operation_of(provider)
    values = st.sampled_from([value for _, value in good.headers]) | st.text()
    pairs = st.tuples(st.sampled_from([name for name, _ in good.headers]) | st.text(), values)
    headers = tuple(data.draw(st.lists(st.sampled_from(good.headers) | pairs, max_size=9)))
    near = _mangled(good.target.encode()).map(lambda target: target.decode("latin-1"))
    target, content = data.draw(near | st.text()), data.draw(_mangled(good.body))
    found: list[Violation] = check_request(operation, Request("POST", target, headers, content))
    found += check_response(operation, Response(data.draw(st.integers(0, 999)), headers, content))
    assert all(operation.node.at(violation.rule) for violation in found)


def _pages() -> list[tuple[str, int, bytes]]:
    found = []
    for provider in provider_keys():
        file = _SAMPLES / provider / "samples" / "create.json"
        for sample in json.loads(file.read_text("utf-8")) if file.exists() else ():
            if sample["kind"] == "response":
                found.append((provider, sample["status"], sample["body"].encode()))
    return found


@pytest.mark.parametrize(("provider", "status", "content"), _pages())
def test_each_response_on_a_provider_s_page_breaks_nothing(provider: str, status: int, content: bytes) -> None:
    assert (
        check_response(operation_of(provider), Response(status, (("Content-Type", media_of(provider)),), content)) == []
    )


@pytest.mark.parametrize(("provider", "answer"), [(key, a) for key in provider_keys() for a in wire(key).ANSWERS])
def test_a_response_that_the_spec_allows_breaks_nothing(provider: str, answer: Response) -> None:
    assert check_response(operation_of(provider), answer) == []


@pytest.mark.parametrize(("provider", "answer", "where", "rule"), rows("WRONG_ANSWERS"))
def test_one_fault_in_a_response_is_reported_where_it_is(provider: str, answer: Any, where: str, rule: str) -> None:
    assert {(v.where, v.rule) for v in check_response(operation_of(provider), answer)} == {(where, rule)}


def test_the_package_imports_neither_the_library_nor_a_client_nor_the_server() -> None:
    code = (
        "import sys, audience_contract as a; a.check_request(a.load('batch').operations[0], a.Request('POST','/',())); "
        "print(*sorted(m for m in sys.modules if m.partition('.')[0] in "
        "('audiences', 'audience_clients', 'starlette', 'uvicorn', 'typer', 'schemathesis')))"
    )
    out = processes.run([sys.executable, "-c", code], check=True)
    assert out.stdout.split() == []


def test_everything_exported_exists_is_listed_in_order_and_is_hidden_by_no_module() -> None:
    for module in pkgutil.walk_packages(audience_contract.__path__, "audience_contract."):
        if module.name != "audience_contract.schemathesis_files":  # it changes Schemathesis in this process
            import_module(module.name)
    assert audience_contract.__all__ == sorted(audience_contract.__all__)
    assert all(callable(getattr(audience_contract, name)) for name in audience_contract.__all__)


def test_a_header_of_an_answer_is_judged_in_a_document_as_a_provider_publishes_it() -> None:
    headers = {
        "Location": {"required": True, "schema": {"$ref": "#/components/schemas/Place"}},
        "X-Left": {"$ref": "#/components/headers/Left"},
        "Content-Type": {"schema": {"type": "integer"}},
        "X-Form": {"content": {"application/json": {}}},
    }
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Acme", "version": "1"},
        "paths": {"/a": {"post": {"responses": {"201": {"description": "", "headers": headers}}}}},
        "components": {
            "schemas": {"Place": {"type": "string", "minLength": 2}},
            "headers": {"Left": {"schema": {"type": "integer"}}},
        },
    }
    (create,) = parse("acme", json.dumps(document)).operations

    def broken(*given: tuple[str, str]) -> list[str]:
        return [
            each.where for each in check_response(create, Response(201, (("Content-Type", "text/plain"), *given), b""))
        ]

    assert broken(("location", "/a/1"), ("x-left", "3")) == []
    assert broken() == ["header Location"]
    assert broken(("location", "/"), ("x-left", "some")) == ["header Location", "header X-Left"]
