"""The providers' pages, older and newer than they are vendored, in our own words at a server on this machine."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fourth import project
from long import long
from pipeline.__main__ import main
from pipeline.documents import read
from pipeline.update.claims import claims_of
from pipeline.update.result import Code
from raw_server import RawServer, http


def _batch_newer(spec: dict[str, Any]) -> None:
    spec["paths"]["/audiences/create"]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"][
        "note"
    ] = {"type": "string"}


def _batch_older(spec: dict[str, Any]) -> None:
    properties = spec["paths"]["/audiences/create"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    properties["properties"]["type"]["enum"] = ["custom_ids"]


def _commbox_newer(spec: dict[str, Any]) -> None:
    answer = spec["paths"]["/audiences"]["post"]["responses"]["201"]["content"]["application/json"]["schema"]
    answer["properties"]["user_count"] = {"type": "integer"}


def _commbox_older(spec: dict[str, Any]) -> None:
    del spec["paths"]["/audiences"]["post"]["responses"]["429"]
    spec["info"]["version"] = "2.06"


PAGES = Path(__file__).parent / "pages"


def _adobe_newer(page: str) -> str:
    """As in the revision that has the caller's own id in the request, and Adobe's in the answer."""
    page = page.replace("adobe.io/core/ais", "adobe.io/data/core/ais").replace('"description" ', '"description": ')
    page = page.replace('"originName": "till"', '"originName": "till",\n    "audienceId": "a1"')
    return page.replace('"name": "spring",\n    "audienceId"', '"id": "i1",\n    "name": "spring",\n    "audienceId"')


def _adobe_older(page: str) -> str:
    return page.replace("version=2", "version=1")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project.copy(tmp_path_factory.mktemp("update") / "project")


# In this order: each begins with what those before have left.
@pytest.mark.parametrize(
    ("key", "change", "code"),
    [
        long("commbox", _commbox_newer, Code.COMPATIBLE),
        long("commbox", _commbox_older, Code.COMPATIBLE),
        long("batch", _batch_newer, Code.COMPATIBLE),
        long("batch", _batch_older, Code.BREAKING),
    ],
)
def test_an_older_or_newer_page_of_a_provider_ends_in_its_class(
    copy: Path, raw: RawServer, key: str, change: Callable[[dict[str, Any]], None], code: Code
) -> None:
    spec = json.loads((copy / "specs" / key / "openapi.json").read_text("utf-8"))
    change(spec)
    page = f"# Create an audience\n\nOur words.\n\n```json\n{json.dumps(spec, indent=1)}\n```\n"
    _update(copy, raw, key, page, code)
    assert json.loads((copy / "specs" / key / "openapi.json").read_text("utf-8")) == spec
    # What follows of the wrapper is brought along.
    assert ('Literal["custom_ids"]' in (copy / "wrapper/audiences/fields.py").read_text("utf-8")) == (
        change is _batch_older
    )


# In this order, as above. The page of our own claims what Adobe's does, in other words.
@pytest.mark.parametrize(
    ("change", "code", "lines"),
    [
        long(_adobe_newer, Code.BREAKING, {"- url", "post", "audienceId", "id"}),
        long(
            _adobe_older,
            Code.BREAKING,
            {"- url", "post", "audienceId", "id", "- name: Accept"},
        ),
    ],
)
def test_an_older_or_newer_page_without_a_spec_ends_in_its_class_and_names_the_lines_of_ours_that_it_touches(
    copy: Path, raw: RawServer, change: Callable[[str], str], code: Code, lines: set[str]
) -> None:
    page = change((PAGES / "adobe.md").read_text("utf-8"))
    spec = copy / "specs" / "adobe" / "openapi.yaml"
    before = spec.read_bytes()
    _update(copy, raw, "adobe", page, code)
    (report,) = json.loads((copy / "out" / "report.json").read_text("utf-8"))["providers"]
    touched = {line for claim in report["claims"] for line in claim["lines"]}
    text = spec.read_text("utf-8").splitlines()
    named = [text[int(line.removeprefix("specs/adobe/openapi.yaml:")) - 1].strip() for line in touched]
    assert {re.sub(r": (\{|https:).*|:$", "", line) for line in named} == lines
    assert read(copy / "specs" / "adobe" / "claims.json") == {"adobe-create-audience.md": claims_of(page)}
    assert spec.read_bytes() == before


def _update(copy: Path, raw: RawServer, key: str, page: str, code: Code) -> None:
    """Serve the page at the address that SOURCE.toml then names, and update from there."""
    raw.answer = http(200, page.encode(), "text/markdown; charset=utf-8")
    source = copy / "specs" / key / "SOURCE.toml"
    text = source.read_text("utf-8")
    # Of several pages the first; the others are as they are vendored, or nowhere.
    text = re.sub(r"(?m)^address = .*\n(?=sha256)", 'address = "file:///nowhere/page.md"\n', text)
    vendored = rf'address = "{source.parent.as_uri()}/\2"\n\1'
    text = re.sub(r'(?m)^address = .*\n(sha256 = "\w+"\ndocument = "(.+)")', vendored, text)
    here = f'address = "{raw.url}/{key}.md"\n'
    source.write_text(re.sub(r"(?m)^address = .*\n(?=sha256)", here, text, count=1), "utf-8")
    # In this process: to start another one for each takes a third of the time.
    assert main(["update", key, "--no-tests", "--root", str(copy), "--report", str(copy / "out")]) == code
