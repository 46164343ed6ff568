"""How far files have gone up, on the terminal of whoever waits."""

import sys
from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn


class Bars(Progress):
    """A bar for each provider that is sent a file, while this is entered, and where standard error is a terminal."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        # Rich takes a pipe for a terminal where FORCE_COLOR is set.
        shown = bool(sys.stderr and sys.stderr.isatty()) and console.is_interactive
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        super().__init__(
            *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False, disable=not shown
        )

    def of(self, title: str) -> Callable[[int, int | None], None]:
        """What a provider object's `on_progress` takes; it may be called from any thread."""
        task = self.add_task(title, total=None, visible=False)
        return lambda sent, total: self.update(task, completed=sent, total=total, visible=True)
