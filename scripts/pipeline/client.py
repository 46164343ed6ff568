"""The typed client of an effective spec: openapi-python-client, with the templates beside this file."""

import subprocess
import sys
from pathlib import Path

from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType

from ._errors import PipelineError

_RUFF = [sys.executable, "-m", "ruff"]
_ISOLATED = ["--isolated", "--no-cache", "--target-version", "py311", "--quiet"]


def write(spec_file: Path, target: Path) -> None:
    """Write the client's package into the new folder `target`; any warning of the generator is an error."""
    config = Config.from_sources(
        # The formatter runs below, by its own path and apart from any project's settings.
        ConfigFile(post_hooks=[], content_type_overrides={"application/*": "application/json"}),
        MetaType.NONE,
        document_source=spec_file,
        file_encoding="utf-8",
        overwrite=False,
        output_path=target,
    )
    problems = generate(config=config, custom_template_path=Path(__file__).parent / "templates")
    if problems:
        said = "; ".join(f"{p.header}: {p.detail}" for p in problems)
        raise PipelineError(f"{spec_file}: the client generator complains: {said}")
    # Written by the generator whatever the templates say; both are about sending, which these clients do not do.
    (target / "client.py").unlink()
    (target / "errors.py").unlink()
    for command in (["check", "--fix-only", "--select", "F,I"], ["format"]):
        subprocess.run([*_RUFF, *command, *_ISOLATED, str(target)], check=True)
