"""How far files have gone up, on the terminal of whoever waits."""

import sys
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn


class Bars:
    """A bar for each provider that is sent a file, while this is entered, and where standard error is a terminal."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        # Rich takes a pipe for a terminal where FORCE_COLOR is set.
        shown = bool(sys.stderr and sys.stderr.isatty()) and console.is_terminal and not console.is_dumb_terminal
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        self._progress = Progress(
            *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False, disable=not shown
        )

    def of(self, title: str) -> Callable[[int, int | None], None]:
        """What a provider object's `on_progress` takes; it may be called from any thread."""
        tasks: list[TaskID] = []

        def tell(sent: int, total: int | None) -> None:
            if not tasks:
                tasks.append(self._progress.add_task(title))
            self._progress.update(tasks[0], completed=sent, total=total)

        return tell

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()
