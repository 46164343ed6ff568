"""Bodies that are made from a schema: they are allowed, whatever it nests, and whatever its examples are."""

import json
from dataclasses import replace
from typing import Any

import pytest

from audience_contract import check_request, load
from audience_contract.checker import check_response
from audience_contract.mock import MockServer, answers
from audience_contract.report import Verdict
from audience_contract.samples import sample
from audience_contract.schema import check
from audience_contract.server import Options, run
from audience_contract.server.audiences import Audiences
from audience_contract.server.names import Names
from audience_contract.server.target import Target
from audience_contract.spec import Document, Node, Spec, parse
from judged import target
from long import long

NESTED: dict[str, Any] = {
    "type": "object",
    "required": ["audience", "owners"],
    "properties": {
        "audience": {
            "type": "object",
            "required": ["code", "limits"],
            "properties": {
                "code": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"},
                "limits": {
                    "type": "object",
                    "required": ["most"],
                    "properties": {"most": {"type": "integer", "minimum": 7.5}, "note": {"type": "string"}},
                },
                "since": {"type": "string", "format": "date-time"},
            },
        },
        "owners": {
            "type": "array",
            "minItems": 2,
            "items": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "minLength": 9}}},
        },
        "ratio": {"type": "number", "maximum": 0.5},
    },
}
EXAMPLES: list[Any] = ["text", 12, 1.5, True, None, [], ["a"], {}, {"a": 1}]


def node(schema: Any) -> Node:
    return Node(Document({"openapi": "3.1.0", "schema": schema}), "/schema", schema)


def schemas() -> list[Any]:
    kinds: list[Any] = [
        NESTED,
        {"type": "string", "minLength": 20},
        {"type": "string", "maxLength": 2},
        {"type": "string", "pattern": "^[a-z0-9]{32}$"},
        {"type": "string", "enum": ["one", "two"]},
        {"type": "array", "minItems": 1, "items": {"type": "boolean"}},
        {"type": "integer", "minimum": 100, "maximum": 100},
        {"type": "boolean"},
    ]
    return [*kinds, *({**kind, "example": example} for kind in kinds for example in EXAMPLES)]


@pytest.mark.parametrize("smallest", [False, True])
def test_a_sample_is_allowed_whatever_the_example_is(smallest: bool) -> None:
    for schema in schemas():
        assert list(check(node(schema), sample(node(schema), smallest=smallest), "")) == [], schema


def test_a_sample_is_the_example_where_that_is_allowed() -> None:
    assert sample(node({"type": "string", "example": "E-1"})) == "E-1"
    assert sample(node({**NESTED, "properties": {"ratio": {"type": "number", "example": 0.1}}}))["ratio"] == 0.1


def test_the_least_has_nothing_that_is_not_required() -> None:
    found = sample(node(NESTED), smallest=True)
    assert (found.keys(), found["audience"].keys()) == ({"audience", "owners"}, {"code", "limits"})
    assert found["audience"]["limits"] == {"most": 8}


def test_a_schema_that_refers_to_itself_has_a_sample() -> None:
    tree = {
        "type": "object",
        "properties": {"below": {"$ref": "#/schema"}, "all": {"type": "array", "items": {"$ref": "#/schema"}}},
    }
    assert list(check(node(tree), sample(node(tree)), "")) == []


def with_details(example: Any = ...) -> Spec:
    """Batch with a required nested property in its create call, and maybe an example of it."""
    document = load("batch").document()
    schema = document["paths"]["/audiences/create"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    schema["required"].append("details")
    schema["properties"]["details"] = NESTED if example is ... else {**NESTED, "example": example}
    return parse("batch", json.dumps(document))


@pytest.mark.parametrize("example", ["text", *(long(each) for each in [..., *EXAMPLES[1:]])])
def test_a_required_nested_body_is_sent_as_its_schema_has_it(example: Any) -> None:
    with MockServer() as server:
        asked = replace(target(server, "batch"), spec=with_details(example))
        operation, names = asked.spec.operations[0], Names(asked, Audiences(asked.spec, "1"))
        smallest, fullest = (names.draft(operation, smallest=smallest) for smallest in (True, False))
        assert [check_request(operation, made.request()) for made in (smallest, fullest)] == [[], []]
        # The mock knows nothing of the property, and takes it.
        report = run(asked, Options(requests=12, operations=[operation.id]))
    assert report.verdict is not Verdict.INCONCLUSIVE
    assert "are the credentials right?" not in report.ended
    assert not any("no valid request succeeded" in note for note in report.notes)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_answer_is_made_without_an_example_that_is_not_allowed(example: Any) -> None:
    document = load("commbox").document()
    answer = document["paths"]["/audiences"]["post"]["responses"]["201"]["content"]["application/json"]
    status = {"type": "integer", "example": example}
    answer["schema"] = {**NESTED, "properties": {**NESTED["properties"], "status": status}, "example": example}
    operation = parse("commbox", json.dumps(document)).match("POST", "/audiences")
    assert operation is not None
    made = answers.success(operation)
    assert made is not None
    assert check_response(operation, made) == []


def test_every_name_of_digits_has_one_length_so_that_a_case_is_sent_as_it_was_planned() -> None:
    asked = Target(load("batch"), "http://127.0.0.1", {})
    names = Names(asked, Audiences(asked.spec, "1"))
    assert len({len(names.digits(f"{number}")) for number in range(50)}) == 1
