"""A pytest plugin: which tests there are, before any is left out, as lines of the file that COLLECTED names."""

import os
from pathlib import Path

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    Path(os.environ["COLLECTED"]).write_text("\n".join(item.nodeid for item in items), "utf-8")
