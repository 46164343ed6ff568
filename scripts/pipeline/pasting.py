"""Why a curl command that is printed in a page does not run when it is pasted into a shell."""

import re
from collections.abc import Iterator
from typing import Any


def problems(command: str) -> Iterator[dict[str, Any]]:
    """Each problem, with the number of its line in the command."""
    lines = command.split("\n")
    quote = ""
    for number, line in enumerate(lines, 1):
        bare, quote = _unquoted(line, quote)
        if re.search(r"[^\s=]*://\S*[?*\[]", bare):
            yield {"line": number, "what": "an unquoted URL with a character that shells expand"}
        if quote:
            continue
        if re.search(r"\S\\$", line):
            yield {"line": number, "what": "no space before the backslash"}
        following = next((text for text in lines[number:] if text.strip()), "")
        if not line.endswith("\\") and re.match(r"\s*-", following):
            yield {"line": number, "what": "an option follows, and no backslash is at its end"}


def _unquoted(line: str, quote: str) -> tuple[str, str]:
    """What of a line stands outside quotes, and the quote that is open at its end."""
    bare = ""
    for character in line:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        else:
            bare += character
    return bare, quote
