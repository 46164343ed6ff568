"""The whole suite on every supported Python, and on the lowest with the lowest allowed versions of what it needs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERSIONS = ("3.11", "3.12", "3.13")


def interpreter(version: str) -> str:
    """A Python of that version: on the path, or installed by pyenv, which hides all but one."""
    found = shutil.which(f"python{version}")
    candidates = [found] if found else []
    candidates += [str(path) for path in sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python"))]
    for candidate in candidates:
        if subprocess.run([candidate, "--version"], capture_output=True, check=False).returncode == 0:
            return candidate
    sys.exit(f"no Python {version} found")


def suite(name: str, python: str, *, lowest: bool = False) -> None:
    place = ROOT / "build" / name
    own = place / "bin" / "python"
    print(f"--- {name}", flush=True)
    if not own.exists():
        subprocess.run([python, "-m", "venv", place], check=True)
    pip = [str(own), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "-r", "requirements-dev.txt"], cwd=ROOT, check=True)
    if lowest:
        compiled = place / "lowest.txt"
        compile_lowest = [
            "pip",
            "compile",
            "--quiet",
            "--resolution",
            "lowest-direct",
            "--all-extras",
            "pyproject.toml",
        ]
        uv = [str(own), "-m", "uv", *compile_lowest, "--python", str(own), "--output-file", str(compiled)]
        subprocess.run(uv, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        subprocess.run([*pip, "-r", str(compiled)], cwd=ROOT, check=True)
    subprocess.run([*pip, "--no-build-isolation", "-e", "."], cwd=ROOT, check=True)
    environment = {**os.environ, "PATH": f"{own.parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(
        [own, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--durations=10"],
        cwd=ROOT,
        env=environment,
        check=True,
    )
    subprocess.run([own, "-m", "pipeline", "drift"], cwd=ROOT, env={**environment, "PYTHONPATH": "scripts"}, check=True)


def main() -> None:
    for version in VERSIONS:
        suite(f"python-{version}", interpreter(version))
    suite("lowest", interpreter(VERSIONS[0]), lowest=True)
    print("all passed")


if __name__ == "__main__":
    main()
