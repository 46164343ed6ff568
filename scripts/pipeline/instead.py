"""What a page is that lacks what it should have."""

import re


def described(page: str) -> str:
    """What the page, as Markdown, is: its title and its size."""
    text = page.strip()
    if not text:
        return "empty"
    heading = re.search(r"^#+ +(.+)$", text, re.M)
    title = (heading[1] if heading else text.split("\n", 1)[0]).strip()[:80]
    return f"{title!r}, {len(text)} characters"
