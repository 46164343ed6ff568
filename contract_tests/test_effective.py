"""What stops before anything is generated: a file that cannot be read, an invalid spec, a keyword nobody can judge."""

import copy
from collections.abc import Callable
from pathlib import Path

import pytest

import small_project
from pipeline import effective
from pipeline.__main__ import main
from pipeline._errors import PipelineError
from pipeline.folders import Provider, providers
from small_project import OPERATION, SCHEMA, Json, answer, changed, operation

INVALID: list[tuple[Callable[[Json], object], str, str]] = [
    (lambda s: s.update(openapi="2.0"), "/openapi", "enum"),
    (lambda s: s.update(openapi=3.1), "/openapi", "enum"),
    (lambda s: s["info"].update(title=3), "/info/title", "type"),
    (lambda s: s.update(paths=[]), "/paths", "type"),
    (lambda s: s.update(unknown=1), "(root)", "unevaluatedProperties"),
    (lambda s: operation(s)["responses"]["200"].pop("description"), f"{OPERATION}/responses/200", "required"),
    (lambda s: answer(s).update(type="strin"), f"{SCHEMA}/type", "anyOf"),
    (lambda s: answer(s)["properties"]["id"].update(pattern="("), f"{SCHEMA}/properties/id/pattern", "format"),
    (lambda s: answer(s)["properties"]["id"].update(minLength=-1), f"{SCHEMA}/properties/id/minLength", "minimum"),
    (lambda s: answer(s)["properties"]["id"].update(default=3), f"{SCHEMA}/properties/id/default", "type"),
    (lambda s: answer(s).update({"$ref": "#/components/schemas/None"}), f"{SCHEMA}/$ref", "$ref"),
    (lambda s: answer(s).update({"$ref": f"#{SCHEMA}"}), f"{SCHEMA}/$ref", "$ref"),
    (lambda s: answer(s).update({"$ref": "https://acme.example/a.json"}), f"{SCHEMA}/$ref", "$ref"),
    (lambda s: answer(s).update({"$ref": "other.json#/a"}), f"{SCHEMA}/$ref", "$ref"),
    (lambda s: s["paths"].update({"/b": copy.deepcopy(s["paths"]["/lists"])}), "/paths", "DuplicateOperationIDError"),
    (lambda s: s["paths"].update({"/{b}": s["paths"].pop("/lists")}), "/paths", "UnresolvableParameterError"),
]


@pytest.mark.parametrize(("change", "at", "rule"), INVALID, ids=[f"{at} {rule}" for _, at, rule in INVALID])
def test_an_invalid_spec_stops_with_file_pointer_and_rule(
    tmp_path: Path, change: Callable[[Json], object], at: str, rule: str
) -> None:
    provider = Provider(small_project.write(tmp_path, changed(change)), "acme")
    with pytest.raises(PipelineError) as stopped:
        effective.build(provider)
    assert str(stopped.value).startswith(f"{provider.documents[0].path}: {at}: ")
    assert str(stopped.value).endswith(f"(rule: {rule})")


def test_an_invalid_spec_of_the_older_openapi_version_stops_the_same_way(tmp_path: Path) -> None:
    spec = changed(lambda s: (s.update(openapi="3.0.3"), answer(s)["properties"]["id"].update(type="strin")))
    provider = Provider(small_project.write(tmp_path, spec), "acme")
    with pytest.raises(PipelineError, match=r"/properties/id/type: 'strin' is not one of .* \(rule: enum\)"):
        effective.build(provider)


def _secured(spec: Json, scheme: Json) -> None:
    spec.update(components={"securitySchemes": {"a": scheme}}, security=[{"a": []}])


UNJUDGED: list[tuple[Callable[[Json], object], str]] = [
    (lambda s: answer(s).update(nullable=True), f"{SCHEMA}/nullable"),
    (lambda s: answer(s).update(allOf=[{"type": "array"}]), f"{SCHEMA}/allOf"),
    (lambda s: answer(s).update(oneOf=[{"not": {}}]), f"{SCHEMA}/oneOf/0/not"),
    (lambda s: operation(s)["responses"].update({"3XX": {"description": "x"}}), f"{OPERATION}/responses/3XX"),
    (
        lambda s: operation(s)["responses"]["200"].update(content={"text/csv": {}, "multipart/form-data": {}}),
        f"{OPERATION}/responses/200/content",
    ),
    (lambda s: answer(s).update(patternProperties={}), f"{SCHEMA}/patternProperties"),
    (lambda s: answer(s).update(additionalProperties={"not": {}}), f"{SCHEMA}/additionalProperties/not"),
    (lambda s: answer(s)["properties"]["id"].update(const=None), f"{SCHEMA}/properties/id/const"),
    (lambda s: answer(s)["properties"]["id"].update(format="email"), f"{SCHEMA}/properties/id/format"),
    (lambda s: answer(s)["properties"].update({"x-own": {"not": {}}}), f"{SCHEMA}/properties/x-own/not"),
    (lambda s: answer(s)["properties"].update(a=True), f"{SCHEMA}/properties/a"),
    (lambda s: answer(s)["properties"].update(a={"$ref": f"#{SCHEMA}", "maxLength": 1}), f"{SCHEMA}/properties/a"),
    (lambda s: operation(s).update(servers=[]), f"{OPERATION}/servers"),
    (lambda s: operation(s).update(callbacks={}), f"{OPERATION}/callbacks"),
    (
        lambda s: operation(s).update(parameters=[{"name": "a", "in": "cookie", "schema": {"type": "string"}}]),
        f"{OPERATION}/parameters/0/in",
    ),
    (
        lambda s: operation(s)["requestBody"].update(content={"text/csv": {"schema": {"type": "string"}}}),
        f"{OPERATION}/requestBody/content/text~1csv",
    ),
    (
        lambda s: _secured(s, {"type": "http", "scheme": "digest"}),
        "/components/securitySchemes/a/scheme",
    ),
    (
        lambda s: _secured(s, {"type": "apiKey", "in": "query", "name": "a"}),
        "/components/securitySchemes/a/in",
    ),
]


@pytest.mark.parametrize(("change", "at"), UNJUDGED, ids=[at.rpartition("/")[2] for _, at in UNJUDGED])
def test_a_keyword_that_nothing_here_judges_stops_with_file_and_pointer(
    tmp_path: Path, change: Callable[[Json], object], at: str
) -> None:
    provider = Provider(small_project.write(tmp_path, changed(change)), "acme")
    with pytest.raises(PipelineError) as stopped:
        effective.build(provider)
    assert str(stopped.value).startswith(f"{provider.documents[0].path}: {at}: nothing here judges ")


def test_all_keywords_that_nothing_here_judges_are_named_at_once(tmp_path: Path) -> None:
    def several(spec: Json) -> None:
        for change, _ in UNJUDGED[:2]:
            change(spec)

    with pytest.raises(PipelineError) as stopped:
        effective.build(Provider(small_project.write(tmp_path, changed(several)), "acme"))
    assert all(f"{at}: nothing here judges " in str(stopped.value) for _, at in UNJUDGED[:2])


def test_a_security_scheme_that_is_not_there_is_named_at_each_place_that_asks_for_it(tmp_path: Path) -> None:
    spec = changed(lambda s: (s.update(security=[{"b": []}, {"a": []}]), operation(s).update(security=[{"a": []}])))
    with pytest.raises(PipelineError) as stopped:
        effective.build(Provider(small_project.write(tmp_path, spec), "acme"))
    assert str(stopped.value).replace(f"{tmp_path}/specs/acme: ", "").splitlines() == [
        "/security: there is no security scheme 'a'",
        "/security: there is no security scheme 'b'",
        f"{OPERATION}/security: there is no security scheme 'a'",
    ]


@pytest.mark.parametrize(
    ("update", "said"),
    [
        ("{nullable: true}", rf"{SCHEMA}/nullable: nothing here judges"),
        ("{minLength: -1}", rf"{SCHEMA}/minLength: .*\(rule: minimum\)"),
    ],
)
def test_a_fault_that_the_overlay_brings_in_is_said_to_be_the_overlays(tmp_path: Path, update: str, said: str) -> None:
    overlay = f"""
overlay: 1.0.0
info: {{}}
actions:
  - target: $.paths['/lists'].post.responses['200'].content['application/json'].schema
    description: Because.
    x-evidence: [{{source: another page}}]
    update: {update}
"""
    provider = Provider(small_project.write(tmp_path, overlay=overlay), "acme")
    with pytest.raises(PipelineError, match=rf"overlay\.yaml.*: {said}"):
        effective.build(provider)


def test_an_extension_is_passed_over_where_openapi_allows_one(tmp_path: Path) -> None:
    spec = changed(lambda s: (s.update({"x-logo": {"any": 1}}), operation(s).update({"x-a": 1})))
    assert effective.build(Provider(small_project.write(tmp_path, spec), "acme")) == spec


@pytest.mark.parametrize(
    ("file", "edit", "said"),
    [
        ("SOURCE.toml", ('class = "', 'class = '), "not readable"),
        ("SOURCE.toml", ('"Acme"', '"a c"'), "/class"),
        ("SOURCE.toml", ('version = "1"', "version = 1"), "/document/0/version"),
        ("SOURCE.toml", ('version = "1"', 'version = "2"'), "/info/version"),
        ("SOURCE.toml", ("sha256 = \"", "sha256 = \"X"), "/document/0/sha256"),
        ("SOURCE.toml", ('"openapi.json"', '"../openapi.json"'), "/document/0/file"),
        ("SOURCE.toml", ('file = "openapi.json"', 'file = "other.json"'), "/page"),
        ("SOURCE.toml", ('document = "openapi.json"', ""), "/page"),
        ("SOURCE.toml", ('document = "openapi.json"', 'document = "other.json"'), "/page"),
        ("SOURCE.toml", ('"published"', '"written"'), "/document/0/kind"),
        ("SOURCE.toml", ('"published"', '"reconstructed"'), "/document/0"),
        ("SOURCE.toml", ('licence = "none stated"', ""), "/document/0"),
        ("SOURCE.toml", ('licence', 'below = "/v1"\nlicence'), "/servers"),
        ("SOURCE.toml", ("[[page]]", "[page]"), "/page"),
        ("overlay.yaml", ("", "a: ["), "not readable"),
    ],
)  # fmt: skip
def test_a_file_of_specs_that_cannot_be_used_is_an_error_that_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, edit: tuple[str, str], said: str
) -> None:
    path = small_project.write(tmp_path, overlay="") / "specs" / "acme" / file
    path.write_text(path.read_text("utf-8").replace(*edit, 1), "utf-8")
    assert main(["generate", "--root", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"error: {tmp_path}/specs/acme/")
    assert said in error
    assert "Traceback" not in error
    assert not (tmp_path / "generated").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not readable: Expecting"),
        ('{"a": NaN}', "not readable: Out of range"),
        ('{"a": {"b": 1, "b": 1}}', "not readable: an object has a key twice: b"),
        (r'{"a": "\ud800"}', "not readable: .* surrogates"),
        ("[" * 100_000, "not readable: .*recursion"),
        ("[]", "/openapi: None"),
        ("null", "/openapi: None"),
    ],
    ids=["cut off", "NaN", "key twice", "lone surrogate", "too deep", "array", "null"],
)
def test_a_spec_that_is_no_readable_object_stops_with_its_file(tmp_path: Path, text: str, said: str) -> None:
    provider = Provider(small_project.write(tmp_path, text), "acme")
    with pytest.raises(PipelineError, match=rf"acme/openapi\.json: {said}"):
        effective.build(provider)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("? [a]\n: {}", "a key must be text, line 1, column 3"),
        ("a: .nan", ".nan is a number that JSON cannot say, line 1, column 4"),
        ("a: &a [*a]", "stands for what it is in"),
        ("a:\n\tb: 1", "cannot start any token, line 2, column 1"),
        ('a: "\\ud800"', "surrogates"),
    ],
)
def test_yaml_that_json_cannot_say_stops_with_its_file(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "openapi.yaml").write_text(text, "utf-8")
    with pytest.raises(PipelineError, match=rf"openapi\.yaml: not readable: .*{said}"):
        effective.load(tmp_path / "openapi.yaml")


def test_a_folder_of_specs_without_a_source_or_with_no_name_for_a_package_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="no folder of a provider"):
        providers(tmp_path)
    small_project.write(tmp_path)
    (tmp_path / "specs" / "new").mkdir()
    with pytest.raises(PipelineError, match=r"new/SOURCE\.toml: No such file"):
        [provider.source for provider in providers(tmp_path)]
    (tmp_path / "specs" / "new").rename(tmp_path / "specs" / "new-one")
    with pytest.raises(PipelineError, match="new-one"):
        providers(tmp_path)
