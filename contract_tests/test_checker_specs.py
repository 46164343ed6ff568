"""Parts of OpenAPI that the checker reads and that no provider's spec uses so far."""

import json
from typing import Any

import pytest

from audience_contract import Operation, Request, Response, check_request, check_response, load, provider_keys
from audience_contract.spec import parse

_BEARER, _KEY = {"type": "http", "scheme": "bearer"}, {"type": "apiKey", "in": "header", "name": "X-Key"}
_IDS = {"type": "array", "items": {"type": "integer"}, "maxItems": 2}


def _document(**operation: Any) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "servers": [{"url": "https://h/v{n}/", "variables": {"n": {"default": "1"}}}],
        "components": {"securitySchemes": {"b": _BEARER, "k": _KEY}},
        "paths": {
            "/a/{id}": {"get": {"responses": {"default": {}}, **operation}},
            "/a/all": {"put": {"responses": {}}},
        },
    }


def _operation(**operation: Any) -> Operation:
    found = parse("made_up", json.dumps(_document(**operation))).match("GET", "/a/7")
    assert found
    return found


def _places(operation: Operation, target: str = "/v1/a/7", *headers: tuple[str, str]) -> list[str]:
    return [violation.where for violation in check_request(operation, Request("GET", target, headers))]


def _parameter(place: str, name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"in": place, "name": name, "schema": schema}


def test_a_concrete_path_comes_before_one_with_a_parameter() -> None:
    spec = parse("made_up", json.dumps(_document()))
    found = spec.match("PUT", "/a/all")
    assert found
    assert found.path == "/a/all"
    assert spec.match("GET", "/a/all") is spec.match("PUT", "/a/all/7") is None
    assert (spec.methods("/a/7"), spec.methods("/a/all"), spec.methods("/b")) == (("GET",), ("PUT",), ())


def test_a_server_variable_is_any_segment_and_has_its_default_in_the_base() -> None:
    spec = parse("made_up", json.dumps(_document()))
    assert (spec.default_base, spec.below_base("/v2.10/a/7"), spec.below_base("/w1/a")) == ("/v1", "/a/7", None)
    assert load("batch").below_base("/any/audiences/create") == "/audiences/create"
    assert load("batch").below_base("audiences/create") is None
    # A server of one operation alone, before whose path it has more.
    adobe = load("adobe")
    assert (
        adobe.below_base("/data/core/ais/audiences") == adobe.below_base("/core/ais/audiences") == "/core/ais/audiences"
    )
    assert adobe.below_base("/data/core/ups/audiences") == "/data/core/ups/audiences"


@pytest.mark.parametrize(
    ("security", "missing"),
    [
        ([], []),
        ([{}], []),
        ([{"b": []}, {"k": []}], []),
        ([{"b": [], "k": []}], ["header Authorization"]),
        ([{"b": [], "k": []}, {"b": []}], ["header Authorization"]),
        ([{"b": []}, {}], []),
    ],
)
def test_security_is_a_choice_of_schemes_that_are_needed_together(security: list[Any], missing: list[str]) -> None:
    assert _places(_operation(security=security), "/v1/a/7", ("X-Key", "a")) == missing


@pytest.mark.parametrize(
    ("target", "where"),
    [
        ("/v1/a/7?n=5&ids=1&ids=2", []),
        ("/v1/a/7?n=x", ["query n"]),
        ("/v1/a/7?n=0", ["query n"]),
        ("/v1/a/7?n=%D9%A1", ["query n"]),
        ("/v1/a/7?n=1&n=1", ["query n"]),
        ("/v1/a/7?ids=1&ids=x", ["query ids"]),
        ("/v1/a/7?ids=1&ids=2&ids=3", ["query ids"]),
        ("/v1/a/x?flag=true", ["path id"]),
        ("/v1/a/7?flag=1", ["query flag"]),
        ("/v1/a/%37", []),
        ("/v1/a/7?text=a+b", []),
        ("/v1/a/7?text=a%2Bb", ["query text"]),
        ("/v1/a/+7", []),
        ("/v1/a/7?text=a\u0660", ["query text"]),
    ],
)
def test_parameters_are_read_as_the_type_that_their_schema_has(target: str, where: list[str]) -> None:
    declared = [
        _parameter("query", "n", {"type": "integer", "minimum": 1}),
        _parameter("query", "ids", _IDS),
        _parameter("query", "flag", {"type": "boolean"}),
        _parameter("query", "text", {"type": "string", "pattern": "^a b$"}),
        _parameter("path", "id", {"type": "string", "pattern": "^[^ x]*$"}),
    ]
    assert _places(_operation(parameters=declared), target) == where


@pytest.mark.parametrize(
    ("sent", "rules"),
    [
        (b"n=5&ids=1&ids=2&flag=true", []),
        (b"ids=7", []),
        (b"n=x", ["properties/n/type"]),
        (b"n=0", ["properties/n/minimum"]),
        (b"n=5&n=5", [""]),
        (b"flag=1", ["properties/flag/type"]),
        (b"ids=1&ids=x", ["properties/ids/items/type"]),
        (b"ids=1&ids=2&ids=3", ["properties/ids/maxItems"]),
        (b"more=1&more=2", ["properties"]),
    ],
)
def test_the_fields_of_a_form_are_read_as_the_type_that_their_schema_has(sent: bytes, rules: list[str]) -> None:
    properties = {"n": {"type": "integer", "minimum": 1}, "ids": _IDS, "flag": {"type": "boolean"}}
    form = "application/x-www-form-urlencoded"
    content = {form: {"schema": {"type": "object", "properties": properties}}}
    operation = _operation(requestBody={"content": content})
    at = f"{operation.node.pointer}/requestBody/content/{form.replace('/', '~1')}"
    found = check_request(operation, Request("GET", "/v1/a/7", (("Content-Type", form),), sent))
    assert [violation.rule for violation in found] == [f"{at}/schema/{rule}" if rule else at for rule in rules]


def test_a_body_where_the_operation_has_none_is_reported() -> None:
    found = check_request(_operation(), Request("GET", "/v1/a/7", (), b"a"))
    assert [violation.where for violation in found] == ["body"]


def test_a_response_is_found_by_its_status_then_its_class_then_default() -> None:
    def content(kind: str) -> dict[str, Any]:
        return {"content": {"application/json": {"schema": {"type": kind}}}}

    operation = _operation(responses={"200": content("string"), "2XX": content("integer"), "default": content("array")})
    good = {200: b'"a"', 201: b"1", 500: b"[]"}
    headers = (("Content-Type", "application/json"),)
    for status, expected in good.items():
        valid = [body for body in good.values() if not check_response(operation, Response(status, headers, body))]
        assert valid == [expected]


def test_the_most_specific_media_type_and_the_parameters_that_the_spec_names_count() -> None:
    def media(kind: str) -> dict[str, Any]:
        return {"schema": {"type": kind}}

    ranges = {"*/*": media("null"), "application/*": media("array"), "application/json": media("integer")}
    operation = _operation(responses={"200": {"content": {**ranges, "application/json; version=2": media("string")}}})
    for text, body in (
        ("application/json; VERSION=2; a=b", b'"a"'),
        ("application/json; version=1", b"1"),
        ("application/a+json", b"[]"),
        ("text/a+json", b"null"),
    ):
        assert check_response(operation, Response(200, (("content-type", text),), body)) == []


def test_an_unknown_provider_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(LookupError, match=", ".join(provider_keys())):
        load("nobody")
