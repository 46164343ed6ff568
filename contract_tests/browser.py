"""A real browser for tests: Debian's Chromium, which `make browser` installs; with no way out to the network."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

if os.environ.get("REQUIRE_BROWSER") != "1":
    pytest.importorskip("playwright", reason="no playwright: `make browser` installs it")
from playwright.sync_api import Browser, Page, expect, sync_playwright

__all__ = ["Browser", "Page", "chromium", "expect"]
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser; the test is skipped where there is none, and fails with REQUIRE_BROWSER=1."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if not found:
        reason = "no Chromium on the path: `make browser` installs it"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(f"REQUIRE_BROWSER=1, but {reason}")
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
