"""The files that follow from `specs`: their right content, how those on disk differ, and how they are replaced."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath

from . import client, effective, registry, vendor
from .documents import dump
from .folders import Json, Provider

_CACHES = {"__pycache__", ".mypy_cache", ".ruff_cache"}
_INIT = b'"""Typed clients generated from the effective specs; one package a provider. They send nothing."""\n'


def expected(root: Path, found: Sequence[Provider], specs: Mapping[str, Json] | None = None) -> dict[Path, bytes]:
    """Every file below `generated`, as the specs say it should be, and every file with a generated block.

    `specs` has effective specs by provider, which are used as they are, whatever problems they have.
    """
    package = root / "generated" / "audience_clients"
    files = {package / "__init__.py": _INIT, package / "py.typed": b""}
    for provider in found:
        vendor.verify(provider)
        files |= of(provider, (specs or {}).get(provider.key))
    return files | registry.blocks(root, found)


def of(provider: Provider, spec: Json | None = None) -> dict[Path, bytes]:
    """The provider's effective spec, where that comes from, and its client."""
    spec = spec or effective.build(provider)
    written = {"openapi.json": dump(spec), "sources.json": dump(effective.sources(provider))}
    files = client.files(spec, str(provider.specs)) | {PurePath(name): data for name, data in written.items()}
    return {provider.generated / path: data for path, data in files.items()}


def differences(root: Path, files: dict[Path, bytes]) -> dict[Path, str]:
    """What differs on disk from `files`: 'changed', 'missing', or 'stale' where nothing generates it any more."""
    stale = dict.fromkeys(sorted(set(_generated(root)) - files.keys()), "stale")
    return stale | changes(files)


def changes(files: dict[Path, bytes]) -> dict[Path, str]:
    """Which of `files` are 'changed' or 'missing' on disk."""
    missing = {path: "missing" for path in files if not path.is_file()}
    return missing | {p: "changed" for p, data in files.items() if p not in missing and p.read_bytes() != data}


def write(root: Path, files: Mapping[Path, bytes | None]) -> None:
    """Write the files, and remove those whose content is None. Each is replaced in one step, so that an interrupted run
    leaves no half of a file.
    """
    for path, data in files.items():
        if data is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.new")
        new.write_bytes(data)
        os.replace(new, path)
    # A folder that has only caches left could still be imported, so it is removed.
    kept = {parent for path in _generated(root) for parent in path.parents}
    for folder in sorted((root / "generated").rglob("*")):
        if folder.is_dir() and folder not in kept and not _cached(root, folder):
            shutil.rmtree(folder)


def _generated(root: Path) -> Iterator[Path]:
    return (path for path in (root / "generated").rglob("*") if path.is_file() and not _cached(root, path))


def _cached(root: Path, path: Path) -> bool:
    return not _CACHES.isdisjoint(path.relative_to(root).parts)
