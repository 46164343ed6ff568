"""What a page is that lacks what it should have."""

import re

_FENCE = re.compile(r"^\s*(`{3,}|~{3,})[ \t]*(\S*).*?^\s*\1", re.M | re.S)


def described(page: str) -> str:
    """What the page, as Markdown, is: its title, its size and its blocks."""
    text = page.strip()
    if not text:
        return "empty"
    heading = re.search(r"^#+ +(.+)$", text, re.M)
    title = (heading[1] if heading else text.split("\n", 1)[0]).strip()[:80]
    languages = [found[2].lower() or "no language" for found in _FENCE.finditer(text)]
    many = "blocks" if len(languages) > 1 else "block"
    fenced = f"{len(languages)} fenced {many} ({', '.join(languages[:5])})" if languages else "no fenced block"
    return f"{title!r}, {len(text)} characters, {fenced}"
