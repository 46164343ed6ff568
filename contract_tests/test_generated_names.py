"""Whatever a spec calls its properties, parameters and values, the generated client works, or there is none."""

import ast
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from long import long
from pipeline import client
from pipeline._errors import PipelineError
from small_project import Json, answer, changed, operation

TEXT = {"type": "string"}
# A property of each kind for which the generator has a template.
KINDS: Json = {
    "at": {"type": "string", "format": "date-time"},
    "choice": {"type": "string", "enum": ["a", "b"]},
    "maybe": {"type": ["string", "null"]},
    "inner": {"type": "object", "properties": {"a": TEXT}},
    "many": {"type": "array", "items": {"type": "object", "properties": {"b": TEXT}}},
}
BODY = "/paths/~1lists/post/requestBody/content"


def _body(spec: Json, media: str = "application/json") -> Json:
    schema: Json = {"type": "object", "properties": dict(KINDS)}
    operation(spec)["requestBody"]["content"] = {media: {"schema": schema}}
    properties: Json = schema["properties"]
    return properties


def _queries(spec: Json, *names: str) -> None:
    operation(spec)["parameters"] = [{"name": name, "in": "query", "schema": TEXT} for name in names]


def _with_path(spec: Json, *names: str) -> None:
    """A body, queries of these names, and a parameter in the path."""
    _body(spec)
    _queries(spec, *names)
    operation(spec)["parameters"].append({"name": "list", "in": "path", "required": True, "schema": TEXT})
    spec["paths"] = {"/lists/{list}": spec["paths"].pop("/lists")}


def _imported(folder: Path, spec: Json, package: str) -> ModuleType:
    """The generated operation; its package is one that no other test has."""
    for path, data in client.files(spec, "acme").items():
        file = folder / package / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    (folder / package / "api" / "__init__.py").touch()
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(f"{package}.api.lists.make_list")
    finally:
        sys.path.remove(str(folder))


def _own_names(media: str) -> list[str]:
    """What the generated code itself calls anything, in the style of an attribute."""
    specs = changed(lambda s: _body(s, media)), changed(lambda s: _with_path(s, "q"))
    found = {"body", "client", "url", "self"}
    for data in (data for spec in specs for data in client.files(spec, "acme").values()):
        for node in ast.walk(ast.parse(data)):
            found |= {str(getattr(node, name)) for name in ("id", "attr", "arg", "name") if hasattr(node, name)}
    return sorted(
        name for name in found if name.isidentifier() and name == name.lower() and name not in {*KINDS, "list_"}
    )


@pytest.mark.parametrize("media", ["application/json", long("multipart/form-data")])
def test_a_property_may_be_called_as_the_generated_code_calls_something(tmp_path: Path, media: str) -> None:
    names = _own_names(media)
    assert {"d", "cls", "field_dict", "additional_properties", "to_dict", "from_dict", "src_dict"} <= {*names}
    module = _imported(
        tmp_path, changed(lambda s: _body(s, media).update(dict.fromkeys(names, TEXT))), f"named_{media[:4]}"
    )
    model = module.MakeListBody
    given = {**dict.fromkeys(names, "v"), "inner": {"a": "b"}, "many": [{"b": "c"}], "choice": "a", "other": "w"}
    given["maybe"], given["at"] = "m", "2026-02-06T07:51:52+00:00"
    body = model.from_dict(given)
    assert body.to_dict() == given
    assert model().to_dict() == {}
    assert {*body.additional_properties} == {"other"}
    built = module.build_request(body=body)
    sent = built["json"] if "json" in built else {name: part[1] for name, part in built["files"]}
    assert {*sent} == {*given}


def test_a_query_parameter_may_be_called_as_the_generated_code_calls_something(tmp_path: Path) -> None:
    names = [name for name in _own_names("application/json") if name != "body"]
    module = _imported(tmp_path, changed(lambda s: _with_path(s, *names)), "queried")
    arguments = {name: name for name in module.build_request.__kwdefaults__ if name != "body"}
    built = module.build_request("a/b", body=module.MakeListBody(), **arguments)
    assert {*built["params"]} == {*names}
    assert sorted(built["params"].values()) == sorted(arguments.values())
    assert built["url"] == "/lists/a%2Fb"
    assert built["headers"] == {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: _queries(s, "q", "body"), "/paths/~1lists/post/parameters/1/name: 'body' is what"),
        (lambda s: _queries(s, "Body"), "/paths/~1lists/post/parameters/0/name: 'Body' is what"),
        *[
            (
                lambda s, v=values: _body(s).update(way={"type": "string", "enum": v}),
                rf"{BODY}/application~1json/schema/properties/way/enum: not each of the values",
            )
            for values in (["asc", "ASC"], ["a-b", "a_b"], ["a b", "x", "a-b"])
        ],
        *[
            (
                lambda s, n=name: _body(s).update(way={**TEXT, "enum": ["a", "b"], "x-enum-varnames": ["A", n]}),
                "way/enum",
            )
            for name in ("a", "", "1B", "{0.b}")
        ],
        (
            lambda s: answer(s)["properties"].update(ways={"type": "array", "items": {"enum": ["on", "On"]}}),
            "/post/responses/200/content/application~1json/schema/properties/ways/items/enum: not each",
        ),
        (
            lambda s: s.update(components={"schemas": {"Way": {"type": "string", "enum": ["on", "On"]}}}),
            "/components/schemas/Way/enum: not each",
        ),
    ],
)
def test_what_would_have_one_name_twice_is_refused_with_its_pointer(
    change: Callable[[Json], object], said: str
) -> None:
    with pytest.raises(PipelineError, match=f"acme: .*{said}"):
        client.files(changed(change), "acme")


@pytest.mark.parametrize("values", [["asc", "desc", ""], ["1", "2"], ["a", "b", None]])
def test_values_with_a_name_each_are_generated(values: list[Any]) -> None:
    kind = ["string", "null"] if None in values else "string"
    assert client.files(changed(lambda s: _body(s).update(way={"type": kind, "enum": values})), "acme")


def test_a_client_that_cannot_be_imported_is_refused_with_what_python_says() -> None:
    package = Path("generated/audience_clients/acme")
    files = {package / "__init__.py": b"", package / "models.py": b"def f(:\n"}
    with pytest.raises(PipelineError, match="specs/acme: its client cannot be imported: SyntaxError"):
        client.check(package, files)
    client.check(package, {package / "models.py": b"A: int = 1\n"})


def test_a_property_may_be_called_as_the_model_that_has_it() -> None:
    many = {"type": "array", "items": {"type": "object", "properties": {"errors": TEXT, "made": TEXT}}}
    schemas = {"Errors": {"type": "object", "properties": {"errors": many, "made": TEXT}, "required": ["errors"]}}
    spec = changed(
        lambda s: (answer(s).update({"$ref": "#/components/schemas/Errors"}), s.update(components={"schemas": schemas}))
    )
    package = Path("generated/audience_clients/acme")
    client.check(package, {package / path: data for path, data in client.files(spec, "acme").items()})
