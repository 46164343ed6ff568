"""Updates of a small project in git: what each comes to, and that a failure anywhere changes nothing."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import small_project
import updating
from long import long
from pipeline.__main__ import main
from pipeline.documents import fingerprint, read
from pipeline.folders import providers
from pipeline.update.result import Code, Result, code_of
from pipeline.update.run import update
from raw_server import RawServer, http
from small_project import Json, answer, changed, operation
from updating import OVERLAY, publish, updated


def status(root: Path) -> str:
    return updating.git(root, "status", "--porcelain", "--untracked-files=all")


def unchanged(root: Path, result: Result, code: Code, said: str) -> None:
    """A failed update: its code, its sentence, and that neither git nor the folder for copies has anything of it."""
    assert result.code == code
    told = "\n".join([result.error, *(line for check in result.checks for line in check.said)])
    assert said in told
    # Files are named as they are in the tree, wherever that is.
    assert "stage-" not in told
    assert not told.startswith(str(root))
    assert result.written == ()
    assert status(root) == ""
    assert [path.name for path in (root / "build" / "update").iterdir() if path.name not in ("mypy", "tests.log")] == []


def test_nothing_new_ends_at_once_with_0_and_touches_no_file(project: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    result = updated(project)
    assert (result.code, result.checks, result.written) == (Code.NOTHING, [], ())
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*")} == before


def rename_answer(spec: Json) -> None:
    answer(spec)["properties"] = {"number": {"type": "string"}}


def one_more_operation(spec: Json) -> None:
    answer = {"204": {"description": "Gone."}}
    named = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    spec["paths"]["/lists/{id}"] = {"delete": {"operationId": "drop_list", "parameters": [named], "responses": answer}}


def narrowed(spec: Json) -> None:
    body = operation(spec)["requestBody"]["content"]["application/json"]["schema"]
    body["properties"]["name"].update(type="string", maxLength=9)


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (one_more_operation, Code.COMPATIBLE, "DELETE /lists/{id} is added"),
        long(
            lambda s: s.update(servers=[{"url": "https://acme.example/v2"}]),
            Code.BREAKING,
            "now: https://acme.example/v2",
        ),
    ],
    ids=["one more operation", "another server"],
)
def test_a_page_that_has_changed_is_taken_whole_with_each_change_in_its_class(
    project: Path, change: Callable[[Json], object], code: Code, said: str
) -> None:
    spec = changed(change)
    publish(project, spec)
    result = updated(project)
    assert (result.error, result.code) == ("", code)
    assert said in " ".join(change.sentence for change in result.reports[0].changes if code_of(change) == code)
    assert sorted(status(project).split()[1::2]) == sorted(result.written)
    assert read(project / "specs" / "acme" / "openapi.json") == spec
    source = (project / "specs" / "acme" / "SOURCE.toml").read_text("utf-8")
    assert source.startswith("# Kept.\n")
    assert f"vendored = {updating.DATE}" in source
    assert main(["drift", "--root", str(project), "--pages", str(project / "pages")]) == 0
    assert updated(project).code == Code.NOTHING


def test_other_prose_around_the_same_spec_is_documentation(project: Path) -> None:
    page = project / "pages" / "acme.md"
    page.write_text(page.read_text("utf-8").replace("Words.", "Other words."), "utf-8")
    assert updated(project).code == Code.DOCUMENTATION
    assert status(project).split() == ["M", "specs/acme/SOURCE.toml"]


def test_a_sample_that_is_another_is_named_with_its_file(project: Path) -> None:
    page = project / "pages" / "acme.md"
    page.write_text(f'{page.read_text("utf-8")}\n```json Response\n{{"id": "9"}}\n```\n', "utf-8")
    result = updated(project)
    (change,) = result.reports[0].changes
    assert (result.error, result.code) == ("", Code.DOCUMENTATION)
    assert change.sentence == "other samples in specs/acme/samples/create.json"


@pytest.mark.long
def test_where_the_overlay_leaves_no_valid_spec_what_the_page_itself_changes_is_named_all_the_same(
    project: Path,
) -> None:
    overlay = project / "specs" / "acme" / "overlay.yaml"
    overlay.write_text(overlay.read_text("utf-8").replace("{ summary: Make a list }", "{ deprecated: [] }"), "utf-8")
    publish(project, changed(narrowed))
    result = updated(project)
    assert "overlay.yaml, applied: /paths" in result.error
    assert "name: maxLength 9 is added" in result.reports[0].changes[0].sentence


def test_each_test_that_breaks_and_each_of_the_old_pages_words_is_named_and_nothing_changes(project: Path) -> None:
    tests = project / "contract_tests"
    text = (tests / "test_samples.py").read_text("utf-8").replace("version_1", "version_1_here_too")
    (tests / "test_other.py").write_text(text, "utf-8")
    updating.commit(project)

    def other_version(spec: Json) -> None:
        rename_answer(spec)
        spec["info"]["version"] = "2"

    publish(project, changed(other_version))
    result = updated(project, tests=True)
    unchanged(project, result, Code.UNFIT, "test_samples.py::test_an_answer_has_an_id")
    assert result.reports[0].version == ("1", "2")
    assert [test.partition(" - ")[0] for test in result.outdated] == [
        "contract_tests/test_other.py::test_the_page_says_version_1_here_too",
        "contract_tests/test_samples.py::test_the_page_says_version_1",
    ]


def test_a_spec_that_turns_to_yaml_replaces_the_json_file(project: Path) -> None:
    publish(
        project,
        "openapi: 3.1.0\n"
        + "\n".join(f"{k}: {json.dumps(v)}" for k, v in small_project.SPEC.items() if k != "openapi"),
    )
    result = updated(project)
    assert (result.error, result.code) == ("", Code.DOCUMENTATION)
    assert not (project / "specs" / "acme" / "openapi.json").exists()
    assert read(project / "specs" / "acme" / "openapi.yaml") == small_project.SPEC
    assert main(["drift", "--root", str(project)]) == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        long(lambda s: operation(s).update(summary="Make a list"), "the upstream spec has been corrected; remove the"),
        (lambda s: s["paths"].update({"/l": s["paths"].pop("/lists")}), "the target matches nothing"),
        long(
            lambda s: operation(s).update(summary="Make"),
            "/post/summary is in the upstream spec by now; review",
        ),
        long(lambda s: answer(s).update({"not": {}}), "specs/acme/openapi.json: /paths/"),
        long(lambda s: answer(s)["properties"]["id"].update(pattern="["), "pattern"),
        long(
            lambda s: answer(s)["properties"]["id"].update(example="\ud800"),
            "surrogates not allowed",
        ),
        long(lambda s: s["info"].pop("version"), "/info/version: the spec's version is None"),
        long(lambda s: s.update(openapi="9.9"), "'9.9' is not a version among"),
        (lambda s: answer(s)["properties"]["id"].update(type="array"), "the client generator complains"),
    ],
)
def test_a_spec_that_cannot_be_used_changes_nothing_and_is_named(
    project: Path, change: Callable[[Json], object], said: str
) -> None:
    publish(project, changed(change))
    unchanged(project, updated(project), Code.FAILED, said)


def overlaid(project: Path, more: str) -> None:
    """Add actions to the overlay, and commit what that generates."""
    overlay = project / "specs" / "acme" / "overlay.yaml"
    overlay.write_text(overlay.read_text("utf-8") + more, "utf-8")
    assert main(["generate", "--root", str(project)]) == 0
    updating.commit(project)


def test_an_overlay_action_that_fails_is_named_with_its_reason_beside_all_others(project: Path) -> None:
    more = (
        "  - target: $.info\n    description: Second.\n    x-evidence: [{ source: a }]\n    update: { title: Lists }\n"
    )
    overlaid(project, more)

    def fixed(spec: Json) -> None:
        operation(spec).update(summary="Make a list")
        spec["info"]["title"] = "Lists"

    publish(project, changed(fixed))
    result = updated(project)
    unchanged(project, result, Code.FAILED, "specs/acme/overlay.yaml:4: action 0, 'The page says it in words.': ")
    assert "specs/acme/overlay.yaml:8: action 1, 'Second.': the action changes nothing" in result.error
    assert result.error.count("remove the action") == 2


@pytest.mark.long
def test_beside_what_stands_against_a_page_each_line_and_test_that_it_breaks_is_named(project: Path) -> None:
    """Of two kinds at once: an action whose evidence is another, and a keyword that nothing judges."""

    def other(spec: Json) -> None:
        rename_answer(spec)
        operation(spec)["summary"] = "Make"
        body = operation(spec)["requestBody"]["content"]["application/json"]["schema"]
        body["properties"] = {"label": {"type": "string", "multipleOf": 2}}

    publish(project, changed(other))
    result = updated(project, tests=True)
    unchanged(project, result, Code.FAILED, "test_samples.py::test_an_answer_has_an_id")
    said = [line for check in result.checks for line in check.said]
    assert said[0].startswith('wrapper/audiences/providers/acme.py:9: error: Unexpected keyword argument "name"')
    assert [line.partition(" ")[0] for line in result.error.splitlines()] == [
        "specs/acme/overlay.yaml:4:",
        "specs/acme/openapi.json:",
    ]


@pytest.mark.long
def test_where_no_client_can_be_generated_the_tests_run_with_the_old_one(project: Path) -> None:
    def other(spec: Json) -> None:
        content = operation(spec)["requestBody"]["content"]
        content["application/x-ndjson"] = content.pop("application/json")

    publish(project, changed(other))
    result = updated(project, tests=True)
    unchanged(project, result, Code.FAILED, "nothing here judges the media type 'application/x-ndjson'")
    assert "the client generator complains" in result.error
    assert [(check.name, check.said) for check in result.checks if check.name.startswith("tests")] == [("tests", ())]


@pytest.mark.long
def test_an_answer_that_the_overlay_requires_and_the_page_no_longer_describes_breaks_its_readers(project: Path) -> None:
    more = (
        "  - target: $.paths['/lists'].post.responses['200'].content['application/json'].schema\n"
        "    description: Every answer has it.\n    x-evidence: [{ source: a }]\n    update: { required: [id] }\n"
    )
    overlaid(project, more)
    publish(project, changed(lambda s: answer(s).update(properties={"size": {"type": "integer"}})))
    result = update(project, list(providers(project)), updating.DATE, tests=False, keep=False)
    unchanged(project, result, Code.FAILED, "it requires 'id', which the upstream spec does not describe")
    (change,) = [change for change in result.reports[0].changes if change.kind.startswith("breaking")]
    assert change.kind == "breaking-reader"


def _moved(spec: Json) -> None:
    spec["paths"]["/l"] = spec["paths"].pop("/lists")


_WORDS = "/description, sha256: {}"
_SAYS, _SAID = (_WORDS.format(fingerprint(text)) for text in ("Other.", "Names are lower case."))


@pytest.mark.parametrize(
    ("change", "overlay", "corrected"),
    [
        # What the action adds is there by now; its target is elsewhere; the words that it rests on are others.
        (lambda s: operation(s).update(summary="Make"), OVERLAY, OVERLAY.replace("summary", "x-summary")),
        long(_moved, OVERLAY, OVERLAY.replace("lists", "l")),
        long(
            lambda s: operation(s).update(description="Other."),
            OVERLAY.replace("/summary, absent: true", _SAID),
            OVERLAY.replace("/summary, absent: true", _SAYS),
        ),
    ],
)
def test_an_overlay_that_was_corrected_for_the_new_page_lets_the_update_pass(
    project: Path, change: Callable[[Json], object], overlay: str, corrected: str
) -> None:
    file = project / "specs" / "acme" / "overlay.yaml"
    file.write_text(overlay, "utf-8")
    assert main(["generate", "--root", str(project)]) == 0
    updating.commit(project)
    publish(project, changed(change))
    unchanged(project, updated(project), Code.FAILED, ": action 0, ")
    file.write_text(corrected, "utf-8")
    assert updated(project).error == ""
    assert main(["drift", "--root", str(project)]) == 0


@pytest.mark.long
def test_what_a_corrected_overlay_changes_is_compared_with_the_effective_spec_that_was_committed(project: Path) -> None:
    overlay = project / "specs" / "acme" / "overlay.yaml"
    publish(project, changed(lambda s: operation(s).update(description="Other.")))
    overlay.write_text(overlay.read_text("utf-8").replace("{ summary: Make a list }", "{ deprecated: true }"), "utf-8")
    sentences = [change.sentence for change in updated(project).reports[0].changes]
    assert "deprecated true is added" in sentences[0]
    assert 'summary "Make a list" is removed' in sentences[0]


def test_an_adapter_that_does_not_fit_the_new_types_is_40_and_changes_nothing(project: Path) -> None:
    body = operation(small_project.SPEC)["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert list(body) == ["name"]
    spec = json.loads(json.dumps(small_project.SPEC).replace('"name"', '"label"'))
    publish(project, spec)
    result = updated(project)
    unchanged(
        project, result, Code.UNFIT, 'wrapper/audiences/providers/acme.py:9: error: Unexpected keyword argument "name"'
    )
    touched = {(use.file, use.line, use.word) for use in result.reports[0].impact}
    assert ("wrapper/audiences/providers/acme.py", 9, "name") in touched
    assert {file for file, *_ in touched} == {"wrapper/audiences/providers/acme.py"}
    kept = updated(project, keep=True)
    assert kept.code == Code.UNFIT
    assert read(project / "specs" / "acme" / "openapi.json") == spec
    assert main(["drift", "--root", str(project)]) == 0


def test_an_adapter_that_can_no_longer_be_imported_is_40_and_changes_nothing(project: Path) -> None:
    publish(project, changed(lambda s: operation(s).update(operationId="build_list")))
    result = updated(project)
    unchanged(project, result, Code.UNFIT, "ImportError: cannot import name 'MakeListBody'")
    assert "wrapper/audiences/providers/acme.py:5: error: " in result.checks[-1].said[0]
    # No test runs then, and those that break are told by what they import.
    (project / "contract_tests" / "test_adapter.py").write_text("from audiences import aio\n", "utf-8")
    assert updated(project, tests=True).checks[-1].said == ("contract_tests/test_adapter.py imports the wrapper",)


def test_a_file_that_cannot_be_put_in_place_takes_back_all_that_were(project: Path) -> None:
    publish(project, changed(lambda s: answer(s)["properties"].update(kind={"type": "string", "enum": ["a", "b"]})))
    (project / "generated/audience_clients/acme/models/make_list_response_200_kind.py/__pycache__").mkdir(parents=True)
    result = updated(project)
    assert "make_list_response_200_kind.py" in result.error
    shutil.rmtree(project / "generated/audience_clients/acme/models/make_list_response_200_kind.py", ignore_errors=True)
    unchanged(project, result, Code.FAILED, "Is a directory")


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        long(http(404, b"gone"), "the answer is 404"),
        (http(200, b"<h1>Page not found</h1>", "text/html"), "(text/html): expected one OpenAPI document"),
        long(http(200, b"a" * (9 * 1024**2), "text/html"), "more than 8 MiB"),
    ],
)
def test_a_server_that_has_no_such_page_changes_nothing(project: Path, raw: RawServer, reply: bytes, said: str) -> None:
    updating.address(project, f"{raw.url}/lists.md")
    updating.commit(project)
    raw.answers = [reply]
    unchanged(project, updated(project), Code.FAILED, said)


def test_what_has_changed_at_one_provider_is_named_though_the_page_of_another_is_gone(project: Path) -> None:
    publish(project, changed(narrowed))
    small_project.write(project, key="birch")
    source = project / "specs" / "birch" / "SOURCE.toml"
    source.write_text(source.read_text("utf-8").replace("https://acme.example", "file:///nowhere"), "utf-8")
    result = updated(project)
    assert result.error == "/nowhere/lists.md: No such file or directory"
    (report,) = result.reports
    assert (report.key, report.code, result.written) == ("acme", Code.BREAKING, ())


def test_an_edited_spec_is_no_base_for_an_update(project: Path) -> None:
    with (project / "specs" / "acme" / "openapi.json").open("a") as file:
        file.write("\n")
    result = updated(project)
    assert (result.code, "corrections belong in overlay.yaml" in result.error) == (Code.FAILED, True)
