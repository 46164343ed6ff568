"""What documents say in the ways of well-known APIs: ids above a path, null, files, forms, and what they leave open."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import requests

from audience_contract import Request, Response
from audience_contract.checker import check_request, check_response
from audience_contract.documents import read
from audience_contract.evidence import Redactor
from audience_contract.judging import Ledger, Observation
from audience_contract.mock import MockServer
from audience_contract.mock.provider import facts_of
from audience_contract.mock.provider import load as provider_of
from audience_contract.server import Options, Target, run
from audience_contract.server.audiences import Audiences, Made
from audience_contract.server.expectation import Expected, expect
from audience_contract.server.judge import Judge
from audience_contract.server.names import Names
from audience_contract.server.places import places
from audience_contract.server.plan import groups
from audience_contract.spec import Operation, Spec, load
from mistaken import check

_TEXT: dict[str, Any] = {"type": "string"}
_ACCOUNT = {"name": "account", "in": "path", "required": True, "schema": {"type": "string", "enum": ["ours"]}}


def _parameter(name: str, schema: dict[str, Any], place: str = "path") -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def _object(*needed: str, **properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties} | ({"required": [*needed]} if needed else {})


def _body(schema: dict[str, Any], media: str = "application/json") -> dict[str, Any]:
    return {"required": True, "content": {media: {"schema": schema}}}


def _answers(code: str, schema: dict[str, Any], **links: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    return {code: {"description": "a", "content": content, "links": links}, "default": {"description": "refused"}}


def _read(file: Path, paths: dict[str, Any], version: str = "3.0.3", **more: Any) -> Spec:
    file.write_text(json.dumps({"openapi": version, "paths": paths, **more}), "utf-8")
    return read(file)


def _names(spec: Spec, run_id: str = "abcdefgh") -> Names:
    return Names(Target(spec, "http://127.0.0.1", {}), Audiences(spec, run_id))


def _requests(names: Names, operation: Operation) -> Iterator[Request]:
    """All hand-designed requests to an operation."""
    drafts = [names.draft(operation, smallest=smallest) for smallest in (True, False)]
    for case in (each for group in groups(drafts, names) for each in group):
        yield case.request(names.about(case.base))


def _orders(**of_item: Any) -> dict[str, Any]:
    """Orders below an account that the document lists."""
    order = _object("sid", sid=_TEXT)
    return {
        "/{account}/orders.json": {
            "parameters": [_ACCOUNT],
            "post": {
                "operationId": "create",
                "requestBody": _body(_object("size", size=_TEXT)),
                "responses": _answers("201", order),
            },
        },
        "/{account}/orders/{Sid}.json": {
            "parameters": [_ACCOUNT, _parameter("Sid", _TEXT)],
            "get": {"operationId": "get", "responses": _answers("200", order)},
            "delete": {"operationId": "remove", "responses": of_item or {"204": {"description": "gone"}}},
        },
        "/{account}": {
            "parameters": [_ACCOUNT],
            "patch": {"operationId": "rename", "responses": _answers("200", order)},
        },
    }


def test_a_create_below_what_the_document_lists_is_sent_there_and_no_change_of_that(tmp_path: Path) -> None:
    spec = _read(tmp_path / "below_listed.json", _orders())
    audiences = Audiences(spec, "abcdefgh")

    def may(method: str, target: str) -> bool:
        return audiences.may_be_sent(Request(method, target, (), b""))

    assert may("POST", "/ours/orders.json")
    assert not may("POST", "/theirs/orders.json")
    assert not may("PATCH", "/ours")


_GONE = {"responses": {"204": {"description": "gone"}}}
_OWNED = _object("id", id=_TEXT, ownerId=_TEXT, owner=_object(id=_TEXT))


def _things(asked: dict[str, Any] = _TEXT, **links: Any) -> dict[str, Any]:
    """Things that can be made, read and removed; each link gives an operation its id."""
    linked = {name: {"operationId": name, "parameters": {"id": pointer}} for name, pointer in links.items()}
    post = {"requestBody": _body(asked), "responses": _answers("201", _OWNED, **linked)}
    get = {"responses": _answers("200", _OWNED)}
    item = {"parameters": [_parameter("id", _TEXT)], "get": get, "delete": _GONE}
    return {"/things": {"get": get, "post": post}, "/things/{id}": item}


@pytest.mark.parametrize(
    ("path", "parameter", "link"),
    [
        ("/owners/{ownerId}", "ownerId", None),
        ("/users/{id}", "id", None),
        ("/users/{id}", "id", "$response.body#/ownerId"),
        ("/users/{id}", "id", "$response.body#/owner/id"),
    ],
)
@pytest.mark.parametrize("method", ["patch", "delete"])
def test_nothing_is_changed_of_which_a_create_answers_just_the_id(
    path: str, parameter: str, link: str | None, method: str, tmp_path: Path
) -> None:
    links: dict[str, Any] = {"it": link} if link else {}
    changing = {"operationId": "it", "parameters": [_parameter(parameter, _TEXT)], **_GONE}
    spec = _read(tmp_path / "owned.json", _things(**links) | {path: {method: changing}})
    assert "nothing says" in provider_of(spec.key).why_not(spec.named["it"])
    assert not provider_of(spec.key).why_not(spec.named["DELETE /things/{id}"])
    audiences = Audiences(spec, "abcdefgh")
    own = {"id": "a", "ownerId": "b", "owner": {"id": "b"}}
    audiences.record(Made("", "a", own, by="POST /things"), plain=True, sure=True)
    assert audiences.may_be_sent(Request("DELETE", "/things/a", (), b""))
    assert not audiences.may_be_sent(Request(method.upper(), path.partition("{")[0] + "b", (), b""))


@pytest.mark.parametrize("path", ["/things:purge", "/things/purge"])
def test_an_action_on_a_list_creates_nothing_whatever_id_it_answers(path: str, tmp_path: Path) -> None:
    purge = {"operationId": "purge", "responses": _answers("200", _object("id", id=_TEXT))}
    spec = _read(tmp_path / "actions.json", _things() | {path: {"post": purge}})
    assert "nothing says what it changes" in provider_of(spec.key).why_not(spec.named["purge"])


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_no_method_that_the_document_lacks_is_tried_on_a_whole_list(method: str, tmp_path: Path) -> None:
    paths = {"/things": _read(tmp_path / "whole_list.json", _things()), "/data/core/ups/audiences": load("adobe")}
    for path, spec in paths.items():
        audiences = Audiences(spec, "abcdefgh")
        assert not audiences.may_be_sent(Request(method, path, (), b""))
        assert audiences.may_be_sent(Request("POST", path, (), b""))


def test_an_id_that_two_creates_answer_may_be_that_of_somebody_elses(tmp_path: Path) -> None:
    spec = _read(tmp_path / "twice.json", _things())
    audiences = Audiences(spec, "abcdefgh")
    remove = Request("DELETE", "/things/a", (), b"")
    for is_first in (True, False):
        audiences.record(Made("", "a", {"id": "a"}, by="POST /things"), plain=True, sure=True)
        assert audiences.may_be_sent(remove) is is_first
        assert bool(audiences.pick(spec.named["DELETE /things/{id}"], used=False)) is is_first


@pytest.mark.parametrize(("path", "is_used"), [("/things/{id}/cancel", True), ("/kinds", False)])
def test_of_what_has_an_id_that_is_in_doubt_nothing_is_changed_unless_the_run_asked_for_it(
    path: str, is_used: bool, tmp_path: Path
) -> None:
    post = {"parameters": [_parameter("id", _TEXT)] * is_used, "responses": _answers("201", _OWNED)}
    spec = _read(tmp_path / "doubt.json", _things() | {path: {"post": post}})
    audiences = Audiences(spec, "abcdefgh")
    for by in ("POST /things", f"POST {path}", f"POST {path}"):
        of_path = {"id": "a"} if "{" in by else {}
        audiences.record(Made("", "a", {"id": "a"}, by=by, path=of_path), plain=True, sure=True)
    assert audiences.may_be_sent(Request("DELETE", "/things/a", (), b"")) is is_used
    assert bool(audiences.pick(spec.named["DELETE /things/{id}"], used=True)) is is_used


def test_no_create_has_an_id_in_its_body_that_may_be_somebody_elses(tmp_path: Path) -> None:
    audiences = Audiences(_read(tmp_path / "with_id.json", _things()), "abcdefgh")
    types = (("Content-Type", "application/json"),)
    for id, may in (("7", False), (7, False), ("contract-check-abcdefgh-0001", True), (None, True)):
        body = json.dumps({"id": id, "owner": {"id": "7"}}).encode()
        assert audiences.may_be_sent(Request("POST", "/things", types, body)) is may


def test_a_create_whose_ids_may_all_be_somebody_elses_is_not_judged(tmp_path: Path) -> None:
    few = {"type": "integer", "minimum": 1, "maximum": 50, "example": 7}
    spec = _read(tmp_path / "few_ids.json", _things(_object("id", id=few)))
    report = run(Target(spec, "http://127.0.0.1:1", {}), Options(operations=frozenset({"POST /things"})))
    assert "id may be somebody else's" in report.ended


def test_a_link_whose_reference_is_no_text_leads_nowhere(tmp_path: Path) -> None:
    made = _answers("201", _OWNED)
    made["201"]["links"] = {"it": {"operationRef": 5, "parameters": {"id": "$response.body#/id"}}}
    spec = _read(tmp_path / "odd_links.json", {"/things": {"post": {"responses": made}}})
    assert facts_of(spec.named["POST /things"]).creates


@pytest.mark.parametrize(
    "huge", [_TEXT | {"minLength": 10**12}, {"type": "array", "minItems": 10**12, "items": _TEXT}], ids=["text", "list"]
)
def test_a_value_that_is_too_large_to_be_made_is_not_judged(huge: dict[str, Any], tmp_path: Path) -> None:
    post = {"requestBody": _body(_object("a", a=huge)), "responses": _answers("201", _OWNED)}
    spec = _read(tmp_path / "huge.json", {"/a": {"post": post}})
    assert "min" in " ".join(spec.unjudged)
    assert len(_names(spec).draft(spec.operations[0], smallest=False).request().body) < 1000


def test_a_value_of_yaml_that_json_lacks_is_a_text(tmp_path: Path) -> None:
    file = tmp_path / "binary.yaml"
    schema = "{type: object, properties: {a: {type: string, default: !!binary aGk=, enum: !!set {b}}}}"
    body = f"{{content: {{application/json: {{schema: {schema}}}}}}}"
    file.write_text(
        f"openapi: 3.1.0\npaths: {{/a: {{post: {{requestBody: {body}, responses: {{201: {{}}}}}}}}}}\n", "utf-8"
    )
    names = _names(read(file))
    assert names.draft(names.target.spec.operations[0], smallest=False).values["body"].keys() <= {"a"}


def test_the_format_at_the_end_of_a_path_is_no_part_of_its_place(tmp_path: Path) -> None:
    returned = {"post": {"operationId": "return", "responses": _answers("201", _object("sid", sid=_TEXT))}}
    spec = _read(tmp_path / "with_format.json", _orders() | {"/returns.json": returned})
    facts = facts_of(spec.named["get"])
    assert (facts.source, facts.linked["Sid"]) == ("create", "/sid")


def _crates(folder: Path) -> tuple[Names, Operation, Operation]:
    """The names for crates below an account, a create of them, and a read by the id that the caller has chosen."""
    link = {"operationId": "get", "parameters": {"name": "$response.body#/meta/name"}}
    meta = _object("name", name=_TEXT)
    made = _answers("201", _object("meta", meta=meta), get=link)
    paths = {
        "/{account}/crates": {
            "parameters": [_ACCOUNT],
            "post": {"operationId": "create", "requestBody": _body(_object("meta", meta=meta)), "responses": made},
        },
        "/{account}/crates/{name}": {
            "parameters": [_ACCOUNT, _parameter("name", _TEXT)],
            "get": {"operationId": "get", "responses": _answers("200", meta)},
        },
    }
    names = _names(_read(folder / "crates.json", paths))
    return names, names.target.spec.named["create"], names.target.spec.named["get"]


@pytest.mark.parametrize("more", [":archive", ".{format}", "-{revision}/notes"])
def test_a_parameter_takes_nothing_of_a_path_that_goes_on_after_it(more: str, tmp_path: Path) -> None:
    answers = {"responses": _answers("200", _object())}
    paths = {"/a/{id}": {"put": answers}, f"/a/{{id}}{more}": {"post": answers}}
    spec = _read(tmp_path / "goes_on.json", paths)
    assert spec.methods(f"/a/7{more}".format(format="csv", revision="b")) == ("POST",)
    assert spec.methods("/a/7") == ("PUT",)


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_what_only_the_other_side_sends_is_not_missing_from_an_alternative(version: str, tmp_path: Path) -> None:
    card = _object("id", "number", id={**_TEXT, "readOnly": True}, number={**_TEXT, "writeOnly": True})
    paid = {"anyOf": [card, _object("iban", iban=_TEXT)]}
    paths = {"/a": {"put": {"requestBody": _body(paid), "responses": _answers("200", paid)}}}
    (put,) = _read(tmp_path / f"sides_{version[2]}.json", paths, version).operations
    json_type = (("Content-Type", "application/json"),)
    bodies = [b'{"number": "1"}', b'{"id": "1"}']
    broken_in_request = [bool(check_request(put, Request("PUT", "/a", json_type, body))) for body in bodies]
    broken_in_answer = [bool(check_response(put, Response(200, json_type, body))) for body in bodies]
    assert (broken_in_request, broken_in_answer) == ([False, True], [True, False])


@pytest.mark.parametrize(
    ("body", "is_right"),
    [
        ({"kind": "car", "seats": 1}, True),
        ({"kind": "truck", "load": 1}, True),
        ({"kind": "check", "seats": 1}, False),
        ({"kind": "truck", "seats": 1}, False),
        ({"kind": "van", "load": 1}, True),
    ],
)
def test_a_schema_that_a_value_tells_from_others_takes_only_its_own(
    body: dict[str, Any], is_right: bool, tmp_path: Path
) -> None:
    car, truck, van = ({"$ref": f"#/components/schemas/{name}"} for name in ("Car", "Truck", "Van"))
    mapping = {"car": car["$ref"], "truck": truck["$ref"], "van": van["$ref"]}
    schemas = {
        "Vehicle": {**_object("kind", kind=_TEXT), "discriminator": {"propertyName": "kind", "mapping": mapping}},
        "Car": {"allOf": [{"$ref": "#/components/schemas/Vehicle"}, _object("seats", seats={"type": "integer"})]},
        "Truck": {"allOf": [{"$ref": "#/components/schemas/Vehicle"}, _object("load", load={"type": "integer"})]},
        "Van": {"allOf": [truck]},
    }
    paths = {"/a": {"put": {"requestBody": _body({"oneOf": [car, truck]}), "responses": _answers("200", {})}}}
    (put,) = _read(tmp_path / "vehicles.json", paths, components={"schemas": schemas}).operations
    request = Request("PUT", "/a", (("Content-Type", "application/json"),), json.dumps(body).encode())
    assert (not check_request(put, request)) is is_right


def _listed(folder: Path, schema: dict[str, Any], **more: Any) -> Operation:
    """A read with an object in its query, in the style that such an object has where nothing is said."""
    page = {**_parameter("page", {"$ref": "#/components/schemas/Page"}, "query"), **more}
    paths = {"/a": {"get": {"parameters": [page], "responses": _answers("200", {})}}}
    return _read(folder / "page.json", paths, components={"schemas": {"Page": schema}}).operations[0]


@pytest.mark.parametrize(("query", "rules"), [("", []), ("size=2&sort=a&sort=b", []), ("size=0", ["minimum"])])
def test_each_property_of_an_object_in_a_query_is_a_parameter(query: str, rules: list[str], tmp_path: Path) -> None:
    texts = {"type": "array", "items": _TEXT}
    get = _listed(tmp_path, _object(size={"type": "integer", "minimum": 1}, sort=texts))
    broken = check_request(get, Request("GET", f"/a?{query}", (), b""))
    assert [each.rule for each in broken] == [f"/components/schemas/Page/properties/size/{rule}" for rule in rules]


def test_the_rules_of_two_properties_of_an_object_in_a_query_have_two_pointers(tmp_path: Path) -> None:
    number = {"type": "integer", "minimum": 1}
    page = _parameter("page", _object(number=number, size=number), "query")
    spec = _read(tmp_path / "a.json", {"/a": {"get": {"parameters": [page], "responses": _answers("200", {})}}})
    broken = check_request(spec.operations[0], Request("GET", "/a?number=0&size=0", (), b""))
    start = "/paths/~1a/get/parameters/0/schema/properties"
    assert {spec.in_file(each.rule) for each in broken} == {f"{start}/{name}/minimum" for name in ("number", "size")}


@pytest.mark.parametrize(("more", "is_needed"), [({"required": True}, True), ({}, False)])
def test_a_property_that_such_an_object_requires_is_required_unless_the_object_may_be_left_out(
    more: dict[str, Any], is_needed: bool, tmp_path: Path
) -> None:
    get = _listed(tmp_path, _object("size", size={"type": "integer"}), **more)
    assert bool(check_request(get, Request("GET", "/a", (), b""))) is is_needed
    assert bool(get.spec.unjudged) is not is_needed


def test_a_link_need_not_say_what_is_above_both_paths(tmp_path: Path) -> None:
    _, _, get = _crates(tmp_path)
    assert facts_of(get).linked == {"account": "$request.path.account", "name": "/meta/name"}


def test_what_is_called_a_name_in_a_path_is_an_id_if_a_link_gives_it(tmp_path: Path) -> None:
    names, _, get = _crates(tmp_path)
    assert names.is_given(get, next(each for each in places(get) if each.name == "name"))


def test_an_id_in_the_body_that_a_link_takes_is_another_one_in_each_create(tmp_path: Path) -> None:
    names, create, _ = _crates(tmp_path)
    first, second = (names.draft(create, smallest=True).values["body"] for _ in range(2))
    assert first != second


def test_a_post_whose_links_give_what_it_answers_creates_that(tmp_path: Path) -> None:
    link = {"operationId": "info", "parameters": {"channel": "$response.body#/channel/id"}}
    channel = _object("channel", channel=_object("id", id=_TEXT))
    asked = {
        "operationId": "info",
        "parameters": [_parameter("channel", _TEXT, "query")],
        "responses": _answers("200", channel),
    }
    paths = {
        "/chat.create": {"post": {"operationId": "create", "responses": _answers("200", channel, info=link)}},
        "/chat.info": {"get": asked},
    }
    assert facts_of(_read(tmp_path / "chat.json", paths).named["create"]).creates


@pytest.mark.parametrize("beside", ["allOf", "anyOf", "oneOf"])
def test_null_may_be_answered_where_nullable_stands_beside_other_schemas(beside: str, tmp_path: Path) -> None:
    schemas = {"User": _object("id", id=_TEXT)}
    user = {"nullable": True, beside: [{"$ref": "#/components/schemas/User"}]}
    operation = {"requestBody": _body(_object(user=user)), "responses": _answers("200", _object(user=user))}
    spec = _read(tmp_path / f"nullable_{beside}.json", {"/a": {"put": operation}}, components={"schemas": schemas})
    (put,) = spec.operations
    json_ = (("content-type", "application/json"),)
    request = Request("PUT", "/a", json_, b'{"user": null}')
    assert not [*check_response(put, Response(200, json_, b'{"user": null}'))]
    assert [*check_response(put, Response(200, json_, b'{"user": 7}'))]
    # OpenAPI 3.0.3 says that it has no effect there, so a server may refuse it.
    assert expect(Target(spec, "http://127.0.0.1", {}), put, request).expected is Expected.OPEN


def test_an_array_or_null_in_a_query_is_repeated(tmp_path: Path) -> None:
    kinds = {"anyOf": [{"type": "array", "items": {"type": "integer"}, "maxItems": 2}, {"type": "null"}]}
    operation = {"parameters": [_parameter("size", kinds, "query")], "responses": _answers("200", {})}
    (get,) = _read(tmp_path / "repeated.json", {"/a": {"get": operation}}, "3.1.0").operations

    def broken(query: str) -> list[Any]:
        return [*check_request(get, Request("GET", f"/a?{query}", (), b""))]

    assert not broken("size=1&size=2")
    assert broken("size=1&size=2&size=3")
    assert broken("size=x")


def test_a_number_in_another_spelling_is_not_tried_as_the_wrong_one_of_a_list(tmp_path: Path) -> None:
    operation = {
        "parameters": [_parameter("zoom", {"type": "integer", "enum": [0, 1]})],
        "responses": _answers("200", {}),
    }
    names = _names(_read(tmp_path / "zoom.json", {"/{zoom}": {"get": operation}}))
    targets = {request.target for request in _requests(names, names.target.spec.operations[0])}
    assert "/00" not in targets
    assert {"/0", "/1", "/0s"} <= targets


def test_bytes_in_the_words_of_openapi_3_1_are_a_file(tmp_path: Path) -> None:
    file, text = ({**_TEXT, "contentMediaType": media} for media in ("application/octet-stream", "text/html"))
    schema = _object("file", "page", file=file, page=text)
    operation = {"requestBody": _body(schema, "multipart/form-data"), "responses": _answers("200", {})}
    names = _names(_read(tmp_path / "upload.json", {"/a": {"put": operation}}, "3.1.0"))
    (put,) = names.target.spec.operations
    request = names.draft(put, smallest=True).request()
    assert b'name="file"; filename=' in request.body
    assert b'name="page"; filename=' not in request.body
    assert not [*check_request(put, request)]


def test_a_body_of_bytes_in_the_words_of_openapi_3_1_is_not_measured_in_characters(tmp_path: Path) -> None:
    picture = _body({**_TEXT, "contentMediaType": "image/png", "minLength": 2}, "image/png")
    operation = {"requestBody": picture, "responses": _answers("200", {})}
    (put,) = _read(tmp_path / "picture.json", {"/a": {"put": operation}}, "3.1.0").operations
    assert not [*check_request(put, Request("PUT", "/a", (("content-type", "image/png"),), "é".encode()))]


def test_a_property_with_the_name_of_an_id_in_a_path_is_not_made_up(tmp_path: Path) -> None:
    made = _answers("201", _object("id", id=_TEXT))
    paths = {
        "/customers": {"post": {"requestBody": _body(_object("size", size=_TEXT)), "responses": made}},
        "/customers/{customer}": {
            "parameters": [_parameter("customer", _TEXT)],
            "get": {"responses": _answers("200", {})},
        },
        "/payments": {"post": {"requestBody": _body(_object("size", size=_TEXT, customer=_TEXT)), "responses": made}},
    }
    names = _names(_read(tmp_path / "payments.json", paths))
    body = names.draft(names.target.spec.named["POST /payments"], smallest=False).values["body"]
    assert body.keys() == {"size"}


def test_a_note_says_that_a_usual_request_is_not_sent_because_it_may_name_something_else(tmp_path: Path) -> None:
    bucket, key = _parameter("bucket", _TEXT), _parameter("key", _TEXT)
    tags = {"type": "array", "items": _object("key", key=_TEXT)}
    kept = {"requestBody": _body(_TEXT, "text/plain"), "responses": _answers("201", {})}
    tagged = {"requestBody": _body(_object("tags", tags=tags)), "responses": _answers("200", {})}
    paths = {
        "/a": {"post": {"operationId": "make", "responses": _answers("201", _object("bucket", bucket=_TEXT))}},
        "/a/{bucket}/{key}": {"parameters": [bucket, key], "put": kept, "get": {"responses": _answers("200", {})}},
        "/a/{bucket}": {"parameters": [bucket], "put": {"operationId": "tag", **tagged}},
    }
    file = tmp_path / "buckets.json"
    _read(file, paths)
    (said,) = (note for note in check(file, requests=5).notes if note.startswith("most is not tried"))
    assert "a right tag would name" in said


def test_no_blank_stands_at_the_end_of_a_header_that_is_one_of_a_list(tmp_path: Path) -> None:
    prefer = _parameter("Prefer", {**_TEXT, "enum": ["minimal", "all"]}, "header")
    spec = _read(tmp_path / "prefer.json", {"/a": {"get": {"parameters": [prefer], "responses": _answers("200", {})}}})
    requests = _requests(_names(spec), spec.operations[0])
    sent = {value for each in requests for name, value in each.headers if name == "Prefer"}
    assert {"minimal", "all", "minimalx"} <= sent == {value.strip() for value in sent}


def test_a_name_of_few_small_letters_still_has_a_mark_of_the_run(tmp_path: Path) -> None:
    name = {"type": "string", "pattern": "^[a-z0-9]+$", "maxLength": 24}
    put = {"operationId": "put", "parameters": [_parameter("name", name)], "responses": _answers("201", {})}
    names = _names(_read(tmp_path / "short_names.json", {"/accounts/{name}": {"put": put}}))
    request = names.draft(names.target.spec.named["put"], smallest=True).request()
    assert Audiences(names.target.spec, "abcdefgh").may_be_sent(request)
    assert not [*check_request(names.target.spec.named["put"], request)]


def test_what_only_the_server_sends_is_not_sent_from_any_depth(tmp_path: Path) -> None:
    inner = _object(state={**_TEXT, "readOnly": True}, size=_TEXT)
    schema = _object(inner=inner, items={"type": "array", "items": inner})
    operation = {"requestBody": _body(schema), "responses": _answers("200", {})}
    names = _names(_read(tmp_path / "read_only.json", {"/a": {"put": operation}}))
    body = names.draft(names.target.spec.operations[0], smallest=False).values["body"]
    assert body == {"inner": {"size": "check"}, "items": [{"size": "check"}]}


def test_of_a_map_with_too_many_keys_nothing_else_is_wrong(tmp_path: Path) -> None:
    tags = {"type": "object", "maxProperties": 2, "additionalProperties": _TEXT}
    operation = {"requestBody": _body(_object("tags", tags=tags)), "responses": _answers("200", {})}
    names = _names(_read(tmp_path / "tags.json", {"/a": {"put": operation}}))
    (put,) = names.target.spec.operations
    broken = [
        [each.rule.rpartition("/")[2] for each in check_request(put, request)] for request in _requests(names, put)
    ]
    assert ["maxProperties"] in broken


@pytest.mark.parametrize("media", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_boolean_in_a_form_is_spelt_as_json_spells_it(media: str, tmp_path: Path) -> None:
    flag = {"type": "boolean"}
    operation = {"requestBody": _body(_object("flag", flag=flag), media), "responses": _answers("200", {})}
    names = _names(_read(tmp_path / f"flag_{len(media)}.json", {"/a": {"put": operation}}))
    (put,) = names.target.spec.operations
    assert not [*check_request(put, names.draft(put, smallest=True).request())]


def test_a_wrong_password_is_tried_with_the_right_user(tmp_path: Path) -> None:
    schemes = {"basic": {"type": "http", "scheme": "basic"}}
    operation = {"security": [{"basic": []}], "responses": _answers("200", {})}
    spec = _read(tmp_path / "password.json", {"/a": {"get": operation}}, components={"securitySchemes": schemes})
    right = base64.b64encode(b"ada:right").decode()
    target = Target.of(spec.key, "http://127.0.0.1", {spec.variables["basic"]: right})
    names = Names(target, Audiences(spec, "abcdefgh"))
    sent = {text for request in _requests(names, spec.operations[0]) for text in request.values("authorization")}
    # The same user, with the password "ri".
    wrong = base64.b64encode(b"ada:ri").decode()
    assert f"Basic {wrong}" in sent
    said = f"${{{spec.variables['basic']}%????}}"
    redactor = Redactor(target.hidden, target.variables)
    assert redactor.text(f"/x/{wrong}") == f"/x/{said}"
    assert "right" not in redactor.text("the password right of ada:right")


def test_an_escaped_solidus_is_put_where_the_request_has_a_text_anyway(tmp_path: Path) -> None:
    create = {"requestBody": _body(_object("size", note=_TEXT, size=_TEXT)), "responses": _answers("201", {})}
    spec = _read(tmp_path / "sizes.json", {"/sizes": {"post": create}})
    sent = [each.body for each in _requests(_names(spec), spec.operations[0]) if rb"a\/b" in each.body]
    assert {"size": "a/b"} in map(json.loads, sent)


def test_a_word_that_a_key_begins_with_is_shown(tmp_path: Path) -> None:
    schemes = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    operation = {"security": [{"key": []}], "responses": _answers("200", {})}
    spec = _read(tmp_path / "word.json", {"/notes": {"get": operation}}, components={"securitySchemes": schemes})
    target = Target.of(spec.key, "http://127.0.0.1", {spec.variables["key"]: "notes-key"})
    assert Redactor(target.secrets, target.variables).text("/notes/notes-key").startswith("/notes/$")


def test_a_body_with_very_many_places_is_searched_less_deeply(tmp_path: Path) -> None:
    schemas: dict[str, Any] = {"S0": _object(**{f"a{number}": _TEXT for number in range(20)})}
    for level in range(1, 5):
        below = {"$ref": f"#/components/schemas/S{level - 1}"}
        schemas[f"S{level}"] = _object(**{f"b{number}": below for number in range(20)})
    operation = {"requestBody": _body({"$ref": "#/components/schemas/S4"}), "responses": _answers("200", {})}
    (put,) = _read(tmp_path / "wide.json", {"/a": {"put": operation}}, components={"schemas": schemas}).operations
    assert {each.name.count("/") for each in places(put)} == {0, 1}


def _known(operation: Operation, request: Request, response: Response, made: Made | None = None) -> Expected:
    """How a request had to be answered, as its answer shows; `made` is there, and was changed."""
    spec = operation.spec
    target, audiences = Target(spec, "http://127.0.0.1", {}), Audiences(spec, "abcdefgh")
    judge = Judge(target, Ledger(), audiences)
    if made:
        audiences.record(made, plain=True, sure=True)
        judge.changed.add(made.id)
    seen = Observation("http://127.0.0.1", request, response, operation=operation.id)
    return judge.known(operation, seen, expect(target, operation, request)).expected


def test_an_answer_may_have_a_property_like_a_documented_one_where_the_document_allows_more(tmp_path: Path) -> None:
    paths = {"/a": {"get": {"operationId": "get", "responses": _answers("200", _object(id=_TEXT))}}}
    (get,) = _read(tmp_path / "spelt.json", paths).operations
    target, ledger, request = Target(get.spec, "http://127.0.0.1", {}), Ledger(), Request("GET", "/a", (), b"")
    judge = Judge(target, ledger, Audiences(get.spec, "abcdefgh"))
    for body in (b'{"ID": 7}', b'{"id": 7}'):
        answer = Response(200, (("Content-Type", "application/json"),), body)
        judge.judge(get, Observation("http://127.0.0.1", request, answer), expect(target, get, request))
    assert [one.pointer.rpartition("/")[2] for one in ledger.findings] == ["type"]


@pytest.mark.parametrize(("changed", "rules"), [({"4"}, []), (set[str](), ["run.echo"])])
def test_what_was_changed_may_be_listed_with_another_name(changed: set[str], rules: list[str], tmp_path: Path) -> None:
    item = _object(id=_TEXT, name=_TEXT)
    make = {"requestBody": _body(_object("name", name=_TEXT)), "responses": _answers("201", item)}
    listed = _answers("200", {"type": "array", "items": item})
    paths = {
        "/a": {"post": {"operationId": "make", **make}, "get": {"operationId": "list", "responses": listed}},
        "/a/{id}": {"parameters": [_parameter("id", _TEXT)], "patch": make},
    }
    spec, ledger = _read(tmp_path / "renamed.json", paths), Ledger()
    target, of_json = Target(spec, "http://127.0.0.1", {}), (("Content-Type", "application/json"),)
    judge = Judge(target, ledger, Audiences(spec, "abcdefgh"))
    made = Request("POST", "/a", of_json, b'{"name": "first"}'), 201, b'{"id": "4", "name": "first"}'
    shown = Request("GET", "/a", (), b""), 200, b'[{"id": "4", "name": "second"}]'
    for name, (request, status, body) in zip(("make", "list"), (made, shown), strict=True):
        seen = Observation("http://127.0.0.1", request, Response(status, of_json, body))
        judge.judge(spec.named[name], seen, expect(target, spec.named[name], request))
        judge.changed |= changed
    assert [one.rule for one in ledger.findings] == rules


@pytest.mark.parametrize(("code", "expected"), [("404", Expected.REFUSAL), ("default", Expected.OPEN)])
def test_to_remove_what_is_not_there_may_succeed_unless_a_404_is_documented(
    code: str, expected: Expected, tmp_path: Path
) -> None:
    answers = {"204": {"description": "gone"}, code: {"description": "none"}}
    spec = _read(tmp_path / f"gone_{code}.json", _orders(**answers))
    request = _names(spec).draft(spec.named["remove"], smallest=True).request()
    assert _known(spec.named["remove"], request, Response(204, (), b"")) is expected


def test_what_was_changed_may_be_in_conflict_where_a_refusal_has_the_status_of_a_success(tmp_path: Path) -> None:
    kinds = {"oneOf": [_object("ok", ok={"enum": [True]}), _object("ok", ok={"enum": [False]})]}
    schema = _object("id", id=_TEXT)
    paths = {
        "/a": {"post": {"operationId": "make", "responses": _answers("201", schema)}},
        "/a/{id}/close": {
            "parameters": [_parameter("id", _TEXT)],
            "put": {"operationId": "close", "responses": _answers("200", kinds)},
        },
    }
    close = _read(tmp_path / "closed.json", paths).named["close"]
    made = Made("", "7", {"id": "7"}, by="make")
    answer = Response(200, (("content-type", "application/json"),), b'{"ok": false}')
    request = Request("PUT", "/a/7/close", (), b"")
    assert _known(close, request, answer, made) is Expected.OPEN
    assert _known(close, request, replace(answer, body=b'{"ok": true}'), made) is Expected.SUCCESS


def test_of_things_with_one_number_the_one_below_the_same_thing_is_meant(tmp_path: Path) -> None:
    spec = _read(tmp_path / "numbered.json", _orders())
    audiences = Audiences(spec, "abcdefgh")
    first, second = (Made("", "1", {"sid": "1"}, by="create", path={"account": each}) for each in ("a", "b"))
    for made in (first, second):
        audiences.record(made, plain=True, sure=True)
    found = [audiences.find("1", "create", {"$request.path.account": each}) for each in ("a", "b", "c", None)]
    assert found == [first, second, None, second]


def _located(status: str, path: str, item: str, answer: dict[str, Any], location: dict[str, Any]) -> dict[str, Any]:
    """Things whose create answers where the new one is."""
    made = {"description": "a", "headers": {"Location": {"required": True, "schema": location}}}
    content = {"content": {"application/json": {"schema": answer}}} if answer else {}
    thing = _object("title", title=_TEXT)
    get, patch = ({"responses": _answers("200", thing)} for _ in range(2))
    post = {"requestBody": _body(thing), "responses": {status: made | content, "400": {"description": "wrong"}}}
    below = {"get": get, "patch": patch | {"requestBody": _body(thing)}, "delete": _GONE}
    return {path: {"post": post}, item: {"parameters": [_parameter("thingId", _TEXT)], **below}}


@pytest.mark.parametrize("status", ["201", "202", "204"])
def test_a_post_that_answers_where_the_new_thing_is_creates_it_whatever_its_status(status: str, tmp_path: Path) -> None:
    spec = _read(tmp_path / "located.json", _located(status, "/things", "/things/{thingId}", {}, _TEXT))
    assert {facts_of(each).source for each in spec.operations} == {"", "POST /things"}
    assert not any(provider_of(spec.key).why_not(each) for each in spec.operations)


_NUMBERED = _object("thingId", thingId={"type": "integer"})


@pytest.mark.parametrize(
    ("path", "item", "answer"),
    [
        ("/things", "/things/{thingId}", {}),
        ("/things", "/things/{thingId}", _object("id", id=_TEXT)),
        ("/a/things/", "/a/things/{thingId}/", _object("id", id=_TEXT)),
        ("/new/thing", "/things/{thingId}", _NUMBERED),
    ],
    ids=["without a body", "below", "with a slash at the end", "elsewhere"],
)
@pytest.mark.parametrize("start", ["", "/v1/", "http://a.example/v1/"])
def test_the_location_that_the_mock_answers_leads_to_the_new_thing(
    path: str, item: str, answer: dict[str, Any], start: str, tmp_path: Path
) -> None:
    paths = _located("201", path, item, answer, {"type": "string", "pattern": f"^{start}"})
    spec = _read(tmp_path / "led_to.json", paths, servers=[{"url": "http://a.example/v1"}])
    with MockServer(keys=[spec.key]) as server:
        base = server.base_url(spec.key)
        made = requests.post(f"{base}{path}", json={"title": "a new one"}, timeout=10)
        location = made.headers["Location"]
        assert location.startswith(start)
        found = requests.get(
            f"{base}/{location.removeprefix(start)}" if start else urljoin(made.url, location), timeout=10
        )
    assert (found.status_code, found.json()["title"]) == (200, "a new one")


def test_what_a_create_named_as_it_was_asked_to_may_be_changed_by_that_name(tmp_path: Path) -> None:
    """The name has a mark of the run, so it is nobody else's, even if the answer has an `id` too."""
    removed = {"remove": {"operationId": "remove", "parameters": {"thing": "$response.body#/name"}}}
    answers = _answers("201", _object("id", "name", id=_TEXT, name=_TEXT), **removed)
    remove = {"operationId": "remove", "parameters": [_parameter("thing", _TEXT)], **_GONE}
    for asked, is_judged in (("name", True), ("title", False)):
        post = {"requestBody": _body(_object(asked, **{asked: _TEXT})), "responses": answers}
        spec = _read(tmp_path / f"by_{asked}.json", {"/new": {"post": post}, "/things/{thing}": {"delete": remove}})
        assert bool(provider_of(spec.key).why_not(spec.named["remove"])) is not is_judged


def test_an_item_of_a_form_may_be_no_value_of_a_format_that_is_not_judged(tmp_path: Path) -> None:
    links = {"type": "array", "items": {"type": "string", "format": "uri"}}
    form = "application/x-www-form-urlencoded"
    operation = {"requestBody": _body(_object(links=links), form), "responses": _answers("200", {})}
    spec = _read(tmp_path / "links.json", {"/a": {"put": operation}})

    def expected(body: bytes) -> Expected:
        request = Request("PUT", "/a", (("content-type", form),), body)
        return expect(Target(spec, "http://127.0.0.1", {}), spec.operations[0], request).expected

    assert expected(b"links=x") is Expected.OPEN
    assert expected(b"links=https://example.com/check") is Expected.SUCCESS


def test_items_of_a_list_of_choices_are_tried_with_different_ones_and_with_no_other_parameter(tmp_path: Path) -> None:
    kinds = {"type": "array", "uniqueItems": True, "maxItems": 2, "items": {"type": "string", "enum": ["rain", "snow"]}}
    parameter = _parameter("of", kinds, "query") | {"explode": False}
    day = _parameter("day", {"type": "string", "format": "date"}, "query")
    operation = {"parameters": [parameter, day], "responses": _answers("200", {})}
    names = _names(_read(tmp_path / "choices.json", {"/a": {"get": operation}}))
    assert "/a?of=rain,snow" in {each.target for each in _requests(names, names.target.spec.operations[0])}
