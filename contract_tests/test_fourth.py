"""More providers, in a copy of the project: what `make provider` lays out, what is left to hands, and what runs."""

import ast
import html
import json
import os
import re
from dataclasses import dataclass
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import pytest

import small_project
from cases import KEYS
from fourth import project
from fourth.project import HERE, KEY, NAME
from long import long
from pipeline.__main__ import main
from pipeline.folders import ROOT
from pipeline.pages import spec_of

pytestmark = pytest.mark.timeout(600)  # a suite within the suite

PAGE = HERE / f"{KEY}.md"
# Beside the one whose operations are counted, two that have between them what APIs have and the first has not.
NEW = {NAME: PAGE.name, "Plover": "plover.json", "Heron": "heron.md"}
KEYS_OF_NEW = [name.lower() for name in NEW]
PUTTING = "kittiwake"
"""Creates by PUT. Tests of what only a provider's own id shows are not run for it."""
MORE = {"Kittiwake": "kittiwake.json", "Dunlin": "dunlin.md"}
"""Nor those of a success's body for Dunlin, which has none."""
ALL_NEW = [*KEYS_OF_NEW, *map(str.lower, MORE)]
ADAPTERS = [f"wrapper/audiences/providers/{key}.py" for key in ALL_NEW]
ADAPTER = ADAPTERS[0]
# Each of their cases is about one fault, contradiction or link; a new provider may have none.
OF_SOME_PROVIDERS = (
    *("test_catalogue.py", "test_mock_faults.py", "test_deviations.py", "test_mutants.py"),
    *("test_expectation.py", "test_strength.py", "test_odd_requests.py", "test_update_impact.py"),
    *("test_precision.py", "test_careful_servers.py", "test_replay.py", "test_server_operations.py"),
)
# What is sent, what comes back, the mock server, and whether all files are there.
SOME = ("test_samples", "test_mock_providers", "test_mock_meets_library", "test_folders")


@dataclass(frozen=True)
class Fourth:
    """The copy, filled in, how it was before anything was laid out in it, and what names were undefined in it then."""

    root: Path
    before: dict[str, str]
    holes: str
    lines: dict[str, dict[str, int]]
    """Those that are written by hand: for what, and in which file."""


OTHERS = ("get", "delete", "list", "heron-get")


@pytest.fixture(scope="module")
def fourth(tmp_path_factory: pytest.TempPathFactory) -> Fourth:
    root = project.copy(tmp_path_factory.mktemp("fourth") / "project")
    before = project.hashes(root)
    for name, page in (NEW | MORE).items():
        address = f"https://{name.lower()}.example/page"
        command = ("provider", name, "--page", str(HERE / page), "--address", address)
        assert main([*command, "--root", str(root)]) == 0
    holes = project.run(root, "ruff", "check", "--isolated", "--select", "F821", *ADAPTERS).stdout
    lines = {what: project.fill_in(root, what) for what in (*ALL_NEW, *OTHERS)}
    generated = project.run(root, "pipeline", "generate")
    assert generated.returncode == 0, generated.stderr
    return Fourth(root, before, holes, lines)


def types(root: Path) -> str:
    """What mypy says of the adapters."""
    return project.run(root, "mypy", "--strict", "--follow-imports=silent", *ADAPTERS).stdout


def told_in(page: str) -> str:
    return (ROOT / "docs" / "maintaining" / f"{page}.md").read_text("utf-8")


@pytest.mark.parametrize("key", ALL_NEW)
def test_a_provider_takes_as_many_lines_by_hand_as_its_page_says(fourth: Fourth, key: str) -> None:
    lines = list(fourth.lines[key].values())
    told = [*([] if f"specs/{key}/overlay.yaml" in fourth.lines[key] else [0]), *lines, sum(lines)]
    assert f"| {key.title()} | {' | '.join(map(str, told))} |" in told_in("new-provider")


@pytest.mark.parametrize(("what", "row"), [("get", "`get`"), ("delete", "`delete`"), ("heron-get", "`get`, of Heron")])
def test_one_more_operation_takes_few_lines_by_hand_in_few_files(fourth: Fourth, what: str, row: str) -> None:
    lines = fourth.lines[what]
    assert sum(lines.values()) <= 45
    assert len(lines) <= 4
    assert f"| {row} | {' | '.join(map(str, [*lines.values(), 0][:2]))} |" in told_in("new-operation")


@pytest.mark.long
def test_an_adapter_has_undefined_names_until_it_is_filled_in_and_right_types_then(fourth: Fourth) -> None:
    for adapter in ADAPTERS:
        assert re.search(f"Undefined name `FILL_IN`\n +--> {adapter}:", fourth.holes)
    assert types(fourth.root).startswith("Success")


def test_no_file_that_is_written_by_hand_changes_but_between_the_marks_of_generated_parts(fourth: Fourth) -> None:
    after = project.hashes(fourth.root)
    changed = sorted(name for name, before in fourth.before.items() if after.get(name) != before)
    package = [f"wrapper/audiences/{name}.py" for name in ("__init__", "aio", "fields")]
    assert changed == ["README.md", *package]
    for name in changed:
        assert by_hand(fourth.root / name) == by_hand(ROOT / name)


def by_hand(file: Path) -> list[str]:
    """The lines that stand outside generated parts."""
    kept, generated = [], False
    for line in file.read_text("utf-8").splitlines():
        generated = (generated or "written by make generate" in line) and "providers: end" not in line
        kept += [] if generated else [line]
    return kept


@pytest.mark.parametrize(
    ("files", "profile", "least"),
    [(SOME, "few", 15), long((), "suite", 200)],
    ids=["some", "all"],
)
def test_every_contract_test_is_there_for_it_and_passes(
    fourth: Fourth, tmp_path: Path, files: tuple[str, ...], profile: str, least: int
) -> None:
    names = tmp_path / "collected"
    done = project.run(
        fourth.root, "pytest", "-q", "-rs", "-p", "fourth.collected", "-p", "no:cacheprovider",
        f"--hypothesis-profile={profile}",
        # Which mutants no check can notice is found out provider by provider.
        "-k", " or ".join([*ALL_NEW, "test_folders"]), "--ignore=contract_tests/test_mutants.py",
        *(f"contract_tests/{file}.py" for file in files),
        COLLECTED=str(names),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed
    assert int(passed[1]) > least
    assert not re.search(r"^SKIPPED(?!.* make browser`)", done.stdout.replace("`make", " make"), re.M)
    assert without(names.read_text("utf-8").splitlines()) == []


def without(names: list[str]) -> list[str]:
    """The tests that run for all providers but a new one."""
    found: dict[str, set[str]] = {}
    for name in names:
        test, _, parameters = name.partition("[")
        if any(file in test for file in OF_SOME_PROVIDERS):
            continue
        words = re.split(r"[^a-z_]+", parameters)
        found.setdefault(test, set()).update({*KEYS, *KEYS_OF_NEW} & {*words})
    # A document that stands alone has no samples.
    alone = {test for test in found if "sample" in test or "_page_" in test}
    return [
        test
        for test, keys in found.items()
        if keys >= {*KEYS} and not keys >= ({KEY} if test in alone else {*KEYS_OF_NEW})
    ]


def test_an_array_goes_out_as_its_parameter_says_and_the_checker_reads_it(fourth: Fourth) -> None:
    assert project.run(fourth.root, "fourth.arrays").stdout.splitlines() == [
        "/eu/v2/groups?fields=id&fields=name []",
        "/api/audiences/au%2F1?fields=kind,name []",
        "/api/audiences/au%2F1?fields=other ['query fields']",
    ]


def test_an_id_of_the_callers_choice_goes_into_the_path_as_the_spec_allows(fourth: Fourth) -> None:
    door = "Kittiwake: provider_fields['kittiwake']['segmentId']"
    assert project.run(fourth.root, "fourth.putting").stdout.splitlines() == [
        "/segments/spring-1 spring-1",
        f"{door} (string of 3 characters): does not match ^[a-z0-9-]{{1,40}}$",
        f"{door} (int): is not of type string",
        *[f"{door} (string of 0 characters): is a part of the URL, and must be there"] * 2,
    ]


def test_what_is_laid_out_and_filled_in_has_the_style_of_the_project(fourth: Fourth) -> None:
    files = [*fourth.lines[PUTTING]]
    config = str(ROOT / "pyproject.toml")
    assert project.run(fourth.root, "ruff", "check", "--config", config, "--quiet", *files).stdout == ""


@pytest.mark.parametrize(("requests", "keys"), [(60, ALL_NEW[-3:]), long(300, ALL_NEW)])
def test_the_judge_of_servers_finds_nothing_wrong_with_a_mock(fourth: Fourth, requests: int, keys: list[str]) -> None:
    said = project.run(fourth.root, "fourth.judge", str(requests), *keys).stdout
    assert said.splitlines() == ["kept"] * len(keys)


@pytest.mark.long
def test_the_judge_of_servers_looks_at_what_is_addressed_by_an_id(fourth: Fourth) -> None:
    mock = fourth.root / "contract_tests" / "audience_contract" / "providers" / f"{KEY}.py"
    right = mock.read_text("utf-8")
    refuses = "\n    def deletesegment(self, call):\n        return self.error(call.operation, 400)\n"
    other = """
    operations = {
        "viewSegment": Facts(Effect.READS, echoes={"/ref": "segment-ref"}, linked={"segment-ref": "/segment/ref"}),
    }

    def viewsegment(self, call):
        answer = self.otherwise(call)
        value = {**json.loads(answer.body), "ref": "another"}
        return answer if answer.status > 200 else Response(200, answer.headers, json.dumps(value).encode())
"""
    imports = "\nimport json\nfrom ..facts import Effect, Facts\nfrom"
    wrong = right.replace("\n\nPROVIDER", f"{refuses}{other}\n\nPROVIDER")
    mock.write_text(wrong.replace("\nfrom", imports, 1), "utf-8")
    found = project.run(fourth.root, "fourth.judge", "60", KEY).stdout
    mock.write_text(right, "utf-8")
    assert ": case.accepted: " in found
    assert ": run.echo: " in found


def test_a_provider_is_laid_out_once(fourth: Fourth, capsys: pytest.CaptureFixture[str]) -> None:
    before = project.hashes(fourth.root)
    assert main(["provider", NAME, "--page", str(PAGE), "--root", str(fourth.root)]) == 1
    assert f"specs{os.sep}{KEY}: is there already" in capsys.readouterr().err
    assert project.hashes(fourth.root) == before


HOSTILE = 'x" + SystemExit() + "'
HOSTILE_LINES = 'x"""\n\nSystemExit()\n"""'


_CREATE = ("paths", "/segments", "post")
_BODY = (*_CREATE, "requestBody", "content", "application/json", "schema", "properties")
_ANSWER = (*_CREATE, "responses", "201", "content", "application/json", "schema", "properties")


@pytest.mark.parametrize(
    "updates",
    [
        [
            (_CREATE, {"tags": [HOSTILE], "summary": HOSTILE_LINES, "description": HOSTILE_LINES}),
            (_BODY, {HOSTILE: {"type": "string", "enum": [HOSTILE]}, "title": {"type": "string", "example": HOSTILE}}),
            (_BODY, {"a" * 200: {"type": "string"}}),
            (_ANSWER, {HOSTILE: {"type": "string", "example": HOSTILE}}),
            (("components", "schemas", "Problem", "properties"), {HOSTILE: {"type": "string"}}),
            (("info",), {"title": HOSTILE, "version": HOSTILE}),
            (("servers", 0), {"url": f"https://a.example/{HOSTILE}"}),
        ],
        long([(_CREATE, {"operationId": HOSTILE}), (("info",), {"title": HOSTILE_LINES})]),
        long([(_CREATE, {"operationId": HOSTILE_LINES}), (("info",), {"title": HOSTILE_LINES})]),
        long([(("components", "securitySchemes"), {"key": {"type": "apiKey", "in": "header", "name": HOSTILE}})]),
        long([(("servers", 0), {"url": "https://{a b}.example", "variables": {"a b": {"default": "x"}}})]),
    ],
    ids=["words", "operation", "lines", "header", "variable"],
)
def test_no_name_of_a_page_becomes_code(tmp_path: Path, updates: list[tuple[tuple[Any, ...], dict[str, Any]]]) -> None:
    spec, root, page = json.loads(spec_of(PAGE.read_text("utf-8"))), tmp_path / "project", tmp_path / "page.json"
    for place, update in updates:
        reduce(getitem, place, spec).update(update)
    page.write_text(json.dumps(spec), "utf-8")
    if main(["provider", NAME, "--page", str(page), "--root", str(root)]):
        assert not root.exists()
    else:
        assert len(updates) > 1
    for file in root.rglob("*.py"):
        called = {node.id for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Name)}
        assert "SystemExit" not in called


def test_a_page_in_html_with_a_spec_in_yaml_is_laid_out_as_well(tmp_path: Path) -> None:
    spec = small_project.as_yaml(json.loads(spec_of(PAGE.read_text("utf-8"))))
    page = tmp_path / "page.html"
    page.write_bytes(f"\ufeff<!doctype html><h1>Lists</h1><pre>{html.escape(spec)}</pre>".encode())
    root = tmp_path / "project"
    assert main(["provider", NAME, "--page", str(page), "--root", str(root)]) == 0
    assert (root / "specs" / KEY / "openapi.yaml").read_text("utf-8") == spec.rstrip("\n")
    assert (root / ADAPTER).is_file()


def test_a_parameter_in_the_path_is_left_to_hands_and_a_second_key_is_a_setting_called_as_its_header(
    tmp_path: Path,
) -> None:
    command = ["provider", "Kestrel", "--page", str(HERE / "kestrel.yaml"), "--root", str(tmp_path)]
    assert main(command) == 0
    adapter = (tmp_path / "wrapper/audiences/providers/kestrel.py").read_text("utf-8")
    assert "workspace_id=FILL_IN" in adapter
    assert '"X-Api-Key": values.secrets["api_key"],' in adapter
    assert '"X-Org": values.secrets["x_org"],' in adapter


def test_of_a_large_document_only_the_operations_that_are_named_are_judged_and_an_overlay_decides_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = json.loads(spec_of(PAGE.read_text("utf-8")))
    spec["paths"] = {"/first": {"post": {"operationId": "first", "responses": {"999": 1}}}, **spec["paths"]}
    reduce(getitem, _BODY, spec)["note"]["not"] = {"enum": ["x"]}
    page, root, overlay = tmp_path / "page.json", tmp_path / "project", tmp_path / "decided.yaml"
    page.write_text(json.dumps(spec), "utf-8")
    command = ["provider", NAME, "--page", str(page), "--root", str(root)]
    assert main(command) == 1
    assert "/paths/~1first/post/responses" in capsys.readouterr().err
    command += ["--operation", "createSegment"]
    assert main(command) == 1
    assert "/properties/note/not: nothing here judges" in capsys.readouterr().err
    target = "$.paths['/segments'].post.requestBody.content['application/json'].schema.properties.note.not"
    action = f'{{target: "{target}", description: Ours., x-evidence: [{{source: another page}}], remove: true}}'
    overlay.write_text(f"overlay: 1.0.0\ninfo: {{}}\nactions: [{action}]\n", "utf-8")
    assert main([*command, "--overlay", str(overlay)]) == 0
    assert (root / "specs" / KEY / "overlay.yaml").read_bytes() == overlay.read_bytes()
    assert [*json.loads((root / f"generated/audience_clients/{KEY}/openapi.json").read_text("utf-8"))["paths"]] == [
        "/segments"
    ]
    assert 'operations = ["createSegment"]' in (root / "specs" / KEY / "SOURCE.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "page", "said"),
    [
        ("acme corp", "page.md", "a provider's name is that of its class"),
        long("Acme", "none.md", "none.md"),
        long("Acme", "page.md", "found 0"),
        long("Acme", "patch.md", "no POST or PUT with a JSON body"),
        long("Acme", "open.md", "no credential is documented"),
        long("Acme", "bare.md", "/servers: there are none"),
        long("Acme", "list.md", "a body that is no object with properties"),
        long("Acme", "either.md", "a body that is no object with properties"),
        ("Acme", "enums.md", "properties/b/enum: not each|properties/c/multipleOf"),
    ],
)
def test_what_cannot_be_laid_out_is_refused_and_leaves_nothing_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, page: str, said: str
) -> None:
    (tmp_path / "page.md").write_text("# Words\n", "utf-8")
    text = PAGE.read_text("utf-8")
    (tmp_path / "patch.md").write_text(text.replace('"post": {', '"patch": {'), "utf-8")
    (tmp_path / "open.md").write_text(text.replace('"security":', '"x-security":'), "utf-8")
    (tmp_path / "bare.md").write_text(text.replace('"servers"', '"x-servers"'), "utf-8")
    strings = {"type": "string", "enum": ["a-b", "a_b"]}
    bodies: dict[str, dict[str, Any]] = {
        "list": {"type": "array", "items": {"type": "string"}},
        "either": {"oneOf": [{"type": "object", "properties": {"a": {"type": "string"}}}, {"type": "object"}]},
        "enums": {
            "type": "object",
            "properties": {"a": strings, "b": strings, "c": {"type": "number", "multipleOf": 2}},
        },
    }
    for file, schema in bodies.items():
        spec = json.loads(spec_of(text))
        reduce(getitem, _BODY[:-1], spec).clear()
        reduce(getitem, _BODY[:-1], spec).update(schema)
        (tmp_path / f"{file}.md").write_text(json.dumps(spec), "utf-8")
    root = tmp_path / "project"
    root.mkdir()
    assert main(["provider", name, "--page", str(tmp_path / page), "--root", str(root)]) == 1
    error = capsys.readouterr().err
    assert [each for each in said.split("|") if each not in error] == []
    assert list(root.iterdir()) == []


@pytest.mark.long
def test_a_put_that_creates_and_answers_with_a_location_alone_is_laid_out_as_well(tmp_path: Path) -> None:
    spec = json.loads(spec_of(PAGE.read_text("utf-8")))
    operation = spec["paths"]["/segments"].pop("post")
    spec["paths"]["/fan-Clubs/{externalId}"] = {"put": operation}
    where = {"Location": {"schema": {"type": "string", "format": "uri"}}}
    operation["responses"]["201"] = {"description": "Made.", "headers": where}
    operation["parameters"] = [{"name": "externalId", "in": "path", "required": True, "schema": {"type": "string"}}]
    operation["deprecated"] = True
    reduce(getitem, ("requestBody", "content", "application/json", "schema", "properties"), operation)["größe"] = {}
    page = tmp_path / "page.json"
    page.write_text(json.dumps(spec), "utf-8")
    assert main(["provider", NAME, "--page", str(page), "--root", str(tmp_path / "project")]) == 0
    adapter = (tmp_path / "project" / ADAPTER).read_text("utf-8")
    assert 'external_id=draft.body["externalId"]' in adapter
    assert 'in_path=("externalId",)' in adapter
    assert 'größe=draft.body.get("größe", UNSET)' in adapter
