"""An update that is ended from outside, at each of its stages: git sees nothing of it."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

import processes
import small_project
import updating
from long import long
from pipeline.__main__ import main
from pipeline.update.stage import recover, swap
from small_project import answer, changed

_SWAP = """
import os, pathlib, signal, sys
from pipeline.update.stage import swap

class Ending(list):
    "Ends this process, as nothing can prevent, once the first file is in place."
    passes = 0
    def __iter__(self):
        self.passes += 1
        for number, path in enumerate(super().__iter__()):
            if (self.passes, number) == (int(sys.argv[3]), 1):
                os.kill(os.getpid(), signal.SIGKILL)
            yield path

swap(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), Ending(sys.argv[4:]))
"""


def start(*arguments: str) -> AbstractContextManager[processes.Process]:
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "scripts")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    pipes = {"stdout": processes.PIPE, "stderr": processes.STDOUT}
    return processes.started([sys.executable, *arguments], env=environment, **pipes)


def until(true: Callable[[], object], process: processes.Process) -> None:
    for _ in range(600):
        if true():
            return
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.1)
    pytest.fail("it never came so far")


def test_a_signal_to_end_while_a_page_is_fetched_changes_nothing_and_is_said(project: Path) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    updating.address(project, f"http://127.0.0.1:{listener.getsockname()[1]}/page")
    updating.commit(project)
    with start("-m", "pipeline", "update", "--root", str(project)) as update:
        connection, _ = listener.accept()
        with connection, listener:
            connection.recv(1)
            update.terminate()
            said = update.communicate()[0]
    assert (update.returncode, "- interrupted\n" in said) == (1, True)
    assert said.endswith("\n1: failed, nothing is changed; the tree is as it was\n")
    assert updating.git(project, "status", "--porcelain") == ""


@contextmanager
def running(project: Path) -> Iterator[processes.Process]:
    """An update that has come to its second test, which ends only with it; the first has failed."""
    here = project / "build" / "here"
    first = "import pathlib, time\n\ndef test_first():\n    assert False\n\n"
    second = f"def test_second():\n    pathlib.Path({str(here)!r}).touch()\n    time.sleep(60)\n"
    (project / "contract_tests" / "test_samples.py").write_text(first + second, "utf-8")
    updating.commit(project)
    updating.publish(project, updating.documented())
    with start("-m", "pipeline", "update", "--root", str(project)) as update:
        until(here.exists, update)
        yield update


def test_an_update_that_is_ended_while_tests_run_says_all_that_it_knows_and_changes_nothing(project: Path) -> None:
    with running(project) as update:
        update.terminate()
        said = update.communicate()[0]
    before, after = said.split("The tests run now")
    assert all("## acme: documentation only" in part for part in (before, after))
    assert "- tests, as far as they ran: failed\n  - `contract_tests/test_samples.py::test_first`\n" in after
    assert updating.git(project, "status", "--porcelain") == ""


@pytest.mark.long
def test_a_kill_while_the_tests_run_changes_nothing(project: Path) -> None:
    with running(project) as update:
        os.killpg(update.pid, signal.SIGKILL)
    assert updating.git(project, "status", "--porcelain") == ""


def other(folder: Path) -> tuple[Path, list[str]]:
    """A copy of the project with one file changed, one gone and one that is new; and their paths."""
    copy = folder / "copy"
    paths = ["specs/acme/openapi.json", "specs/acme/overlay.yaml", "specs/acme/new.json"]
    (copy / "specs" / "acme").mkdir(parents=True, exist_ok=True)
    for path in (paths[0], paths[2]):
        (copy / path).write_text("{}", "utf-8")
    return copy, paths


@pytest.mark.parametrize(
    ("stage", "left"),
    [*(long(n, "") for n in (1, 2)), (3, " M specs/acme/openapi.json\n")],
)
def test_a_kill_between_two_files_is_put_right_by_the_next_command(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], stage: int, left: str
) -> None:
    copy, paths = other(tmp_path)
    with start("-c", _SWAP, str(project), str(copy), str(stage), *paths) as swapping:
        swapping.communicate()
    assert swapping.returncode == -signal.SIGKILL
    assert updating.git(project, "status", "--porcelain") == left
    assert main(["drift", "--root", str(project)]) == 0
    assert not left or "what it had replaced is put back" in capsys.readouterr().err
    assert updating.git(project, "status", "--porcelain") == ""
    assert not recover(project)


def test_a_swap_that_fails_in_the_middle_puts_everything_back(project: Path, tmp_path: Path) -> None:
    copy, paths = other(tmp_path)
    before = small_project.snapshot(project / "specs")
    # A file does not take the place of a folder.
    (copy / "specs" / "acme" / "samples").write_text("", "utf-8")
    with pytest.raises(OSError, match="samples"):
        swap(project, copy, [*paths, "specs/acme/samples"])
    assert small_project.snapshot(project / "specs") == before
    other(tmp_path)
    swap(project, copy, paths)
    assert sorted(path.name for path in (project / "specs" / "acme").iterdir()) == [
        "SOURCE.toml", "new.json", "openapi.json", "samples",
    ]  # fmt: skip


@pytest.mark.long
def test_an_update_after_a_killed_one_works(project: Path, tmp_path: Path) -> None:
    copy, paths = other(tmp_path)
    with start("-c", _SWAP, str(project), str(copy), "3", *paths) as swapping:
        swapping.communicate()
    updating.publish(project, changed(lambda spec: answer(spec)["properties"].update(size={"type": "integer"})))
    assert main(["update", "--root", str(project), "unknown"]) == 1
    assert updating.updated(project).error == ""
