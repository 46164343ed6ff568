"""Makes a copy of the tree in which an update is tried, and puts it in place: as a whole, or not at all."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .. import tree

_WRITTEN = ("specs", "generated", "wrapper", "README.md")
# The list of the files to put back. It is written last and removed first: without it, there is nothing to put back.
_FILES = "files.json"
_CACHED = re.compile(r"(^|/)(__pycache__|\..*)(/|$)")
_NOT_COPIED = shutil.ignore_patterns("__pycache__", ".*", "build", "dist")


@contextmanager
def stage(root: Path) -> Iterator[Path]:
    """A copy of the tree, in a folder of it that git ignores; it is removed afterwards."""
    place = root / "build" / "update"
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="stage-", dir=place) as folder:
        copy = Path(folder).resolve()
        shutil.copytree(root, copy, ignore=_NOT_COPIED, dirs_exist_ok=True)
        yield copy


def differing(root: Path, copy: Path) -> list[str]:
    """The paths, relative to the tree, of the files that differ between the tree and the copy."""
    roots = [(folder, folder / name) for folder in (root, copy) for name in _WRITTEN]
    files = ((folder, file) for folder, below in roots for file in (below, *below.rglob("*")) if file.is_file())
    found = {file.relative_to(folder).as_posix() for folder, file in files}
    return sorted(path for path in found if not _CACHED.search(path) and _content(root / path) != _content(copy / path))


def swap(root: Path, copy: Path, paths: list[str]) -> None:
    """Put the copy's files in place. Whatever happens, the tree is either the old or the new one in the end.

    The old files are kept until all is done; after an interrupt, `recover` puts them back, also in a later process.
    """
    undo = _undo(root)
    shutil.rmtree(undo, ignore_errors=True)
    undo.mkdir(parents=True)
    for path in paths:
        if (root / path).is_file():
            (undo / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / path, undo / path)
    new = undo / "new"
    new.write_text(json.dumps(paths), "utf-8")
    os.replace(new, undo / _FILES)
    try:
        _put(root, copy, paths)
    except BaseException:
        recover(root)
        raise
    _done(undo)


def recover(root: Path) -> bool:
    """Put back what an interrupted swap replaced. Returns whether there was anything to put back."""
    undo = _undo(root)
    if not (undo / _FILES).is_file():
        return False
    _put(root, undo, json.loads((undo / _FILES).read_text("utf-8")))
    _done(undo)
    return True


def _put(root: Path, source: Path, paths: list[str]) -> None:
    """Put each of these files of `source` in place in one step; remove those that `source` lacks."""
    new = _undo(root) / "new"
    for path in paths:
        if (source / path).is_file():
            shutil.copy2(source / path, new)
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            os.replace(new, root / path)
        elif (root / path).is_file():
            (root / path).unlink()
    tree.write(root, {})


def _done(undo: Path) -> None:
    (undo / _FILES).unlink()
    shutil.rmtree(undo, ignore_errors=True)


def _undo(root: Path) -> Path:
    return root / "build" / "update" / "undo"


def _content(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None
