"""Where a run shall write is looked at before it begins, for all commands that judge."""

from pathlib import Path

import pytest
import typer

from audience_contract._outputs import Outputs
from test_contract_cli import run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Is a directory"),
        ("file/below", "Not a directory"),
        ("n" * 300, "File name too long"),
        ("new/" + "n" * 300, "File name too long"),
        ("n" * 300 + "/below", "File name too long"),
    ],
)
def test_a_path_that_cannot_be_written_is_named_with_its_option(folder: Path, name: str, said: str) -> None:
    path = folder / name
    for option, reports, baseline in (("--report json", [f"json={path}"], None), ("--write-baseline", None, path)):
        with pytest.raises(typer.BadParameter) as caught:
            Outputs(reports, None, baseline)
        assert str(caught.value).startswith(f"{option}: cannot write {path}: ")
        assert said in str(caught.value)


@pytest.mark.parametrize("path", [Path("/proc/nope/x.json"), Path("/proc/x.json")], ids=str)
def test_a_folder_in_which_nothing_can_be_made_is_found_whoever_asks(path: Path) -> None:
    # What root may write, as its mode has it, is not all that can be made.
    with pytest.raises(typer.BadParameter, match=f"--report json: cannot write {path}: "):
        Outputs([f"json={path}"], None, None)


def test_a_baseline_that_cannot_be_read_is_named_with_its_option(folder: Path) -> None:
    for path in (folder, folder / "none", Path("/proc/self/mem")):
        with pytest.raises(typer.BadParameter, match=f"--baseline: cannot read {path}: "):
            Outputs(None, path, None)


def test_a_path_that_can_be_written_is_left_alone_until_the_end(folder: Path) -> None:
    Outputs([f"json={folder / 'new' / 'report.json'}", f"html={folder / 'file'}"], None, folder / "new" / "baseline")
    assert [path.name for path in folder.iterdir()] == ["file"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["server", "batch", "--url", "http://127.0.0.1:1", "--report", "html=."],
        ["client", "--write-baseline", ".", "--", "touch", "started"],
        ["traffic", "none.har", "--report", "junit=."],
    ],
)
def test_nothing_is_begun_where_a_report_cannot_be_written(
    arguments: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    ended = run(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "cannot write .: Is a directory" in ended.stderr
    assert not (folder / "started").exists()
