"""What the commands that judge have in common: the forms of their reports, the baseline, the exit code."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, NoReturn

import typer

from .report import Finding, Report
from .spec import registered
from .visible import line

Reports = Annotated[
    list[str] | None,
    typer.Option(
        "--report",
        metavar="FORM=FILE",
        help="Also write a report, as junit, json, sarif, html or markdown; may be given more than once. "
        "`--report github` prints annotations, and the summary of a step, for GitHub Actions.",
    ),
]
Baseline = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Accept the known deviations in this file, each until its last day.")
]
ShowMembers = Annotated[
    bool, typer.Option("--show-members", help="Show members and uploaded content, which are masked otherwise.")
]
SarifRoot = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Have --report sarif and github point at the specs in this repository, and not at the provider's page.",
    ),
]
WriteBaseline = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write what is found as a baseline; fill in its reasons.")
]


def refused(text: str) -> typer.BadParameter:
    """An exception that says what is wrong with an option; `text` may quote a file: control characters are escaped."""
    return typer.BadParameter(line(text))


@contextmanager
def refusals(what: str = "", cannot: str = "read") -> Iterator[None]:
    """Says what is wrong with options, or with a file that they name, as an error of usage that starts with `what`.

    `cannot` is what an OSError says that one cannot do with the file.
    """
    try:
        yield
    except OSError as error:
        raise refused(f"{what}cannot {cannot} {error.filename}: {error.strerror}") from None
    except (LookupError, ValueError) as error:
        # The text of a KeyError would be in quotes.
        raise refused(f"{what}{error.args[0] if isinstance(error, LookupError) else error}") from None


class Outputs:
    """Where a report goes, from the options; raises typer.BadParameter before anything is judged."""

    def __init__(
        self, reports: list[str] | None, baseline: Path | None, write: Path | None, root: Path | None = None
    ) -> None:
        from . import baseline as baselines  # noqa: PLC0415 - --help has no need of it
        from .reports import FORMATS  # noqa: PLC0415 - nor of this

        self._github = "github" in (reports or ())
        self._paths: dict[str, str] = {}
        for text in reports or ():
            form, _, path = text.partition("=")
            if text == "github":
                continue
            if form not in FORMATS or not path:
                raise refused(f"--report takes FORM=FILE, FORM being {', '.join(FORMATS)}; or github")
            if form in self._paths or path in self._paths.values():
                raise refused("--report takes each form once, and a file of its own for each")
            _check_writable(f"--report {form}", Path(path))
            self._paths[form] = path
        if write:
            _check_writable("--write-baseline", write)
        self._write, self._root = write, root
        with refusals("--baseline: "):
            self._accepted = baselines.read(baseline) if baseline else []

    def accepts(self, finding: Finding) -> bool:
        """Whether the baseline accepts a finding today."""
        from . import baseline  # noqa: PLC0415 - --help has no need of it

        return baseline.accepts(finding, self._accepted, date.today())

    def end(self, report: Report, *, stderr: bool = False, whole: bool = True) -> NoReturn:
        """Show the report on standard output or error, write its other forms, and leave with its exit code."""
        from rich.console import Console  # noqa: PLC0415 - --help has no need of it

        from . import baseline, reports  # noqa: PLC0415 - nor of these

        today = date.today()
        report = baseline.apply(report, self._accepted, today, whole=whole)
        root, files = self._root or Path(), {}
        for provider in {found.provider for found in report.findings}:
            own = registered(provider)
            path = f"generated/audience_clients/{provider}/openapi.json"
            if own and own.file:
                files[provider] = Path(os.path.relpath(own.file, root)).as_posix()
            elif self._root and (root / path).is_file():
                files[provider] = path
        report = replace(report, root=str(root), files=files)
        places = list(self._paths.values()) or ["--report json=FILE writes all of it, for replay FILE 1"]
        reports.terminal(report, Console(stderr=stderr), places)
        try:
            reports.write(report, self._paths)
            if self._write:
                self._write.parent.mkdir(parents=True, exist_ok=True)
                self._write.write_text(baseline.render((*report.counted, *report.accepted), today), "utf-8")
            if self._github:
                reports.github(report)
        except OSError as error:
            # The error of a full disk names no file.
            typer.echo(line(f"cannot write {error.filename or 'a report'}: {error.strerror}"), err=True)
            raise typer.Exit(2) from None
        raise typer.Exit(report.verdict.exit_code)


def _check_writable(option: str, path: Path) -> None:
    """Refuse a path that could not be written at the end of a run; missing folders are made only then."""
    place = path.absolute()
    try:
        if place.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if place.exists():
            place.open("ab").close()
            return
        # Tried by writing: neither a mode that allows it nor being root is proof.
        folder = next(each for each in place.parents if each.exists())
        with TemporaryDirectory(dir=folder) as made:
            file = Path(made) / place.relative_to(folder)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
    except OSError as error:
        raise refused(f"{option}: cannot write {path}: {error.strerror}") from None
