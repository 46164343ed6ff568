"""Reads files that a user names."""

from pathlib import Path


def contents(path: Path) -> bytes:
    """The bytes of a file; raises OSError that names the file, also where reading fails after it was opened."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
