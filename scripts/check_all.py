"""Runs the whole suite on every supported Python that is installed, and on one of them with the lowest allowed and with
the newest versions of the dependencies.

`check_all.py lowest` and `check_all.py newest` do only one of these. They resolve what users install: the packages with
their extras, without the client generator, whose own bounds would hold some packages back.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
# Only the tests need these: the SDK of OpenTelemetry fits one version of the API, and the pipeline's validator brings
# pydantic, which needs a newer typing-extensions than the library. So they are resolved together with the rest.
_TOGETHER = ("--group", "opentelemetry", "--group", "validity")


def interpreter(version: str) -> str | None:
    """The path of a Python of that version, from PATH or from pyenv, which puts only one on PATH; or None."""
    installed = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python"))
    for candidate in filter(None, [shutil.which(f"python{version}"), *map(str, installed)]):
        if subprocess.run([candidate, "--version"], capture_output=True, check=False).returncode == 0:
            return candidate
    return None


class Environment:
    """A virtual environment in `build`, with the versions of requirements/dev.txt and the project."""

    def __init__(self, name: str, python: str) -> None:
        print(f"--- {name}", flush=True)
        self.place = ROOT / "build" / name
        self.python = self.place / "bin" / "python"
        if not self.python.exists():
            subprocess.run([python, "-m", "venv", self.place], check=True)
        self._install("-r", "requirements/dev.txt")
        self._install("--no-build-isolation", "-e", ".", "-e", "contract_tests")

    def resolve(
        self, *options: str, files: Sequence[str] = ("pyproject.toml", "contract_tests/pyproject.toml")
    ) -> None:
        """Replace the installed versions by those that uv finds for the project as users install it."""
        file = self.place / "resolved.txt"
        command = ["uv", "pip", "compile", "--quiet", "--no-header", *options, *files]
        self.run(*command, "--python", str(self.python), "--output-file", str(file))
        self._install("-r", str(file))

    def suite(self, *options: str) -> None:
        self.run("pytest", "-q", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--durations=10", *options)

    def run(self, *module: str) -> None:
        path = f"{self.python.parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "PYTHONPATH": "scripts"}
        subprocess.run([self.python, "-m", *module], cwd=ROOT, env=environment, check=True)

    def _install(self, *what: str) -> None:
        self.run("pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", *what)


def newest(python: str) -> None:
    environment = Environment("newest", python)
    environment.resolve("--upgrade", "--all-extras", *_TOGETHER)
    environment.suite()
    # Without the checker, there are newer versions yet: Schemathesis has bounds of its own.
    environment.resolve("--upgrade", "--extra", "cli", "--extra", "otel", *_TOGETHER, files=["pyproject.toml"])
    environment.suite("-m", "wheel")


def lowest(python: str) -> None:
    environment = Environment("lowest", python)
    environment.resolve("--resolution", "lowest-direct", "--all-extras", *_TOGETHER)
    environment.suite()


def main() -> None:
    found = {version: python for version in VERSIONS if (python := interpreter(version))}
    if not found:
        sys.exit(f"none of these is here: Python {', '.join(VERSIONS)}")
    first = next(iter(found.values()))
    if len(sys.argv) > 1:
        {"lowest": lowest, "newest": newest}[sys.argv[1]](first)
        return
    for version, python in found.items():
        environment = Environment(f"python-{version}", python)
        environment.suite()
        environment.run("pipeline", "drift")
    lowest(first)
    newest(first)
    print(f"passed, on Python {', '.join(found)}; not here: {', '.join(set(VERSIONS) - found.keys()) or 'none'}")


if __name__ == "__main__":
    main()
