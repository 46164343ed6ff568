"""The providers' own specs, older and newer than they are vendored, on pages of our own at a server on this machine."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fourth import project
from pipeline.update.result import Code
from raw_server import RawServer, http


def _batch_newer(spec: dict[str, Any]) -> None:
    spec["paths"]["/audiences/create"]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"][
        "note"
    ] = {"type": "string"}


def _batch_older(spec: dict[str, Any]) -> None:
    properties = spec["paths"]["/audiences/create"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    properties["properties"]["type"]["enum"] = ["custom_ids"]
    spec["info"]["version"] = "2.2"


def _commbox_newer(spec: dict[str, Any]) -> None:
    answer = spec["paths"]["/audiences"]["post"]["responses"]["201"]["content"]["application/json"]["schema"]
    answer["properties"]["user_count"] = {"type": "integer"}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project.copy(tmp_path_factory.mktemp("update") / "project")


# In this order: each begins with what the one before has left.
@pytest.mark.parametrize(
    ("key", "change", "code"),
    [
        ("commbox", _commbox_newer, Code.COMPATIBLE),
        ("batch", _batch_newer, Code.COMPATIBLE),
        ("batch", _batch_older, Code.BREAKING),
    ],
)
def test_an_older_or_newer_page_of_a_provider_ends_in_its_class(
    copy: Path, raw: RawServer, key: str, change: Callable[[dict[str, Any]], None], code: Code
) -> None:
    spec = json.loads((copy / "specs" / key / "openapi.json").read_text("utf-8"))
    change(spec)
    page = f"# Create an audience\n\nOur words.\n\n```json\n{json.dumps(spec, indent=1)}\n```\n"
    raw.answer = http(200, page.encode(), "text/markdown; charset=utf-8")
    source = copy / "specs" / key / "SOURCE.toml"
    text = source.read_text("utf-8")
    here = f'address = "{raw.url}/{key}.md"\n'
    source.write_text(re.sub(r"(?m)^address = .*\n(?=sha256)", here, text, count=1), "utf-8")
    done = project.run(copy, "pipeline", "update", key, "--no-tests", "--root", str(copy))
    assert (done.returncode, done.stderr) == (code, ""), done.stdout
    assert json.loads((copy / "specs" / key / "openapi.json").read_text("utf-8")) == spec
