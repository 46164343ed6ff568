"""What `action.yml` runs: `audience-contract` with arguments from the environment, and reports for GitHub."""

import os
import shlex
import subprocess
import sys

_ENTRY = "from audience_contract._cli import main; main()"


def main() -> None:
    command, html = os.environ["COMMAND"], os.environ["HTML"]
    reports = ["--report", "github", "--report", f"html={html}"]
    # Before the arguments: what follows `--` belongs to the client that is judged.
    arguments = [command, *reports, *shlex.split(os.environ["ARGUMENTS"])]
    sys.exit(subprocess.run([sys.executable, "-c", _ENTRY, *arguments], check=False).returncode)


if __name__ == "__main__":
    main()
