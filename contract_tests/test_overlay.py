"""Overlays: what an action must rest on, and that the vendored ones change what they say and nothing else."""

import copy
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from oas_patch.overlay import apply_overlay  # type: ignore[import-untyped]

import small_project
from audience_contract.spec import source
from pipeline import overlay
from pipeline._errors import PipelineError
from pipeline.documents import ABSENT, pointer, resolve
from pipeline.effective import build, load
from pipeline.rooms import Provider, providers
from small_project import answer

TARGET = "$.paths['/lists'].post"
EVIDENCE = {
    "pointer": f"{small_project.OPERATION}/description",
    "sha256": hashlib.sha256(b'"Names are lower case."').hexdigest(),
}
ACTION = {
    "target": TARGET,
    "description": "Because.",
    "x-evidence": [EVIDENCE],
    "update": {"summary": "Make a list"},
}
WITH_OVERLAY = [provider for provider in providers() if provider.overlay.exists()]


def _apply(folder: Path, *actions: dict[str, Any]) -> dict[str, Any]:
    file = folder / "overlay.yaml"
    file.write_text(yaml.safe_dump({"overlay": "1.0.0", "info": {}, "actions": actions}), "utf-8")
    return overlay.apply(small_project.SPEC, file)


def test_an_action_changes_its_target_and_leaves_the_upstream_spec_alone(tmp_path: Path) -> None:
    before = json.dumps(small_project.SPEC)
    spec = _apply(tmp_path, ACTION)
    assert spec == small_project.changed(lambda s: small_project.operation(s).update(summary="Make a list"))
    assert json.dumps(small_project.SPEC) == before


def test_an_action_may_build_on_the_one_before_and_remove(tmp_path: Path) -> None:
    remove = {**ACTION, "target": f"{TARGET}.summary", "remove": True}
    del remove["update"]
    assert _apply(tmp_path, ACTION, remove) == small_project.SPEC


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"description": None}, "/actions/1/description"),
        ({"description": ""}, "/actions/1/description"),
        ({"x-evidence": None}, "/actions/1/x-evidence"),
        ({"x-evidence": []}, "/actions/1/x-evidence"),
        ({"x-evidence": ["the page"]}, "/actions/1/x-evidence/0"),
        ({"x-evidence": [{"page": "somewhere"}]}, "/actions/1/x-evidence/0"),
        ({"x-evidence": [{"pointer": "/info"}]}, "/actions/1/x-evidence/0"),
        ({"x-evidence": [{**EVIDENCE, "absent": True}]}, "/actions/1/x-evidence/0"),
        ({"x-evidence": [{**EVIDENCE, "page": "somewhere"}]}, "/actions/1/x-evidence/0"),
        ({"x-evidence": [{"pointer": "/info", "absent": False}]}, "/actions/1/x-evidence/0"),
        ({"update": ...}, "/actions/1: "),
        ({"remove": True}, "/actions/1: "),
        ({"update": ..., "remove": False}, "/actions/1/remove"),
        ({"copy": "$.info"}, "'copy' was unexpected"),
        ({"target": ...}, "'target' is a required property"),
        ({"target": "$.paths["}, "/actions/1 .* cannot be applied"),
        ({"target": "$", "update": ..., "remove": True}, "/actions/1 .* cannot be applied"),
        ({"x-evidence": [{**EVIDENCE, "sha256": "0" * 64}]}, "/actions/1 .*description has changed"),
        ({"x-evidence": [{**EVIDENCE, "pointer": "/nowhere"}]}, "/actions/1 .*/nowhere is gone"),
        ({"x-evidence": [{"pointer": "/info", "absent": True}]}, "/actions/1 .*/info is in the upstream spec"),
        ({"target": "$.nowhere"}, "/actions/1 .*matches nothing"),
        ({"update": {"operationId": "make_list"}}, "/actions/1 .*changes nothing"),
        (
            {"target": f"{TARGET}.requestBody.content['application/json'].schema", "update": {"required": ["title"]}},
            "/actions/1 .*requires 'title', which the upstream spec does not describe",
        ),
    ],
)
def test_an_action_that_rests_on_nothing_is_refused_by_name(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    action = {name: value for name, value in {**ACTION, **change}.items() if value is not ...}
    with pytest.raises(PipelineError, match=rf"overlay\.yaml: .*{said}"):
        _apply(tmp_path, ACTION, action)


@pytest.mark.parametrize("evidence", [{"pointer": "/security", "absent": True}, {"source": "https://acme.example"}])
def test_evidence_may_be_an_absence_or_another_source(tmp_path: Path, evidence: dict[str, Any]) -> None:
    assert _apply(tmp_path, {**ACTION, "x-evidence": [evidence]}) != small_project.SPEC


@pytest.mark.parametrize(
    "text", ["actions: [", "- 1", "overlay: 1.0.0", "{overlay: 2.0.0, info: {}, actions: []}", "1: 2", "a: 2026-01-01"]
)
def test_an_overlay_file_that_is_none_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "overlay.yaml").write_text(text, "utf-8")
    with pytest.raises(PipelineError, match=r"overlay\.yaml: "):
        overlay.apply(small_project.SPEC, tmp_path / "overlay.yaml")


def _leaves(value: Any, at: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name, child in value.items():
            yield from _leaves(child, pointer([name], at))
    else:
        yield at, value


def _said(action: dict[str, Any]) -> dict[str, Any]:
    """What an action says: values by JSON pointer, ABSENT for what it removes."""
    tokens = re.findall(r"\['([^']+)'\]|\.([\w-]+)", action["target"])
    at = pointer(quoted or plain for quoted, plain in tokens)
    return {at: ABSENT} if "remove" in action else dict(_leaves(action["update"], at))


@pytest.mark.parametrize("provider", WITH_OVERLAY, ids=lambda provider: provider.key)
def test_an_effective_spec_differs_from_upstream_exactly_where_its_overlay_says(provider: Provider) -> None:
    upstream, effective = load(provider.upstream), build(provider)
    said: dict[str, Any] = {}
    for action in yaml.safe_load(provider.overlay.read_text("utf-8"))["actions"]:
        said |= _said(action)
    for at, value in said.items():
        assert resolve(effective, at) == value
        assert resolve(upstream, at) != value
    before, after = dict(_leaves(upstream, "")), dict(_leaves(effective, ""))
    assert {at for at in before.keys() | after.keys() if before.get(at, ABSENT) != after.get(at, ABSENT)} == said.keys()


@pytest.mark.parametrize("provider", WITH_OVERLAY, ids=lambda provider: provider.key)
def test_the_source_of_a_rule_is_the_overlays_reason_where_it_is_the_overlays_and_the_page(provider: Provider) -> None:
    page = next(page["address"] for page in provider.source["page"] if page.get("spec"))
    ours = set()
    for action in yaml.safe_load(provider.overlay.read_text("utf-8"))["actions"]:
        for at in _said(action) if "update" in action else ():
            assert source(provider.key, at).startswith(f"overlay: {action['description']} {page}")
            ours.add(at)
    for at in dict(_leaves(build(provider), "")).keys() - ours:
        assert source(provider.key, at).startswith(page)


def test_a_provider_without_an_overlay_has_its_spec_as_the_effective_one() -> None:
    for provider in providers():
        if provider not in WITH_OVERLAY:
            assert build(provider) == load(provider.upstream)
            assert provider.source["spec"]["kind"] == "authored"


@pytest.mark.parametrize(
    ("name", "at", "value"),
    [
        (
            "batch",
            "/paths/~1audiences~1create/post/requestBody/content/application~1json/schema/properties/name/pattern",
            "^[A-Za-z0-9_-]*$",
        ),
        ("commbox", "/components/securitySchemes/BearerAuth", {"type": "http", "scheme": "bearer"}),
        (
            "commbox",
            "/paths/~1audiences/post/requestBody/content/multipart~1form-data/schema/properties/name/example",
            "NE_USA-above50",
        ),
    ],
)
def test_what_the_page_says_and_its_schema_does_not_is_in_the_effective_spec(name: str, at: str, value: object) -> None:
    provider = next(provider for provider in providers() if provider.key == name)
    assert resolve(build(provider), at) == value


@pytest.mark.parametrize("provider", WITH_OVERLAY, ids=lambda provider: provider.key)
def test_each_action_that_the_upstream_spec_has_made_good_is_named_as_no_longer_needed(provider: Provider) -> None:
    upstream = load(provider.upstream)
    steps = list(overlay.steps(upstream, provider.overlay))
    for number, (action, _) in enumerate(steps):
        corrected: dict[str, Any] = apply_overlay(copy.deepcopy(upstream), {"actions": [copy.deepcopy(action)]})
        found = overlay.review(corrected, provider.overlay)[1]
        assert [(each.state, each.action.partition(" ")[0]) for each in found if "needed" in each.state] == [
            ("no longer needed", f"/actions/{number}")
        ]
    assert steps


def test_an_action_of_which_the_upstream_spec_has_a_part_is_named_with_that_part(tmp_path: Path) -> None:
    spec = small_project.changed(lambda spec: answer(spec).update(required=["id"]))
    action = {
        "target": "$.paths['/lists'].post.responses['200'].content['application/json'].schema",
        "description": "d",
        "x-evidence": [{"source": "a page"}],
        "update": {"required": ["id", "name"]},
    }
    file = tmp_path / "overlay.yaml"
    file.write_text(yaml.safe_dump({"overlay": "1.0.0", "info": {}, "actions": [action]}), "utf-8")
    (found,) = overlay.review(spec, file)[1]
    assert (found.state, "has 'id' by now" in found.sentence) == ("partly needed", True)
