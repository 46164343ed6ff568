"""Runs `audience-contract` for `action.yml`, with arguments from the environment, and writes reports for GitHub."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

_ENTRY = "from audience_contract._cli import main; main()"


def main() -> None:
    command, html = os.environ["COMMAND"], os.environ["HTML"]
    reports = ["--report", "github", "--report", f"html={html}"]
    # Before the arguments: what follows `--` belongs to the client that is judged.
    arguments = [command, *reports, *shlex.split(os.environ["ARGUMENTS"])]
    code = subprocess.run([sys.executable, "-c", _ENTRY, *arguments], check=False).returncode
    if "\n" not in html and (outputs := os.environ.get("GITHUB_OUTPUT")):  # a line break would begin another output
        with Path(outputs).open("a", encoding="utf-8") as file:
            file.write(f"exit-code={code}\nhtml={html}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
