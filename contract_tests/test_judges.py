"""The library's judge and the checker's, written apart, agree on every answer."""

import json
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import audience_contract
import several
from audience_contract import samples, schema
from audience_contract import spec as checkers
from audiences import _spec
from audiences._json import UnreadableError, loads
from cases import case, headers
from long import long
from test_answers import JSON, documented
from wire import operation_of


@cache
def operations(key: str) -> tuple[_spec.Operation, audience_contract.Operation]:
    theirs = operation_of(key)
    return _spec.load(key).operation(theirs.id), theirs


def taken(operation: _spec.Operation, status: int, media_type: str, body: bytes) -> bool:
    """Whether the library takes an answer as one that the spec allows."""
    value, unreadable = None, None
    try:
        value = loads(body)
    except UnreadableError as error:
        unreadable = str(error)
    found = operation.judge_answer(status, media_type, value, unreadable)
    return all(deviation.rule == _spec.UNDOCUMENTED for deviation in found)


MEDIA_TYPES = [
    "application/json",
    "application/JSON; charset=utf-8",
    "application/json; charset=latin-1",
    "text/html",
    "application/x+json",
    "x/y+json",
    "",
]


@given(data=st.data())
def test_both_judges_give_the_same_verdict_on_an_answer(key: str, data: st.DataObject) -> None:
    success, good = case(key).SUCCESS, case(key).BODY
    # Mostly the documented success as JSON: a wrong status or media type alone would hide what the body breaks.
    status = data.draw(st.just(success) | st.sampled_from([200, 201, 202, 400, 401, 429, 500, 503, 599]))
    names = st.sampled_from([*good, "error_code", "error_message"])
    changed = st.dictionaries(names, JSON | st.just("2025-02-30")).map(lambda change: good | change)
    bodies = changed | JSON | documented(key).map(lambda pair: pair[1])
    body = data.draw(bodies.map(lambda body: json.dumps(body).encode()) | st.binary(max_size=20))
    media_type = data.draw(st.just("application/json") | st.sampled_from(MEDIA_TYPES))
    ours, theirs = operations(key)
    fields = (("Content-Type", media_type), *headers(key).items())
    response = audience_contract.Response(status=status, headers=fields, body=body)
    violations = audience_contract.check_response(theirs, response)
    assert taken(ours, status, media_type, body) == (violations == [])


def test_a_class_of_statuses_documents_each_of_them() -> None:
    answers = {"2XX": {"content": {"application/json": {"schema": {"type": "object"}}}}, "default": {}}
    spec = _spec.Spec({"paths": {"/lists": {"post": {"responses": answers}}}}, "")
    operation = spec.operation("POST /lists")
    assert [operation.documents(status) for status in (200, 299, 300, 400)] == [True, True, False, False]
    assert taken(operation, 201, "application/json", b"{}")
    assert not taken(operation, 201, "application/json", b"[]")


@pytest.mark.parametrize(
    ("body", "library", "checker"),
    [
        # A server must not send a byte order mark; a client may ignore it (RFC 8259, 8.1).
        (b'\xef\xbb\xbf{"data":{"id":"1"}}', True, False),
        # Valid JSON, but more than the library reads.
        (b'{"data":{"id":"1"},"x":' + b"[" * 100 + b"]" * 100 + b"}", False, True),
        (b'{"data":{"id":"1"},"x":1e400}', False, True),
    ],
)
def test_where_the_judges_differ_they_do_so_on_purpose(body: bytes, library: bool, checker: bool) -> None:
    ours, theirs = operations("commbox")
    response = audience_contract.Response(status=201, headers=(("Content-Type", "application/json"),), body=body)
    ours_takes = taken(ours, 201, "application/json", body)
    assert (ours_takes, audience_contract.check_response(theirs, response) == []) == (library, checker)


_ODD: tuple[Any, ...] = (None, True, 0, 1.0, 1.5, 2**31, -(2**31) - 1, 2**63, 2**64, "", "Static", [], {}, {"a": 1})
ODD: st.SearchStrategy[Any] = st.sampled_from(_ODD).map(deepcopy)


@cache
def documents_of(key: str) -> tuple[_spec.Spec, list[checkers.Node]]:
    """The library's spec of all documents of a provider, and the checker's JSON schemas in it."""
    text = json.dumps(several.spec(key))
    found = []
    for operation in checkers.parse(key, text).operations:
        bodies = [operation.node.get("requestBody"), *operation.node["responses"]]
        for content in [body["content"] for body in bodies if body and body.get("content")]:
            found += [content[media]["schema"] for media in content.value if media.startswith("application/")]
    return _spec.Spec(json.loads(text), ""), found


@st.composite
def changed(draw: st.DrawFn, value: Any) -> Any:
    """The value with a few of its places replaced, taken away or added to."""
    whole = [deepcopy(value)]
    for _ in range(draw(st.integers(0, 2))):
        holder: Any = whole
        place: Any = 0
        while isinstance(holder[place], dict | list) and holder[place] and draw(st.integers(0, 4)):
            holder = holder[place]
            place = draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
        if isinstance(holder[place], dict) and draw(st.booleans()):
            holder[place][draw(st.sampled_from(["extra", "id", "type"]))] = draw(ODD)
        elif isinstance(holder, dict) and draw(st.booleans()):
            del holder[place]
        else:
            holder[place] = draw(ODD | JSON)
    return whole[0]


def agree(ours: _spec.Spec, theirs: checkers.Node, value: Any) -> bool:
    """Whether both judges take the value or neither, and find the same properties to be undocumented; the verdict."""
    own = _spec.Schema(ours, theirs.pointer)
    broken, more = list(own.judge(value)), list(own.undocumented(value))
    found = list(schema.check(theirs, value, "", undocumented=True))
    unnamed = {each.pointer for each in found if each.message == "a property that the spec does not name"}
    assert {each.pointer for each in more} == unnamed
    assert (broken == []) == (len(found) == len(unnamed))
    return broken == []


@pytest.mark.parametrize("documents", ["commbox", long("adobe"), long("batch")], ids="all_of_{}".format)
@given(data=st.data())
def test_both_judges_give_the_same_verdict_on_bodies_of_all_that_could_be_had_of_a_provider(
    documents: str, data: st.DataObject
) -> None:
    ours, schemas = documents_of(documents)
    theirs = data.draw(st.sampled_from(schemas))
    agree(ours, theirs, data.draw(changed(samples.sample(theirs, smallest=data.draw(st.booleans())))))


@pytest.mark.parametrize("documents", ["adobe", "batch", "commbox"], ids="all_of_{}".format)
def test_a_sample_of_each_body_of_a_provider_is_taken_by_both_judges(documents: str) -> None:
    ours, schemas = documents_of(documents)
    for theirs in schemas:
        assert agree(ours, theirs, samples.sample(theirs, smallest=True)), theirs.pointer
        assert agree(ours, theirs, samples.sample(theirs)), theirs.pointer


NAMES = st.sampled_from("ab")
SIMPLE = st.sampled_from(
    [
        *({"type": kind} for kind in ("string", "integer", "number", "boolean", "object", "array")),
        {"type": ["string", "null"]},
        {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
        {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
        {"enum": ["a", None, 1]},
        {"$ref": "#/components/schemas/Small"},
    ]
)
SCHEMAS: st.SearchStrategy[Any] = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.fixed_dictionaries(
            {"type": st.just("object"), "properties": st.dictionaries(NAMES, inner, max_size=2)},
            optional={
                "required": st.lists(NAMES, max_size=2, unique=True),
                "additionalProperties": st.booleans() | inner,
                "maxProperties": st.integers(0, 2),
            },
        ),
        st.builds(lambda items: {"type": "array", "items": items}, inner),
        st.builds(
            lambda key, listed, beside: {key: listed, **beside},
            st.sampled_from(["oneOf", "anyOf"]),
            st.lists(inner, min_size=1, max_size=3),
            st.just({}) | st.builds(lambda named: {"properties": named}, st.dictionaries(NAMES, inner, max_size=2)),
        ),
    ),
    max_leaves=6,
)
SMALL = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}, "additionalProperties": False}
PLAIN = st.recursive(
    ODD | NAMES, lambda inner: st.dictionaries(NAMES | st.just("c"), inner, max_size=3) | st.lists(inner, max_size=2)
)


def judged(shape: Any) -> tuple[_spec.Spec, checkers.Node]:
    """A schema, for the library and for the checker."""
    content = {"application/json": {"schema": shape}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Acme", "version": "1"},
        "paths": {"/a/{ID}": {"get": {"responses": {"200": {"description": "", "content": content}}}}},
        "components": {"schemas": {"Small": SMALL}},
    }
    operation = checkers.parse("acme", json.dumps(document)).operations[0]
    theirs = operation.node["responses"]["200"]["content"]["application/json"]["schema"]
    return _spec.Spec(document, ""), theirs


@settings(max_examples=settings().max_examples * 2)
@given(shape=SCHEMAS, data=st.data())
def test_both_judges_give_the_same_verdict_whatever_the_schema(shape: Any, data: st.DataObject) -> None:
    ours, theirs = judged(shape)
    agree(ours, theirs, data.draw(PLAIN | changed(samples.sample(theirs))))


_A = {"type": "object", "properties": {"a": {"type": "string"}}}
_B = {"type": "object", "properties": {"b": {"type": "string"}}}


@pytest.mark.parametrize(
    ("shape", "value", "unnamed"),
    [
        (_A, {"a": "", "b": ""}, ["/b"]),
        ({**_A, "additionalProperties": True}, {"a": "", "b": {"c": 1}}, []),
        ({**_A, "additionalProperties": _B}, {"x": {"b": "", "a": ""}, "y": {}}, ["/x/a"]),
        ({"type": "object"}, {"a": 1}, []),
        ({"anyOf": [_A, _B]}, {"a": "", "b": "", "c": ""}, ["/c"]),
        ({"anyOf": [{"type": "string"}, {"type": "array", "items": {"anyOf": [_A, _B]}}]}, [{}, {"c": 1}], ["/1/c"]),
        ({**_B, "oneOf": [{"$ref": "#/components/schemas/Small"}, {"type": "null"}]}, {"a": ""}, []),
        ({"type": "object", "properties": {"$ref": _B}}, {"$ref": {"a": 1}}, ["/$ref/a"]),
    ],
)
def test_a_property_is_undocumented_that_neither_the_schema_nor_an_alternative_names(
    shape: Any, value: Any, unnamed: list[str]
) -> None:
    ours, theirs = judged(shape)
    assert agree(ours, theirs, value)
    assert sorted(each.pointer for each in schema.check(theirs, value, "", undocumented=True)) == unnamed


_TEXTS = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string", "maxLength": 1}}}
_NO_X = {"not": {"required": ["a"], "properties": {"a": {"const": "x"}}}}


@given(
    st.sampled_from([_A, _TEXTS, {**_TEXTS, **_NO_X}, {"properties": {"a": True}}, {"allOf": [_TEXTS, _NO_X]}]),
    st.permutations([{}, *({"a": text} for text in ("", "x", 1, 1.0, True, 1)), {"b": "x"}, {"b": "xy"}, {"c": []}]),
)
def test_each_of_items_that_are_alike_breaks_what_it_breaks_alone(kind: Any, items: list[Any]) -> None:
    _, theirs = judged({"type": "array", "items": kind})

    def broken(value: Any) -> list[tuple[str, str]]:
        return [(each.pointer, each.rule) for each in schema.check(theirs, value, "", undocumented=True)]

    alone = [(f"/{at}{pointer[2:]}", rule) for at, item in enumerate(items) for pointer, rule in broken([item])]
    assert sorted(broken(items)) == sorted(alone)
