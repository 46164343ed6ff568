"""Updates where a document is reconstructed: it stays until its page is there, and then it is the published one."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

import small_project
import updating
from long import long
from pipeline.__main__ import main
from pipeline.documents import read
from pipeline.folders import RECONSTRUCTED
from pipeline.update import report
from pipeline.update.result import Code, code_of
from small_project import Json, as_yaml, changed
from updating import publish, updated

DOCUMENT = """
[[document]]
file = "rooms.json"
kind = "reconstructed"
licence = "none stated"
version = "1"
sha256 = "{}"
sources = ["https://acme.example/rooms, rendered"]
verbatim = ["/info"]
from_rendering = ["/paths"]
not_seen = ["operationId"]
confidence = "M"

[[page]]
file = "rooms.md"
address = "{}"
sha256 = ""
document = "rooms.json"
"""


def rooms(**operation: Any) -> Json:
    """A document of rooms alone."""

    def change(spec: Json) -> None:
        spec["paths"] = {"/rooms": spec["paths"].pop("/lists")}
        spec["paths"]["/rooms"]["post"].update({"operationId": "make_room", **operation})

    return changed(change)


@pytest.fixture
def page(project: Path) -> Path:
    """Where the page of the reconstructed document would be; the project has both documents, and is committed."""
    text, page = json.dumps(rooms()), project / "pages" / "rooms.md"
    folder = project / "specs" / "acme"
    (folder / "rooms.json").write_text(text, "utf-8")
    with (folder / "SOURCE.toml").open("a", encoding="utf-8") as source:
        source.write(DOCUMENT.format(small_project.sha256(text), page.as_uri()))
    assert main(["generate", "--root", str(project)]) == 0
    updating.commit(project)
    return page


def documents(project: Path) -> dict[str, Json]:
    source = tomllib.loads((project / "specs" / "acme" / "SOURCE.toml").read_text("utf-8"))
    return {document["file"]: document for document in source["document"]}


@pytest.mark.parametrize("said", [long(None), "# Not found"])
def test_while_its_page_is_not_there_what_was_reconstructed_stays_and_the_report_says_so(
    project: Path, page: Path, said: str | None
) -> None:
    if said:
        page.write_text(said, "utf-8")
    result = updated(project)
    assert (result.error, result.code, result.written) == ("", Code.NOTHING, ())
    assert f", what was reconstructed stays: `{page.as_uri()}`" in report.as_markdown(result)
    # The other page is followed all the same.
    publish(project, updating.documented())
    assert (updated(project).code, documents(project)["rooms.json"]["kind"]) == (Code.DOCUMENTATION, "reconstructed")


@pytest.mark.parametrize(("spell", "file"), [long(json.dumps, "rooms.json"), (as_yaml, "rooms.yaml")])
def test_once_its_page_is_there_the_document_is_the_published_one_and_the_report_says_so(
    project: Path, page: Path, spell: Any, file: str
) -> None:
    spec = rooms(operationId="build_room")
    page.write_text(f"# Rooms\n\n```\n{spell(spec)}\n```\n\n```json Response\n{{}}\n```\n", "utf-8")
    result = updated(project)
    assert (result.error, result.code) == ("", Code.COMPATIBLE)
    assert f"- fetched for the first time: `{page.as_uri()}`" in report.as_markdown(result)
    assert {path.name for path in (project / "specs" / "acme").iterdir() if "rooms" in path.name} == {file}
    assert read(project / "specs" / "acme" / file) == spec
    assert documents(project)[file].keys() == {"file", "kind", "licence", "version", "sha256"}
    assert documents(project)[file]["kind"] == "published"
    assert main(["drift", "--root", str(project), "--pages", str(project / "pages")]) == 0
    assert updated(project).code == Code.NOTHING


@pytest.mark.long
def test_a_sample_on_the_page_of_a_document_is_one_of_its_operation(project: Path, page: Path) -> None:
    answer = '# Response\n\n```json\n{"id": "9"}\n```\n'
    page.write_text(f"{answer}\n{small_project.page_of(json.dumps(rooms()))}", "utf-8")
    assert updated(project).error == ""
    samples = {file.stem: read(file) for file in (project / "specs" / "acme" / "samples").iterdir()}
    assert [sample["body"] for sample in samples["make_room"]] == ['{"id": "9"}', '{"id": "7"}']
    assert [sample["body"] for sample in samples["create"]] == ['{"id": "7"}']


def test_of_a_page_without_a_spec_each_changed_claim_is_named_with_the_line_of_our_spec_that_it_touches(
    project: Path, page: Path
) -> None:
    source = project / "specs" / "acme" / "SOURCE.toml"
    lines = source.read_text("utf-8").replace('"reconstructed"', '"authored"').splitlines(keepends=True)
    source.write_text("".join(line for line in lines if line.partition(" ")[0] not in RECONSTRUCTED), "utf-8")
    page.write_text("# Rooms\n\n```http\nPOST /rooms?dry=true\n```\n", "utf-8")
    result = updated(project)
    assert (result.error, result.code) == ("", Code.BREAKING)
    (said,) = [change for change in result.reports[0].claims if code_of(change) == Code.BREAKING]
    assert said.sentence.startswith("new claim: query dry (value true); in the spec, no such query")
    assert said.lines == ("specs/acme/rooms.json:1",)
    assert read(project / "specs" / "acme" / "claims.json")["rooms.md"][0]["kind"] == "operation"
    page.write_text("# Rooms\n\n```http\nPOST /rooms\n```\n", "utf-8")
    assert "claim gone: query dry" in updated(project).reports[0].claims[0].sentence


@pytest.mark.long
def test_a_page_of_a_published_document_is_there_among_downloaded_pages(
    project: Path, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page.write_text(small_project.page_of(json.dumps(rooms())), "utf-8")
    assert updated(project).error == ""
    page.unlink()
    assert main(["generate", "--root", str(project), "--pages", str(page.parent)]) == 1
    assert capsys.readouterr().err.endswith("rooms.md: No such file or directory\n")


def test_a_page_that_disagrees_with_another_document_changes_nothing_and_both_are_named(
    project: Path, page: Path
) -> None:
    page.write_text(small_project.page_of(json.dumps(rooms() | {"info": {"title": "Other", "version": "1"}})), "utf-8")
    result = updated(project)
    assert (result.code, result.written) == (Code.FAILED, ())
    assert 'specs/acme: /info/title: the documents disagree ("Acme" in openapi; "Other" in rooms)' in result.error
    # Until that is decided, what has changed is tried.
    assert [check.said for check in result.checks] == [(), (), ()]
    assert '"Acme" → "Other"' in result.reports[0].changes[0].sentence
