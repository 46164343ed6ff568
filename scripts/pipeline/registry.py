"""What names all providers, in the rooms that would otherwise keep a list by hand. Written between two marker lines."""

from collections.abc import Sequence
from pathlib import Path

from ._errors import PipelineError
from .rooms import Provider


def blocks(root: Path, providers: Sequence[Provider]) -> dict[Path, bytes]:
    """The files with a generated block, the block brought up to date."""
    named = [(p.key, str(p.source["class"])) for p in providers]
    package = root / "wrapper" / "audiences"
    imports = "".join(f"from .providers.{key} import {name} as {name}\n" for key, name in named)
    async_imports = "".join(f"from .providers.{key} import Async{name} as {name}\n" for key, name in named)
    names = "".join(f'    "{name}",\n' for _, name in named)
    return {
        package / "__init__.py": _fill(package / "__init__.py", {"imports": f"{imports}\n", "names": names}),
        package / "aio.py": _fill(package / "aio.py", {"imports": f"{async_imports}\n", "names": names}),
    }


def _fill(file: Path, texts: dict[str, str]) -> bytes:
    content = file.read_text("utf-8")
    for name, text in texts.items():
        begin, end = f"# providers: {name}, written by make generate\n", "# providers: end"
        before, found, rest = content.partition(begin)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            raise PipelineError(f"{file}: no lines '{begin.strip()}' and '{end}'")
        # The closing marker keeps its own indentation.
        indent = after and rest[: rest.index(end)].rpartition("\n")[2]
        content = before + begin + text + indent + end + after
    return content.encode("utf-8")
