"""Look for an answer that the library is wrong about, with atheris (libFuzzer); or play one again: its file's name.

Without a file, it looks for as many seconds as FUZZ_SECONDS says. What it finds is printed and kept in build/fuzz/.
"""

import os
import sys
from contextlib import redirect_stderr
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

WORK = Path("build/fuzz")


def replay(files: list[str]) -> int:
    from fuzz.target import opened  # noqa: PLC0415  # see `search`

    with opened() as target:
        for file in files:
            print(f"{file}: {Path(file).read_bytes()!r}", flush=True)
            target(Path(file).read_bytes())
    print("nothing is wrong with it")
    return 0


def search(seconds: str) -> None:
    atheris: Any = import_module("atheris")  # not among what `make test` needs
    ours = ["audiences", "audience_clients", "h11", "httpcore2"]
    with redirect_stderr(StringIO()), atheris.instrument_imports(include=ours):  # it prints each module's name
        # What is imported before cannot be instrumented.
        from fuzz import seeds, target  # noqa: PLC0415

    corpus, own = WORK / "corpus", WORK / "seeds"
    for folder in (corpus, own):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds.seeds()):
        (own / f"{number:04}").write_bytes(seed)
    (WORK / "words").write_text(seeds.dictionary(), "utf-8")
    with target.opened() as play:
        options = ["-max_len=8192", "-timeout=20", "-rss_limit_mb=2048", "-use_value_profile=1", f"-dict={WORK}/words"]
        options += [f"-max_total_time={seconds}", f"-artifact_prefix={WORK}/", str(corpus), str(own)]
        atheris.Setup([sys.argv[0], *options], play)
        atheris.Fuzz()  # ends the process


if __name__ == "__main__":
    if sys.argv[1:]:
        sys.exit(replay(sys.argv[1:]))
    search(os.environ.get("FUZZ_SECONDS", "60"))
