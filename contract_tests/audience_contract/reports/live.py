"""What a run tells while it goes on."""

import threading
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from ..report import Finding, counted
from ..rules import Weight
from ..visible import for_github, line


class Progress:
    """A bar for each phase, with requests and findings so far; where there is no terminal, a line for each phase.

    The methods may be called by several threads.
    """

    def __init__(self, console: Console) -> None:
        self._console, self._lock = console, threading.RLock()
        self._total = self._found = 0
        self._bars = Bars(
            SpinnerColumn(finished_text="✓"),
            # As text: a phase's name is no markup.
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("requests, {task.fields[found]} found so far", markup=False),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._end()
        if not self._bars.disable:  # before rich 15, one that shows nothing ends a line all the same
            self._bars.stop()

    def phase(self, name: str, requests: int | None = None) -> None:
        """Begin a phase, and end the one before; `requests` is how many it will send, if that is known."""
        with self._lock:
            self._end()
            self._bars.add_task(line(name), total=requests, found=self._found)

    def request(self) -> None:
        """One more request."""
        with self._lock:
            self._total += 1
            for task in self._bars.tasks[-1:]:
                self._bars.advance(task.id)

    def finding(self, finding: Finding) -> None:
        """One more finding; advice is told, and not counted."""
        is_advice = finding.weight is Weight.ADVICE
        with self._lock:
            self._found += not is_advice
            for task in self._bars.tasks[-1:]:
                self._bars.update(task.id, found=self._found)
            self._print(f"{'advice' if is_advice else 'found'}: {finding.message}")

    def _end(self) -> None:
        for task in self._bars.tasks[-1:]:
            self._bars.update(task.id, total=task.completed)
            sent = counted(int(task.completed), "request")
            self._print(f"{task.description}: {sent}, {self._total} in all, {self._found} found so far")

    def _print(self, text: str) -> None:
        """Print what the bars do not show."""
        if self._bars.disable:
            self._console.print(for_github(line(text)), markup=False, highlight=False, soft_wrap=True)
