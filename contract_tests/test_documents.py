"""Several documents a provider: one spec of them, in any order, and nothing decided that they disagree on."""

import copy
import importlib
import inspect
import io
import itertools
import json
import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator

import audience_contract
import several
import small_project
from audience_contract import spec as checkers
from audiences import _spec
from long import long
from pipeline import client, effective, merge
from pipeline._errors import PipelineError
from pipeline.documents import ABSENT, fingerprint, places, resolve
from pipeline.folders import Provider
from pipeline.published import operations
from pipeline.translate import translated, usable
from several import Json, decided
from small_project import changed, operation

# The first has a document more than its own.
SEVERAL = ["adobe", long("batch"), long("commbox")]
TITLE = "/info/title"


def other(spec: Json) -> Json:
    """The small spec with another operation in the place of its own."""
    spec["paths"] = {"/rooms": spec["paths"].pop("/lists")}
    spec["paths"]["/rooms"]["post"]["operationId"] = "make_room"
    return spec


def two(first: Callable[[Json], object], second: Callable[[Json], object]) -> dict[str, str]:
    """Two documents: of lists and of rooms, each changed."""
    return {
        "openapi.json": json.dumps(changed(first)),
        "rooms.json": json.dumps(changed(lambda spec: (other(spec), second(spec)))),
    }


def as_it_is(_: Json) -> None:
    pass


def same(spec: Json) -> Json:
    spec["components"] = {"schemas": {"Error": {"type": "object", "properties": {"code": {"type": "integer"}}}}}
    return spec


@st.composite
def divided(draw: st.DrawFn) -> list[Json]:
    """Each operation of Batch in one or several documents, with all components or some."""
    whole = several.spec("batch")
    places = [(path, method) for path, item in whole["paths"].items() for method in item]
    count = draw(st.integers(2, 4))
    homes = {place: draw(st.sets(st.integers(0, count - 1), min_size=1)) for place in places}
    documents = []
    for number in range(count):
        paths: Json = {}
        for path, method in places:
            if number in homes[path, method]:
                paths.setdefault(path, {})[method] = whole["paths"][path][method]
        documents.append({**whole, "paths": paths})
    return documents


@given(documents=divided(), data=st.data())
def test_documents_that_one_was_divided_into_are_that_one_again_in_any_order(
    documents: list[Json], data: st.DataObject
) -> None:
    named = {f"{number}.json": document for number, document in enumerate(documents)}
    order = data.draw(st.permutations([*named]))
    assert merge.merged({name: named[name] for name in order}) == several.spec("batch")


VALUES = st.recursive(
    st.sampled_from([None, True, False, 0, 1, 1.0, "a"]),
    lambda below: st.lists(below, max_size=2) | st.dictionaries(st.sampled_from("ab"), below, max_size=2),
    max_leaves=5,
)


WITH_SCHEMAS = st.builds(lambda schemas: {"components": {"schemas": schemas}}, VALUES)


@given(values=st.lists(WITH_SCHEMAS, min_size=2, max_size=3))
def test_the_order_of_documents_counts_for_nothing_and_what_is_not_disputed_is_in_each_that_names_it(
    values: list[Json],
) -> None:
    named = {f"{number}.json": value for number, value in enumerate(values)}
    merged = merge.merged(named)
    for order in itertools.permutations(named):
        assert json.dumps(merge.merged({name: named[name] for name in order}), sort_keys=True) == json.dumps(
            merged, sort_keys=True
        )
    disputed = dict(merge.disputed(merged))
    for at, said in disputed.items():
        assert len({json.dumps(None if (v := resolve(d, at)) is ABSENT else [v]) for d in values}) > 1
        assert all(name.removesuffix(".json") in said for name in named if resolve(named[name], at) is not ABSENT)
    if not disputed:
        for document in values:
            schemas = document["components"]["schemas"]
            held = merged["components"]["schemas"]
            for name in schemas if isinstance(schemas, dict) else ():
                assert json.dumps(held[name], sort_keys=True) == json.dumps(schemas[name], sort_keys=True)


DISPUTES: list[tuple[Callable[[Json], object], Callable[[Json], object], str, str]] = [
    (as_it_is, lambda s: s["info"].update(title="Rooms"), TITLE, '"Acme" in openapi; "Rooms" in rooms'),
    (as_it_is, lambda s: s.update(servers=[{"url": "/b"}]), "/servers", 'absent in openapi; [{"url": "/b"}] in rooms'),
    (
        lambda s: s.update(servers=[{"url": "/", "description": "a"}]),
        lambda s: s.update(servers=[{"url": "/", "description": "b"}]),
        "/servers/0/description",
        '"a" in openapi; "b" in rooms',
    ),
    (lambda s: s.update(security=[]), as_it_is, "/security", "[] in openapi; absent in rooms"),
    (
        lambda s: s.update(tags=[{"name": "lists", "description": "a"}]),
        lambda s: s.update(tags=[{"name": "rooms"}, {"name": "lists", "description": "b"}]),
        "/tags",
        "",
    ),
    (
        same,
        lambda s: (same(s), s["components"]["schemas"]["Error"].update(required=["code"])),
        "/components/schemas/Error/required",
        'absent in openapi; ["code"] in rooms',
    ),
    (
        same,
        lambda s: (same(s), s["components"]["schemas"]["Error"]["properties"].update(text={"type": "string"})),
        "/components/schemas/Error/properties/text",
        'absent in openapi; {"type": "string"} in rooms',
    ),
    (
        same,
        lambda s: (same(s), s["components"]["schemas"]["Error"]["properties"]["code"].update(type="string")),
        "/components/schemas/Error/properties/code/type",
        '"integer" in openapi; "string" in rooms',
    ),
    (
        as_it_is,
        lambda s: (s["paths"].update(changed(as_it_is)["paths"]), operation(s).update(summary="Make")),
        "/paths/~1lists/post/summary",
        'absent in openapi; "Make" in rooms',
    ),
    (
        lambda s: s["info"].update({"x-a": 1}),
        lambda s: s["info"].update({"x-a": True}),
        "/info/x-a",
        "1 in openapi; true in rooms",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "at", "said"), DISPUTES, ids=[at for _, _, at, _ in DISPUTES])
def test_what_documents_disagree_on_stops_with_its_pointer_and_both_files_until_the_overlay_decides(
    tmp_path: Path, first: Callable[[Json], object], second: Callable[[Json], object], at: str, said: str
) -> None:
    documents = two(first, second)
    for order in (documents, dict(reversed(documents.items()))):
        provider = several.write(tmp_path, order)
        with pytest.raises(PipelineError) as stopped:
            effective.build(provider)
        assert str(stopped.value).startswith(f"{provider.specs}: {at}")
        assert f"disagree ({said}" in str(stopped.value)
        assert " in rooms" in str(stopped.value)
    ((disputed, _),) = merge.disputed(effective.upstream(provider))
    target = "$" + "".join(
        f"[{token}]" if token.isdecimal() else f"['{token.replace('~1', '/')}']" for token in disputed.split("/")[1:]
    )
    value = json.loads(documents["rooms.json"])
    found = resolve(value, disputed)
    if disputed.startswith("/tags"):
        found = "b"
    spec = effective.build(several.write(tmp_path, documents, decided({target: None if found is ABSENT else found})))
    assert resolve(spec, disputed) == found


def test_a_decision_is_read_again_when_one_of_the_documents_says_something_else(tmp_path: Path) -> None:
    overlay = decided({"$.info.title": "Acme"})
    documents = two(as_it_is, lambda s: s["info"].update(title="Rooms"))
    upstream = effective.upstream(several.write(tmp_path, documents))
    evidence = {"pointer": TITLE, "sha256": fingerprint(resolve(upstream, TITLE))}
    overlay["actions"][0]["x-evidence"] = [evidence]
    assert effective.build(several.write(tmp_path, documents, overlay))["info"]["title"] == "Acme"
    # A document that is published in YAML by now says the same.
    documents = {"openapi.yaml": documents["openapi.json"], "rooms.json": documents["rooms.json"]}
    assert effective.build(several.write(tmp_path, documents, overlay))["info"]["title"] == "Acme"
    documents = two(as_it_is, lambda s: s["info"].update(title="Halls"))
    with pytest.raises(PipelineError, match=r"its evidence /info/title has changed"):
        effective.build(several.write(tmp_path, documents, overlay))


def test_what_one_document_alone_says_of_info_tags_paths_and_components_is_said_of_all(tmp_path: Path) -> None:
    def more(spec: Json) -> None:
        same(spec)
        spec["info"]["description"] = "Words."
        spec["tags"] = [{"name": "rooms"}]
        spec["components"]["responses"] = {"No": {"description": "No."}}

    documents = two(lambda s: (same(s), s.update(tags=[{"name": "lists"}])), more)
    spec = effective.build(several.write(tmp_path, documents))
    assert spec["info"] == {"title": "Acme", "version": "1", "description": "Words."}
    assert spec["tags"] == [{"name": "lists"}, {"name": "rooms"}]
    assert [*spec["paths"]] == ["/lists", "/rooms"]
    assert {kind: [*found] for kind, found in spec["components"].items()} == {"schemas": ["Error"], "responses": ["No"]}


def test_paths_go_below_the_path_of_a_server_and_a_path_that_no_server_has_stops(tmp_path: Path) -> None:
    documents = two(
        lambda s: s.update(servers=[{"url": "https://acme.example/v1/"}, {"url": "https://acme.example/v2"}]),
        lambda s: s.update(servers=[{"url": "https://acme.example"}]),
    )
    spec = effective.build(several.write(tmp_path, documents, more={"openapi.json": 'below = "/v1"\n'}))
    assert [*spec["paths"]] == ["/v1/lists", "/rooms"]
    assert spec["servers"] == [{"url": "https://acme.example"}]
    with pytest.raises(PipelineError, match=r"openapi\.json: /servers: none has the path /v3"):
        effective.build(several.write(tmp_path, documents, more={"openapi.json": 'below = "/v3"\n'}))


def test_what_is_called_verbatim_is_in_the_reconstructed_document(tmp_path: Path) -> None:
    about = 'sources = ["a page"]\nfrom_rendering = ["/paths"]\nnot_seen = ["the page"]\nconfidence = "M"\n'
    documents = {"openapi.json": json.dumps(small_project.SPEC)}
    for at, said in (("/info/title", None), ("/tags", "openapi.json: /tags: nothing is there; SOURCE.toml calls it")):
        provider = several.write(tmp_path, documents, more={"openapi.json": f'verbatim = ["{at}"]\n{about}'})
        text = provider.source_file.read_text("utf-8").replace('"authored"', '"reconstructed"')
        provider.source_file.write_text(text, "utf-8")
        if said is None:
            assert effective.build(provider) == small_project.SPEC
            assert "(reconstructed, version 1)" in effective.sources(provider)["pages"][""]
        else:
            with pytest.raises(PipelineError, match=said):
                effective.build(provider)


def test_of_a_large_document_the_operations_that_are_used_stay_and_what_they_refer_to(tmp_path: Path) -> None:
    def large(spec: Json) -> None:
        same(spec)
        spec["paths"]["/rooms"]["get"] = {
            "operationId": "view_room",
            "responses": {"200": {"description": "It.", "content": _json({"$ref": "#/components/schemas/Room"})}},
        }
        spec["components"]["schemas"]["Room"] = {"type": "array", "items": {"$ref": "#/components/schemas/Bed"}}
        spec["components"]["schemas"]["Bed"] = {"type": "object"}
        spec["paths"]["/rooms"]["get"]["tags"] = ["rooms"]
        spec["tags"] = [{"name": "rooms"}, {"name": "beds"}]

    documents = two(as_it_is, large)
    spec = effective.build(several.write(tmp_path, documents, more={"rooms.json": 'operations = ["view_room"]\n'}))
    assert [*spec["paths"]["/rooms"]] == ["get"]
    assert spec["components"]["schemas"].keys() == {"Bed", "Room"}
    assert spec["tags"] == [{"name": "rooms"}]
    provider = several.write(tmp_path, documents, more={"rooms.json": 'operations = ["see_room"]\n'})
    with pytest.raises(PipelineError, match=r"rooms\.json: /paths: no operation see_room"):
        effective.build(provider)
    # What is left can be tried.
    tried, against = effective.attempt(provider)
    assert tried
    assert (tried["paths"].keys(), len(against)) == ({"/lists"}, 1)


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


WORDS: list[tuple[str, Callable[[Json], object], str, Any]] = [
    ("3.0.3", lambda s: _name(s).update(nullable=True), "type", ["string", "null"]),
    ("3.0.3", lambda s: _name(s).update(nullable=False), "type", "string"),
    ("3.1.0", lambda s: _name(s).update(type=["integer", "null"], format="int32"), "maximum", 2**31 - 1),
    ("3.1.0", lambda s: _name(s).update(type="integer", format="int64"), "minimum", -(2**63)),
    ("3.1.0", lambda s: _name(s).update(type="integer", format="int32", minimum=0), "minimum", 0),
]


def _body(spec: Json) -> Json:
    found: Json = operation(spec)["requestBody"]["content"]["application/json"]["schema"]
    return found


def _name(spec: Json) -> Json:
    found: Json = _body(spec)["properties"]["name"]
    return found


@pytest.mark.parametrize(("version", "change", "keyword", "value"), WORDS)
def test_a_schema_is_said_in_one_way(version: str, change: Callable[[Json], object], keyword: str, value: Any) -> None:
    spec = changed(lambda s: (s.update(openapi=version), change(s)))
    name = _name(translated(spec))
    assert name[keyword] == value
    assert name.keys().isdisjoint({"nullable"} | ({"format"} if keyword != "type" else set()))
    assert spec != translated(spec)


_NAMES = st.sampled_from("abc")
_MEMBERS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.just("object"),
        "required": st.lists(_NAMES, min_size=1, unique=True),
        "properties": st.dictionaries(
            _NAMES, st.sampled_from([{"type": "string"}, {"type": "integer"}, {"enum": ["x"]}, {"maxLength": 0}])
        ),
        "additionalProperties": st.just({"type": "integer"}),
        "maxProperties": st.integers(0, 2),
        "description": st.text(max_size=1),
    },
) | st.just({"$ref": "#/components/schemas/Other"})


def _made(schema: Json, other: Json) -> None:
    schema.clear()
    schema.update(other)


@given(
    st.lists(st.one_of(_MEMBERS, st.builds(lambda *of: {"allOf": [*of]}, _MEMBERS, _MEMBERS)), min_size=1, max_size=3),
    st.dictionaries(_NAMES, st.sampled_from(["x", 1])),
)
@example([{"additionalProperties": {"type": "integer"}}, {"properties": {"a": {"type": "string"}}}], {"a": "x"})
@example([{"$ref": "#/components/schemas/Other"}, {"properties": {"a": {"type": "integer"}}}], {"a": 1})
def test_a_schema_takes_the_same_values_after_the_members_of_all_of_are_written_into_it(
    members: list[Json], value: Json
) -> None:
    spec = changed(lambda s: _made(_name(s), {"allOf": members}))
    other: Json = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}
    components = {"components": {"schemas": {"Other": other}}}
    before, after = ({**_name(each), **components} for each in (spec, translated({**spec, **components})))
    assert jsonschema_rs.is_valid(before, value) == jsonschema_rs.is_valid(after, value)


def test_members_of_all_of_that_add_up_leave_none() -> None:
    other = {"allOf": [{"type": "object", "required": ["a"]}, {"properties": {"a": {"type": "string"}}}]}
    members = [{"$ref": "#/components/schemas/Other"}, {"required": ["b"], "properties": {"b": {}}}]
    spec = changed(lambda s: _made(_name(s), {"title": "t", "allOf": members}))
    spec["components"] = {"schemas": {"Other": other}}
    properties = {"a": {"type": "string"}, "b": {}}
    assert _name(translated(spec)) == {"title": "t", "type": "object", "required": ["a", "b"], "properties": properties}


def test_a_token_of_oauth_is_a_bearer_token(tmp_path: Path) -> None:
    flows = {"clientCredentials": {"tokenUrl": "https://acme.example/token", "scopes": {"all": ""}}}
    schemes = {"a": {"type": "oauth2", "flows": flows}, "b": {"type": "openIdConnect", "openIdConnectUrl": "https://x"}}
    schemes |= {"c": {"type": "http", "scheme": "Bearer"}}
    written = changed(
        lambda s: s.update(components={"securitySchemes": schemes}, security=[{"a": ["all"]}, {"b": []}, {"c": []}])
    )
    spec = effective.build(Provider(small_project.write(tmp_path, written), "acme"))
    assert spec["components"]["securitySchemes"] == {name: {"type": "http", "scheme": "bearer"} for name in "abc"}


def test_bodies_parameters_and_statuses_are_those_of_the_operation() -> None:
    def spread(spec: Json) -> None:
        item = spec["paths"]["/lists"]
        spec["components"] = {
            "requestBodies": {
                "A body~": item["post"]["requestBody"],
                "Same": {"$ref": "#/components/requestBodies/A%20body~0"},
            },
            "parameters": {"Its id": {"name": "id", "in": "query", "schema": {"type": "string"}}},
        }
        item["parameters"] = [{"$ref": "#/components/parameters/Its%20id"}, _query("all", "string")]
        item["post"]["parameters"] = [_query("all", "boolean")]
        item["post"]["requestBody"] = {"$ref": "#/components/requestBodies/Same"}
        item["post"]["responses"]["204"] = {"description": "Nothing.", "content": {}}

    spec = translated(changed(spread))
    post = operation(spec)
    assert post["requestBody"] == operation(small_project.SPEC)["requestBody"]
    assert post["parameters"] == [_query("all", "boolean"), {"$ref": "#/components/parameters/Its%20id"}]
    assert post["responses"]["204"] == {"description": "Nothing."}
    assert [*spec["paths"]["/lists"]] == ["post"]
    assert "requestBodies" not in spec["components"]


def _query(name: str, kind: str) -> Json:
    return {"name": name, "in": "query", "schema": {"type": kind}}


ANSWER = "/paths/~1lists/post/responses/200"
SCHEMA = f"{ANSWER}/content/application~1json/schema"
_ID = f"{SCHEMA}/properties/id"
_UNSENT = {"responses": {"200": {"description": "It is there."}}}
UNUSED: list[tuple[str, Callable[[Json], object], Json]] = [
    ("webhooks", lambda s: s.update(webhooks={"made": copy.deepcopy(s["paths"]["/lists"])}), {}),
    ("about a path", lambda s: s["paths"]["/lists"].update(summary="Lists", description="All."), {}),
    ("methods", lambda s: s["paths"]["/lists"].update(dict.fromkeys(("head", "options", "trace"), _UNSENT)), {}),
    ("servers", lambda s: s["paths"]["/lists"].update(servers=[{"url": "/"}]), {"/servers": [{"url": "/"}]}),
    ("XML", lambda s: operation(s)["responses"]["200"]["content"].update({"application/xml": {}}), {}),
    ("xml", lambda s: small_project.answer(s).update(xml={"name": "list"}), {}),
    ("format", lambda s: small_project.answer(s)["properties"]["id"].update(format="account-id"), {}),
    ("const", lambda s: small_project.answer(s)["properties"]["id"].update(const="7"), {f"{_ID}/enum": ["7"]}),
    ("read only", lambda s: small_project.answer(s)["properties"]["id"].update(readOnly=True), {}),
    ("dialect", lambda s: s.update(jsonSchemaDialect="https://spec.openapis.org/oas/3.1/dialect/base"), {}),
    ("write only", lambda s: _name(s).update(writeOnly=True), {}),
    ("discriminator",
        lambda s: small_project.answer(s).update(oneOf=[{}], discriminator={"propertyName": "id"}),
        {f"{SCHEMA}/oneOf": [{}]}),
]  # fmt: skip


@pytest.mark.parametrize(("change", "left"), [pytest.param(*case, id=name) for name, *case in UNUSED])
def test_what_sets_no_rule_for_a_call_of_the_library_is_left_out_of_the_effective_spec(
    tmp_path: Path, change: Callable[[Json], object], left: Json
) -> None:
    spec = changed(change)
    built = effective.build(Provider(small_project.write(tmp_path, spec), "acme"))
    plain = dict(places(small_project.SPEC))
    differs = {at: value for at, value in places(built) if at not in plain}
    assert {at: value for at, value in differs.items() if at in left} == left
    assert all(any(at.startswith(place) for place in left) for at in differs)
    assert plain.keys() <= dict(places(built)).keys()


def test_of_an_answer_that_operations_share_its_json_stays() -> None:
    content: Json = {"application/xml": {}, "application/json": {}}
    document = changed(lambda s: s.update(components={"responses": {"Made": {"description": "", "content": content}}}))
    assert usable(document)["components"]["responses"]["Made"]["content"] == {"application/json": {}}


def test_of_credentials_to_choose_from_those_stay_that_a_header_carries() -> None:
    key = {"type": "apiKey", "name": "key"}
    schemes = {"a": {**key, "in": "query"}, "b": {**key, "in": "header"}, "c": {**key, "in": "cookie"}}
    document = changed(lambda s: s.update(components={"securitySchemes": schemes}, security=[{"a": []}, {"b": []}]))
    spec = usable(document)
    assert (spec["security"], [*spec["components"]["securitySchemes"]]) == ([{"b": []}], ["b"])


def test_servers_that_only_some_paths_have_are_refused(tmp_path: Path) -> None:
    def some(spec: Json) -> None:
        spec["paths"]["/rooms"] = copy.deepcopy(spec["paths"]["/lists"]) | {"servers": [{"url": "/rooms"}]}
        spec["paths"]["/rooms"]["post"]["operationId"] = "make_room"

    with pytest.raises(PipelineError, match="/paths/~1rooms/servers: nothing here judges the keyword 'servers'"):
        effective.build(Provider(small_project.write(tmp_path, changed(some)), "acme"))


@pytest.mark.parametrize("word", ["readOnly", "writeOnly"])
def test_who_sends_a_property_that_is_required_is_left_to_a_person(tmp_path: Path, word: str) -> None:
    def shared(spec: Json) -> None:
        child = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", word: True}}}
        spec["components"] = {"schemas": {"List": child}}
        for message in (operation(spec)["requestBody"], operation(spec)["responses"]["200"]):
            message["content"]["application/json"]["schema"] = {"$ref": "#/components/schemas/List"}

    with pytest.raises(PipelineError, match=f"/components/schemas/List/properties/name/{word}: nothing here judges"):
        effective.build(Provider(small_project.write(tmp_path, changed(shared)), "acme"))


@pytest.mark.parametrize(("word", "left"), [("readOnly", [True, False]), ("writeOnly", [False, True])])
def test_who_sends_a_property_matters_only_to_the_other_side(word: str, left: list[bool]) -> None:
    def change(spec: Json) -> None:
        schemas = {name: {"required": ["x"], "properties": {"x": {word: True}}} for name in ("Asked", "Answered")}
        spec["components"] = {"schemas": schemas}
        _body(spec)["properties"]["asked"] = {"$ref": "#/components/schemas/Asked"}
        small_project.answer(spec)["properties"]["answered"] = {"$ref": "#/components/schemas/Answered"}
        _body(spec).update(required=["name"])
        _name(spec).update({word: True})
        small_project.answer(spec).update(required=["id"])
        small_project.answer(spec)["properties"]["id"].update({word: True})

    spec = usable(changed(change))
    shared = [each["properties"]["x"] for each in spec["components"]["schemas"].values()]
    inner = [_name(spec), small_project.answer(spec)["properties"]["id"]]
    assert [word in each for each in shared] == [word in each for each in inner] == left


def test_what_is_not_used_of_a_document_may_be_invalid_and_an_operation_without_an_id_is_named_by_its_path(
    tmp_path: Path,
) -> None:
    def large(spec: Json) -> None:
        del spec["paths"]["/rooms"]["post"]["operationId"]
        spec["paths"]["/rooms"]["get"] = {"operationId": "view", "responses": {"200": {}}}
        spec["paths"]["/beds"] = {"get": None}
        spec["components"] = {"schemas": {"Bed": {"type": "wood"}}, "x": 1}
        spec["webhooks"] = {"made": {"post": {"$ref": "#/components/schemas/Bed"}}}

    used = {"rooms.json": 'operations = ["POST /rooms"]\n'}
    provider = several.write(tmp_path, two(as_it_is, large), more=used)
    spec = effective.build(provider)
    assert {path: [*item] for path, item in spec["paths"].items()} == {"/lists": ["post"], "/rooms": ["post"]}
    (provider.specs / "rooms.json").write_text("[]", "utf-8")
    with pytest.raises(PipelineError, match=r"rooms\.json: /openapi: None is not a version"):
        effective.build(provider)


@pytest.mark.parametrize("key", SEVERAL, ids="all_of_{}".format)
def test_all_that_could_be_had_of_a_provider_makes_one_valid_spec_of_judged_keywords(key: str) -> None:
    spec = several.spec(key)
    assert list(OpenAPIV31SpecValidator(spec).iter_errors()) == []
    documents = effective.documents_of(several.real(key)).values()
    assert operations(spec) == frozenset().union(*map(operations, documents))


@pytest.fixture(params=SEVERAL, ids="all_of_{}".format)
def package(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a package with the client of a provider's documents."""
    name = f"clients_of_{request.param}"
    for path, data in client.files(several.spec(request.param), request.param).items():
        file = tmp_path / name / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


def test_the_client_of_several_documents_has_a_module_for_each_operation(package: str) -> None:
    spec = several.spec(package.removeprefix("clients_of_"))
    api = importlib.import_module(f"{package}.api")
    modules = [found.name for found in pkgutil.walk_packages(api.__path__, f"{package}.api.") if not found.ispkg]
    for name in modules:
        importlib.import_module(name)
    assert len(modules) == sum(len(item) for item in spec["paths"].values())
    if package == "clients_of_adobe":
        module = importlib.import_module(f"{package}.api.audiences.update_audience")
        needed = [name for name, each in inspect.signature(module.build_request).parameters.items() if name != "body"]
        assert module.build_request(**dict.fromkeys(needed, "a")).keys() == {"method", "url", "headers"}
    if package == "clients_of_commbox":
        # Its path has a parameter in capitals.
        module = importlib.import_module(f"{package}.api.audiences.put_audiences_audience_id")
        models = importlib.import_module(f"{package}.models")
        file = importlib.import_module(f"{package}.types").File(io.BytesIO(b""), "a.csv", "text/csv")
        built = module.build_request("31/2 4{0}", body=models.PutAudiencesAudienceIdBody(file))
        assert (built["method"], built["url"]) == ("PUT", "/Audiences/31%2F2%204%7B0%7D")


def test_a_path_parameter_in_capitals_is_one_for_both_judges() -> None:
    text = json.dumps(several.spec("commbox"))
    theirs = checkers.parse("commbox", text).match("PUT", "/Audiences/31%2F2")
    assert theirs is not None
    assert theirs.path_values("/Audiences/31%2F2?a=b") == {"AUDIENCE_ID": "31%2F2"}
    form = b'--b\r\nContent-Disposition: form-data; name="audience_file"; filename="a.csv"\r\n\r\nphone1\r\n--b--\r\n'
    headers = (("Content-Type", "multipart/form-data; boundary=b"), ("Authorization", "Bearer t"))
    request = audience_contract.Request("PUT", "/Audiences/31%2F2", headers, form)
    assert [each for each in audience_contract.check_request(theirs, request) if each.where != "content-length"] == []
    ours = _spec.Spec(json.loads(text), "").operation(theirs.id)
    assert [*ours.judge_answer(200, "application/json", {"status": "200"}, None)] != []
    assert [*ours.judge_answer(200, "application/json", {"status": 200}, None)] == []
