"""Checks that each dependency of our packages has an allowed licence, and writes their SBOMs to build/sbom."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / "build" / "release" / "bin" / "python"
PACKAGES = {"audiences": (ROOT, "[cli,otel]"), "audience-contract": (ROOT / "contract_tests", "")}
# Parts of licence names. None of these licences requires callers to publish their own code.
ALLOWED = ("0BSD", "Apache", "BSD", "ISC", "MIT", "MPL", "Mozilla", "PSF", "Python Software Foundation", "Unlicense")


def run(*command: object) -> None:
    subprocess.run([str(word) for word in command], cwd=ROOT, check=True)


def main() -> None:
    (ROOT / "build" / "sbom").mkdir(parents=True, exist_ok=True)
    for name, (project, extras) in PACKAGES.items():
        place = ROOT / "build" / "licences" / name
        python, uv = place / "bin" / "python", (sys.executable, "-m", "uv")
        run(*uv, "venv", "--quiet", "--clear", "--python", sys.executable, place)
        locked = ("--constraint", ROOT / "requirements" / "dev.txt")
        run(*uv, "pip", "install", "--quiet", "--python", python, *locked, f"{project}{extras}")
        print(f"--- {name}", flush=True)
        allowed = ("--partial-match", "--allow-only", ";".join(ALLOWED))
        run(TOOLS, "-m", "piplicenses", "--python", python, "--from", "mixed", *allowed)
        sbom = ("--output-file", ROOT / "build" / "sbom" / f"{name}.cdx.json", "--output-reproducible")
        run(TOOLS, "-m", "cyclonedx_py", "environment", python, "--pyproject", project / "pyproject.toml", *sbom)


if __name__ == "__main__":
    main()
