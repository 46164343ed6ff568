"""Overlays: what an action must rest on, and that the vendored ones change what they say and nothing else."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonpath import JSONPathEnvironment

import small_project
from audience_contract.spec import source
from long import long
from pipeline import overlay
from pipeline._errors import PipelineError
from pipeline.documents import ABSENT, pointer, resolve
from pipeline.effective import build, documents_of, sources
from pipeline.effective import upstream as upstream_of
from pipeline.folders import Provider, providers
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


def _file(folder: Path, *actions: dict[str, Any]) -> Path:
    file = folder / "overlay.yaml"
    file.write_text(json.dumps({"overlay": "1.0.0", "info": {}, "actions": actions}), "utf-8")
    return file


def applied(upstream: dict[str, Any], file: Path) -> dict[str, Any]:
    """The spec with every action applied; raises PipelineError with all that is wrong with any."""
    spec, wrong = overlay.review(upstream, file)
    if wrong:
        raise PipelineError("\n".join(wrong))
    return spec


def _apply(folder: Path, *actions: dict[str, Any]) -> dict[str, Any]:
    return applied(small_project.SPEC, _file(folder, *actions))


def test_an_action_changes_its_target_and_leaves_the_upstream_spec_alone(tmp_path: Path) -> None:
    before = json.dumps(small_project.SPEC)
    spec = _apply(tmp_path, ACTION)
    assert spec == small_project.changed(lambda s: small_project.operation(s).update(summary="Make a list"))
    assert json.dumps(small_project.SPEC) == before


def test_an_action_may_build_on_the_one_before_and_remove(tmp_path: Path) -> None:
    remove = {**ACTION, "target": f"{TARGET}.summary", "remove": True}
    del remove["update"]
    assert _apply(tmp_path, ACTION, remove) == small_project.SPEC


PARAMETERS = [{"name": "p", "in": "query"}, {"name": "q", "in": "header"}, {"name": "r", "in": "query"}]
LISTED: dict[str, Any] = {
    "servers": [{"url": "https://a.test"}, {"url": "https://b.test"}],
    "tags": [{"name": "t", "x": [1, [2]]}],
    "get": {"parameters": PARAMETERS},
}
P, Q, R = PARAMETERS
A, B = LISTED["servers"]
NEW = {"description": "new"}


@pytest.mark.parametrize(
    ("target", "change", "at", "value"),
    [
        ("$.get.parameters[1]", {"update": NEW}, "/get/parameters", [P, Q | NEW, R]),
        ("$.get.parameters[-1]", {"update": NEW}, "/get/parameters", [P, Q, R | NEW]),
        ("$.get.parameters[?(@.name=='q')]", {"update": NEW}, "/get/parameters", [P, Q | NEW, R]),
        ("$.get.parameters[?@.in=='query']", {"update": NEW}, "/get/parameters", [P | NEW, Q, R | NEW]),
        ("$.get.parameters[?@.in=='query' && @.name!='p']", {"update": NEW}, "/get/parameters", [P, Q, R | NEW]),
        ("$.get.parameters[?match(@.name, '[pq]')]", {"update": NEW}, "/get/parameters", [P | NEW, Q | NEW, R]),
        ("$.get.parameters[?@.name=='q']", {"update": {"name": "s"}}, "/get/parameters", [P, Q | {"name": "s"}, R]),
        ("$.get.parameters[*]", {"update": NEW}, "/get/parameters", [P | NEW, Q | NEW, R | NEW]),
        ("$.get.parameters[1:]", {"update": NEW}, "/get/parameters", [P, Q | NEW, R | NEW]),
        ("$.get.parameters[2,0,0]", {"update": NEW}, "/get/parameters", [P | NEW, Q, R | NEW]),
        ("$..parameters[0]", {"update": NEW}, "/get/parameters", [P | NEW, Q, R]),
        ("$.get.parameters[0].name", {"update": "s"}, "/get/parameters", [P | {"name": "s"}, Q, R]),
        ("$['servers', 'tags'][0]", {"update": NEW}, "/servers", [A | NEW, B]),
        ("$['servers', 'tags'][0]", {"update": NEW}, "/tags/0/description", "new"),
        ("$.servers[0].url", {"update": "https://c.test"}, "/servers", [{"url": "https://c.test"}, B]),
        ("$.servers", {"update": {"url": "https://c.test"}}, "/servers", [A, B, {"url": "https://c.test"}]),
        ("$.servers", {"update": [{"url": "https://c.test"}]}, "/servers", [A, B, {"url": "https://c.test"}]),
        ("$.tags[0]", {"update": {"x": [3]}}, "/tags/0/x", [1, [2], 3]),
        ("$.tags[0]", {"update": {"x": 3}}, "/tags/0/x", 3),
        ("$.tags[0].x[1]", {"update": 4}, "/tags/0/x", [1, [2, 4]]),
        ("$.get.parameters[?@.in=='query']", {"remove": True}, "/get/parameters", [Q]),
        ("$.get.parameters[0,2,0]", {"remove": True}, "/get/parameters", [Q]),
        ("$.get.parameters[*]", {"remove": True}, "/get/parameters", []),
        ("$.servers[*].url", {"remove": True}, "/servers", [{}, {}]),
        ("$..x", {"remove": True}, "/tags", [{"name": "t"}]),
    ],
)
def test_an_action_updates_or_removes_every_node_that_its_target_selects(
    tmp_path: Path, target: str, change: dict[str, Any], at: str, value: Any
) -> None:
    before = json.dumps(LISTED)
    action = {"target": target, "description": "Because.", "x-evidence": [{"source": "a page"}], **change}
    assert resolve(applied(LISTED, _file(tmp_path, action)), at) == value
    assert json.dumps(LISTED) == before


def test_the_nodes_of_an_update_share_nothing_afterwards(tmp_path: Path) -> None:
    schema = {"target": "$.get.parameters[*]", "update": {"schema": {"type": "string"}}}
    one = {"target": "$.get.parameters[0].schema", "update": {"maxLength": 1}}
    rest = {"description": "Because.", "x-evidence": [{"source": "a page"}]}
    spec = applied(LISTED, _file(tmp_path, {**schema, **rest}, {**one, **rest}))
    assert [each["schema"].get("maxLength") for each in spec["get"]["parameters"]] == [1, None, None]


def test_the_reason_of_an_action_is_that_of_the_one_list_element_that_it_updates(tmp_path: Path) -> None:
    query = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in "pq"]
    spec = small_project.changed(lambda s: small_project.operation(s).update(parameters=query))
    action = {
        "target": "$..parameters[?@.name=='q']",
        "description": "Because.",
        "x-evidence": [{"source": "a page"}],
        "update": NEW,
    }
    overlaid = {"overlay": "1.0.0", "info": {}, "actions": [action]}
    root = small_project.write(tmp_path, spec, json.dumps(overlaid))
    assert sources(Provider(root, "acme"))["overlay"] == {
        f"{small_project.OPERATION}/parameters/1/description": "Because."
    }


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
        ({"target": "$.paths["}, "action 1, .* cannot be applied: unexpected end of query"),
        ({"target": "paths"}, "/actions/1/target"),
        ({"target": ""}, "/actions/1/target"),
        ({"target": "$.paths[?nope(@)]"}, "action 1, .* cannot be applied: function 'nope' is not defined"),
        ({"update": "POST"}, "action 1, .* cannot be applied: only an object updates an object"),
        ({"target": "$.info.version", "update": {"a": 1}}, "action 1, .* cannot be applied: only an object"),
        ({"target": "$", "update": ..., "remove": True}, "action 1, .* cannot be applied"),
        ({"x-evidence": [{**EVIDENCE, "sha256": "0" * 64}]}, "action 1, .*description has changed"),
        ({"x-evidence": [{**EVIDENCE, "sha256": int("0" * 64)}]}, "action 1, .*description has changed"),
        ({"x-evidence": [{**EVIDENCE, "pointer": "/nowhere"}]}, "action 1, .*/nowhere is gone"),
        ({"x-evidence": [{"pointer": "/info", "absent": True}]}, "action 1, .*/info is in the upstream spec"),
        ({"target": "$.nowhere"}, "action 1, .*matches nothing"),
        ({"update": {"operationId": "make_list"}}, "action 1, .*changes nothing"),
        (
            {"target": f"{TARGET}.requestBody.content['application/json'].schema", "update": {"required": ["title"]}},
            "action 1, .*requires 'title', which the upstream spec does not describe",
        ),
    ],
)
def test_an_action_that_rests_on_nothing_is_refused_by_name(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    action = {name: value for name, value in {**ACTION, **change}.items() if value is not ...}
    with pytest.raises(PipelineError, match=rf"overlay\.yaml:.*{said}"):
        _apply(tmp_path, ACTION, action)


@pytest.mark.parametrize("evidence", [{"pointer": "/security", "absent": True}, {"source": "https://acme.example"}])
def test_evidence_may_be_an_absence_or_another_source(tmp_path: Path, evidence: dict[str, Any]) -> None:
    assert _apply(tmp_path, {**ACTION, "x-evidence": [evidence]}) != small_project.SPEC


def test_what_the_page_has_by_now_is_not_hidden_by_what_an_action_put_there(tmp_path: Path) -> None:
    action = {**ACTION, "x-evidence": [{"pointer": "/info/title", "absent": True}]}
    spec, wrong = overlay.review(small_project.SPEC, _file(tmp_path, action))
    assert (spec, len(wrong)) == (small_project.SPEC, 1)


@pytest.mark.parametrize(
    "text", ["actions: [", "- 1", "overlay: 1.0.0", "{overlay: 2.0.0, info: {}, actions: []}", "1: 2", "a: 2026-01-01"]
)
def test_an_overlay_file_that_is_none_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "overlay.yaml").write_text(text, "utf-8")
    with pytest.raises(PipelineError, match=r"overlay\.yaml: "):
        applied(small_project.SPEC, tmp_path / "overlay.yaml")


def _leaves(value: Any, at: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
        value = dict(enumerate(value))
    if isinstance(value, dict) and value:
        for name, child in value.items():
            yield from _leaves(child, pointer([name], at))
    else:
        yield at, value


def _said(provider: Provider) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each action, and what it says: values by JSON pointer, ABSENT for what it removes."""
    before = upstream_of(provider)
    for action, after, _ in overlay.steps(before, provider.overlay):
        said: dict[str, Any] = {}
        matches = {
            match.parts: match.obj for match in JSONPathEnvironment(strict=True).finditer(action["target"], before)
        }
        for place, value in matches.items():
            at, around = pointer(place), pointer(place[:-1])
            holder = resolve(before, around)
            if "update" in action:
                new, old = dict(_leaves(action["update"], at)), dict(_leaves(value, at))
                # What had nothing below it is no leaf any more.
                said |= {leaf: ABSENT for leaf in old if any(each.startswith(f"{leaf}/") for each in new)} | new
            elif isinstance(holder, list):
                left = [each for number, each in enumerate(holder) if (*place[:-1], number) not in matches]
                said |= dict.fromkeys(dict(_leaves(holder, around)), ABSENT) | dict(_leaves(left, around))
            else:
                said |= dict.fromkeys(dict(_leaves(value, at)), ABSENT)
        yield action, said
        before = after


@pytest.mark.parametrize("provider", [WITH_OVERLAY[0], *map(long, WITH_OVERLAY[1:])], ids=lambda each: each.key)
def test_an_effective_spec_differs_from_upstream_exactly_where_its_overlay_says(provider: Provider) -> None:
    before, after = dict(_leaves(upstream_of(provider), "")), dict(_leaves(build(provider), ""))
    said: dict[str, Any] = {}
    for _, values in _said(provider):
        said |= values
    changed = {at for at in before.keys() | after.keys() if before.get(at, ABSENT) != after.get(at, ABSENT)}
    # An action may take back what an earlier one said.
    told = {at: value for at, value in said.items() if before.get(at, ABSENT) != value}
    assert {at: after.get(at, ABSENT) for at in changed} == told


@pytest.mark.parametrize("provider", WITH_OVERLAY, ids=lambda provider: provider.key)
def test_the_source_of_a_rule_is_the_overlays_reason_where_it_is_the_overlays_and_the_page(provider: Provider) -> None:
    documents = documents_of(provider)
    pages = {page["document"]: page["address"] for page in provider.source["page"] if "document" in page}
    ours = set()
    for action, values in _said(provider):
        for at in values if "update" in action else ():
            told = tuple(f"overlay: {action['description']} {page}" for page in pages.values())
            assert source(provider.key, at).startswith(told)
            ours.add(at)
    rules = (at for at in dict(_leaves(build(provider), "")) if at.startswith(("/paths/", "/components/")))
    for at in {*rules} - ours:
        named = {name for name, page in pages.items() if page in source(provider.key, at)}
        # What an overlay removes from a list of parameters moves the others up.
        place = re.sub(r"(?<=/parameters)/\d+.*", "", at)
        assert named == {name for name, document in documents.items() if resolve(document, place) is not ABSENT}
        assert "/parameters/" not in at or "overlay: " not in source(provider.key, at)


def test_a_provider_without_an_overlay_has_its_spec_as_the_effective_one() -> None:
    for provider in providers():
        if not provider.overlay.exists():
            assert build(provider) == upstream_of(provider)
            assert {document.kind for document in provider.documents} == {"authored"}


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
def test_each_action_that_the_upstream_spec_has_made_good_is_named_as_no_longer_needed(
    provider: Provider, tmp_path: Path
) -> None:
    upstream = upstream_of(provider)
    steps = list(overlay.steps(upstream, provider.overlay))
    for number, (action, *_) in enumerate(steps):
        corrected = applied(upstream, _file(tmp_path, action))
        found = overlay.review(corrected, provider.overlay)[1]
        made_good = [each for each in found if "; remove the action" in each]
        assert [each.partition(": ")[2].partition(", ")[0] for each in made_good] == [f"action {number}"]


def test_an_action_of_which_the_upstream_spec_has_a_part_is_named_with_that_part(tmp_path: Path) -> None:
    spec = small_project.changed(lambda spec: answer(spec).update(required=["id"]))
    action = {
        "target": "$.paths['/lists'].post.responses['200'].content['application/json'].schema",
        "description": "d",
        "x-evidence": [{"source": "a page"}],
        "update": {"required": ["id", "name"]},
    }
    (found,) = overlay.review(spec, _file(tmp_path, action))[1]
    assert found.endswith("'d': the upstream spec has 'id' by now, of what the action adds; leave only the rest in it")
