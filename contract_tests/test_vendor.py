"""Pages and vendored specs that are not as SOURCE.toml records them."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

import small_project
from pipeline import vendor
from pipeline.__main__ import main
from pipeline._errors import PipelineError
from pipeline.folders import Provider


@pytest.mark.parametrize("fault", ["page changed", "page gone", "page not UTF-8", "spec of the page not as recorded"])
def test_a_page_that_is_not_as_recorded_is_refused_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    root = small_project.write(tmp_path)
    page, source = root / "pages" / "acme.md", root / "specs" / "acme" / "SOURCE.toml"
    match fault:
        case "page changed":
            page.write_text(page.read_text("utf-8") + "New words.\n", "utf-8")
        case "page gone":
            page.unlink()
        case "page not UTF-8":
            old = page.read_text("utf-8")
            page.write_bytes(b"\xff" + old.encode())
            new = hashlib.sha256(page.read_bytes()).hexdigest()
            source.write_text(source.read_text("utf-8").replace(small_project.sha256(old), new), "utf-8")
        case _:
            spec = small_project.sha256(json.dumps(small_project.SPEC))
            source.write_text(source.read_text("utf-8").replace(spec, "0" * 64), "utf-8")
    before = small_project.snapshot(root)
    assert main(["generate", "--pages", str(root / "pages"), "--root", str(root)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    named = {"page gone": "pages: none of the pages", "spec of the page not as recorded": "openapi.json"}
    assert named.get(fault, "acme.md") in said
    assert small_project.snapshot(root) == before


def test_providers_without_a_page_in_the_folder_are_left_as_they_are(tmp_path: Path) -> None:
    root = small_project.write(tmp_path)
    small_project.write(tmp_path / "other", key="zeta")
    shutil.copytree(tmp_path / "other" / "specs" / "zeta", root / "specs" / "zeta")
    shutil.rmtree(tmp_path / "other")
    assert main(["generate", "--pages", str(root / "pages"), "--root", str(root)]) == 0
    assert (root / "specs" / "acme" / "samples" / "create.json").exists()
    assert not (root / "specs" / "zeta" / "samples").exists()


def test_a_file_of_samples_whose_operation_is_on_no_page_is_stale(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = small_project.write(tmp_path)
    pages = ["--pages", str(root / "pages"), "--root", str(root)]
    assert main(["generate", *pages]) == 0
    old = root / "specs" / "acme" / "samples" / "list.json"
    old.write_text("[]\n", "utf-8")
    capsys.readouterr()
    assert main(["drift", *pages]) == 1
    assert capsys.readouterr().out.startswith("stale: specs/acme/samples/list.json\n")
    assert main(["generate", *pages]) == 0
    assert not old.exists()


def test_a_hash_that_is_not_recorded_yet_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = small_project.write(tmp_path)
    source = root / "specs" / "acme" / "SOURCE.toml"
    recorded = small_project.sha256(json.dumps(small_project.SPEC))
    source.write_text(source.read_text("utf-8").replace(recorded, ""), "utf-8")
    assert main(["generate", "--pages", str(root / "pages"), "--root", str(root)]) == 1
    assert f"sha256 is {recorded}" in capsys.readouterr().err


def test_an_edited_vendored_spec_is_refused(tmp_path: Path) -> None:
    provider = Provider(small_project.write(tmp_path), "acme")
    vendor.verify(provider)
    (document,) = provider.documents
    document.path.write_bytes(document.path.read_bytes() + b"\n")
    with pytest.raises(
        PipelineError, match=r"openapi\.json: sha256 is .*SOURCE\.toml records .*; corrections belong in overlay\.yaml"
    ):
        vendor.verify(provider)
