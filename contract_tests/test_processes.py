"""What tests start has an end: with the test, after its time, and with the run, even one that is killed."""

import os
import signal
import sys
from pathlib import Path

import pytest

import processes

_FAMILY = ["sh", "-c", "sleep 600 & echo here; wait"]


def test_an_assertion_that_fails_ends_the_process_that_it_is_about_and_all_that_this_started() -> None:
    def failing() -> None:
        with processes.started(_FAMILY, stdout=writing) as process:
            os.close(writing)
            begun.append(process)
            assert pipe.readline() == "here\n"
            assert process.poll() is not None

    reading, writing = os.pipe()
    begun: list[processes.Process] = []
    with os.fdopen(reading) as pipe:
        with pytest.raises(AssertionError, match="is not None"):
            failing()
        assert begun[0].returncode == -signal.SIGKILL
        # The pipe ends when nobody is left who could write.
        assert pipe.read() == ""


def test_whoever_waits_for_a_process_or_its_output_waits_no_longer_than_said() -> None:
    def reading() -> None:
        with processes.started(_FAMILY, stdout=processes.PIPE, seconds=0.2) as process:
            assert process.stdout
            assert process.stdout.read() == "here\n"

    for waiting in (reading, lambda: processes.run(_FAMILY, seconds=0.2)):
        with pytest.raises(TimeoutError, match="killed after"):
            waiting()


@pytest.mark.timeout(60)
def test_a_run_that_is_killed_leaves_no_process() -> None:
    code = (
        f"import processes\nwith processes.started({_FAMILY!r}) as process: print('there', flush=True); process.wait()"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    with processes.started([sys.executable, "-c", code], env=environment, stdout=processes.PIPE) as run:
        assert run.stdout
        # Two processes write here, so that their lines may be mixed.
        assert sorted(run.stdout.read(len("here\nthere\n"))) == sorted("here\nthere\n")
        run.kill()
        assert run.stdout.read() == ""
