"""The lists of where a provider's documents contradict each other: found by code, with evidence, and up to date."""

import ast
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import documented
import small_project
from pipeline import documents, pasting
from pipeline.__main__ import main
from pipeline._errors import PipelineError
from pipeline.deviations import report
from pipeline.deviations.finding import RULES, SEVERITIES, Finding
from pipeline.deviations.material import Material
from pipeline.rooms import ROOT, Provider, providers
from small_project import Json, answer, changed, operation

MATERIAL = {provider.key: Material.of(provider) for provider in providers()}
FORM = "/paths/~1audiences/post/requestBody/content/multipart~1form-data/schema/properties"
NAME = "/paths/~1audiences~1create/post/requestBody/content/application~1json/schema/properties/name"
SUCCESS: Json = {"kind": "response", "status": 200, "page": "acme.md", "body": "{}"}
# By provider: what must be found, as rule and what it is about.
KNOWN = {
    ("batch", "version-differs", "the API"),
    ("batch", "enum-spelled-differently", "type"),
    ("batch", "enum-spelled-differently", "indexing_state"),
    ("batch", "limit-in-words-only", "name"),
    ("adobe", "sample-not-json", "create_audience"),
    ("adobe", "curl-not-pasteable", "line 7"),
    ("adobe", "errors-undocumented", "create_audience"),
    ("adobe", "request-without-required", "create_audience"),
    ("commbox", "no-security", "Post_Audiences"),
    ("commbox", "example-is-curl", "audience_file"),
    ("commbox", "type-differs", "status in answers"),
}


def found(material: Material) -> set[tuple[str, str, str]]:
    return {(each.provider, each.rule, each.about) for each in report.findings(material)}


def altered(key: str, at: str, value: Any) -> Material:
    """A provider's material with another value at a place of the published spec; `...` removes it."""
    spec = json.loads(json.dumps(MATERIAL[key].spec))
    above, _, name = at.rpartition("/")
    parent = documents.resolve(spec, above)
    if value is ...:
        del parent[name]
    else:
        parent[name] = value
    return replace(MATERIAL[key], spec=spec, actions=())


def small(*samples: Json, change: Callable[[Json], object] = lambda _: None) -> Material:
    return Material("acme", changed(change), tuple({"page": "acme.md", **sample} for sample in samples))


@pytest.mark.page
def test_the_contradictions_that_are_known_are_found() -> None:
    assert set().union(*map(found, MATERIAL.values())) >= KNOWN


@pytest.mark.parametrize(
    ("key", "at", "value", "gone"),
    [
        ("batch", f"{NAME}/pattern", "^[a-z]*$", ("limit-in-words-only", "name")),
        ("batch", f"{NAME.removesuffix('name')}type/enum", ["CUSTOM_ID"], ("enum-spelled-differently", "type")),
        ("commbox", "/security", [{"BearerAuth": []}], ("no-security", "Post_Audiences")),
        ("commbox", f"{FORM}/name/example", "NE_USA", ("example-is-curl", "name")),
        ("commbox", f"{FORM}/audience_file/description", "A file", ("file-called-url", "audience_file")),
        ("adobe", "/servers/1/url", documented.base_url("adobe"), ("path-differs", "the base path")),
    ],
)
def test_a_contradiction_that_the_provider_corrects_is_gone_and_no_other(
    key: str, at: str, value: Any, gone: tuple[str, str]
) -> None:
    before = found(MATERIAL[key])
    assert before - found(altered(key, at, value)) == {(key, *gone)}


@pytest.mark.parametrize(
    ("change", "new"),
    [
        (lambda s: operation(s)["responses"].update({"401": {"description": "x"}}), ("no-security", "make_list")),
        (lambda s: answer(s)["properties"]["id"].update(example="id=7"), ("example-is-curl", "id")),
        (lambda s: answer(s)["properties"]["id"].update(description="Only contains x"), ("limit-in-words-only", "id")),
        (lambda s: operation(s).update(description="A name must have a dot."), ("rule-in-words-only", "make_list")),
        (
            lambda s: operation(s)["responses"].update({"201": typed("integer")}),
            ("type-differs", "id in answers"),
        ),
        (
            lambda s: s.update(
                servers=[{"url": "https://a.test/{version}", "variables": {"version": {"default": "2"}}}]
            ),
            ("version-differs", "the API"),
        ),
    ],
)
def test_a_contradiction_that_a_spec_is_given_is_found(change: Callable[[Json], object], new: tuple[str, str]) -> None:
    assert ("acme", *new) in found(small(change=change)) - found(small())


def typed(kind: str) -> Json:
    schema = {"type": "object", "properties": {"id": {"type": kind}}}
    return {"description": "x", "content": {"application/json": {"schema": schema}}}


@pytest.mark.parametrize(
    ("sample", "rule"),
    [
        ({**SUCCESS, "body": '{"id" "7"}'}, "sample-not-json"),
        ({**SUCCESS, "body": '{"id": 7}'}, "sample-breaks-schema"),
        ({**SUCCESS, "status": 204}, "sample-status-undocumented"),
        (
            {"kind": "request", "method": "POST", "target": "/lists", "headers": [["A", "b"]], "body": "{}"},
            "sample-lacks",
        ),
        ({"kind": "request", "body": '{"name": 1}'}, "sample-breaks-schema"),
        ({"kind": "request", "body": "{}", "pasting": [{"line": 1, "what": "x"}]}, "curl-not-pasteable"),
    ],
)
def test_a_sample_that_contradicts_the_spec_is_found_and_a_right_one_is_not(sample: Json, rule: str) -> None:
    assert {each[1] for each in found(small(sample)) - found(small())} == {rule}
    assert found(small({**SUCCESS, "body": '{"id": "7"}'}, {"kind": "request", "body": '{"name": "n"}'})) == found(
        small()
    )


@given(st.text(max_size=20).filter(lambda text: text.isprintable()))
def test_a_body_is_reported_as_no_json_exactly_if_it_is_none(text: str) -> None:
    readable = True
    try:
        json.loads(text)
    except ValueError:
        readable = False
    rules = {each[1] for each in found(small({**SUCCESS, "body": text}))}
    assert ("sample-not-json" in rules) is not readable


@given(st.permutations(range(len(MATERIAL["adobe"].samples))), st.integers(0, 2))
def test_the_ids_do_not_depend_on_order_or_number_of_the_samples(order: list[int], kept: int) -> None:
    material = MATERIAL["adobe"]
    shuffled = replace(material, samples=tuple(material.samples[number] for number in order))
    assert [each.id for each in report.findings(shuffled)] == [each.id for each in report.findings(material)]
    fewer = {each.id for each in report.findings(replace(shuffled, samples=shuffled.samples[:kept]))}
    assert fewer <= {each.id for each in report.findings(material)}


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        ("curl https://a.test/x \\\n -H 'a: b' \\\n -d '{\n  \"-a\": 1\n}'", []),
        ("curl https://a.test/x?a=b", [1]),
        ("curl 'https://a.test/x?a=b'", []),
        ("curl https://a.test/x \\\n -H 'a: b'\n -d '{}'", [2]),
        ("curl https://a.test/x \\\n -H 'a: b'\\\n -d '{}'", [2]),
    ],
)
def test_a_curl_command_is_pasteable_if_its_lines_go_on_and_the_shell_leaves_its_url_alone(
    command: str, lines: list[int]
) -> None:
    assert [problem["line"] for problem in pasting.problems(command)] == lines


BY_OVERLAY = {
    key: by_overlay
    for key, material in MATERIAL.items()
    if (by_overlay := {e for e in report.findings(material) if "overlay action" in report.coping(material, e)})
}


@pytest.mark.parametrize(("key", "by_overlay"), BY_OVERLAY.items(), ids=BY_OVERLAY)
def test_an_overlay_action_copes_with_what_it_removes_from_the_spec(key: str, by_overlay: set[Finding]) -> None:
    material = MATERIAL[key]
    kept = found(material.having(material.effective))
    assert all((each.provider, each.rule, each.about) not in kept for each in by_overlay)


def test_what_the_wrapper_copes_with_names_a_file_and_a_test_that_there_are() -> None:
    for material in MATERIAL.values():
        for way in report.copings(material):
            file, _, name = way["test"].partition("::")
            assert (ROOT / way["file"]).is_file()
            assert name in {getattr(node, "name", "") for node in ast.parse((ROOT / file).read_text("utf-8")).body}


def test_every_finding_has_an_id_of_its_own_a_severity_and_evidence() -> None:
    every = [each for material in MATERIAL.values() for each in report.findings(material)]
    assert len({each.id for each in every}) == len(every)
    assert all(each.evidence and each.severity in SEVERITIES and each.rule in RULES for each in every)


def test_the_lists_in_the_repository_are_up_to_date() -> None:
    for file, content in report.files(list(providers())).items():
        assert file.read_bytes() == content, f"{file} is stale: make deviations"


def test_the_readmes_table_links_every_providers_list() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for provider in providers():
        if "class" in provider.source:
            assert f"(specs/{provider.key}/DEVIATIONS.md)" in readme


def test_the_command_writes_the_lists_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = small_project.write(tmp_path)
    assert main(["deviations", "--root", str(root)]) == 0
    assert "wrote: specs/acme/DEVIATIONS.md" in capsys.readouterr().out
    assert "errors-undocumented" in (root / "specs" / "acme" / "DEVIATIONS.md").read_text("utf-8")
    assert main(["deviations", "--root", str(root)]) == 0
    assert capsys.readouterr().out == "nothing documented differs\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[fact]]\nabout = "a"\naspect = "enum"\nplace = "p"\n', "/fact/0"),
        (
            '[[fact]]\nabout = "a"\naspect = "enum"\nplace = "p"\nvalue = 1\nsource = "s"\nconfidence = "L"\n',
            "confidence",
        ),
        ('[[fact]]\nabout = "a"\naspect = "enum"\nplace = "p"\npointer = "/nowhere"\n', "/nowhere is gone"),
        ('[[coping]]\nfinding = "x"\nhow = "h"\nfile = "f"\ntest = "t"\n', "there is no finding x"),
    ],
)
def test_facts_that_rest_on_nothing_are_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    provider = Provider(small_project.write(tmp_path), "acme")
    provider.facts.write_text(text, "utf-8")
    with pytest.raises(PipelineError, match=rf"facts\.toml: .*{said}"):
        report.files([provider])


def test_a_changed_sample_in_a_copy_makes_the_list_stale(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    provider = Provider(tmp_path, "adobe")
    before = report.files([provider])[provider.deviations]
    assert before == provider.deviations.read_bytes()
    samples = json.loads(provider.samples.read_text("utf-8"))
    for body, wrong in (('{"name" "a"}', True), ('{"name": "a"}', False)):
        changed = [{**sample, "body": body} if "body" in sample else sample for sample in samples]
        provider.samples.write_text(json.dumps(changed), "utf-8")
        assert (b"sample-not-json" in report.files([provider])[provider.deviations]) is wrong
