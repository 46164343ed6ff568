"""`python -m pipeline generate [--pages DIR]` writes what follows from `specs`; `drift` only compares."""

import argparse
import contextlib
import io
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from . import client, effective, registry, vendor
from ._errors import PipelineError
from .rooms import ROOT, Provider, providers

_CACHES = ("__pycache__", ".mypy_cache", ".ruff_cache")


def expected(root: Path, found: Sequence[Provider]) -> dict[Path, bytes]:
    """Every file below `generated`, as the specs say it should be, and every file with a generated block."""
    package = root / "generated" / "audience_clients"
    init = '"""Typed clients generated from the effective specs; one package a provider. They send nothing."""\n'
    files = {package / "__init__.py": init.encode(), package / "py.typed": b""}
    with tempfile.TemporaryDirectory() as folder:
        for provider in found:
            vendor.verify(provider)
            spec_file = Path(folder) / f"{provider.key}.json"
            spec_file.write_text(effective.dump(effective.build(provider)), "utf-8")
            files[provider.effective] = spec_file.read_bytes()
            target = Path(folder) / provider.key
            with contextlib.redirect_stdout(io.StringIO()):
                client.write(spec_file, target)
            for path in sorted(target.rglob("*.py")):
                files[provider.generated / path.relative_to(target)] = path.read_bytes()
    return files | registry.blocks(root, found)


def differences(root: Path, files: dict[Path, bytes]) -> dict[Path, str]:
    """What differs on disk from `files`: 'changed', 'missing', or 'stale' where nothing generates it any more."""
    there = {
        path
        for path in (root / "generated").rglob("*")
        if path.is_file() and not set(path.parts) & set(_CACHES)
    }  # fmt: skip
    stale = dict.fromkeys(sorted(there - files.keys()), "stale")
    missing = {path: "missing" for path in files if not path.exists()}
    changed = {p: "changed" for p, data in files.items() if p.exists() and p.read_bytes() != data}
    return stale | missing | changed


def write(files: dict[Path, bytes], wrong: dict[Path, str]) -> None:
    for path, why in wrong.items():
        if why == "stale":
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[path])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description=__doc__)
    parser.add_argument("command", choices=["generate", "drift"])
    parser.add_argument("--pages", type=Path, metavar="DIR", help="take spec and samples from the pages in DIR first")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    root: Path = options.root
    try:
        found = list(providers(root))
        if options.pages:
            files = {path: data for p in found for path, data in vendor.extract(p, options.pages).items()}
            wrong = {path: "changed" for path, data in files.items() if not path.exists() or path.read_bytes() != data}
            _report(root, wrong, "in the vendored files")
            if options.command == "drift" and wrong:
                return 1
            write(files, wrong)
        files = expected(root, found)
        wrong = differences(root, files)
    except PipelineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    _report(root, wrong, "between specs and generated")
    if options.command == "drift":
        return 1 if wrong else 0
    write(files, wrong)
    return 0


def _report(root: Path, wrong: dict[Path, str], where: str) -> None:
    for path, why in wrong.items():
        print(f"{why}: {path.relative_to(root)}")
    print(f"{len(wrong) or 'no'} difference{'s' if len(wrong) != 1 else ''} {where}")


if __name__ == "__main__":
    sys.exit(main())
