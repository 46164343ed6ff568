"""What a page is that lacks what it should have: a login page, a "not found" with status 200, an empty one."""

import re

_LOGIN = re.compile(r"\b(log ?in|sign ?in|password|single sign-on|authenticat\w+ required)\b", re.I)
_GONE = re.compile(r"\b(404|not found|does ?n[o']t exist|no longer (exists|available)|gone)\b", re.I)
_GUARD = re.compile(r"\b(captcha|checking your browser|verify you are human|enable javascript|access denied)\b", re.I)
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})[ \t]*(\S*).*?^\s*\1", re.M | re.S)


def described(page: str) -> str:
    """What the page, as Markdown, is: its kind, if its words give that away, its title, its size and its blocks."""
    text = page.strip()
    if not text:
        return "empty"
    # The long text of a real page may well speak of passwords and of 404.
    head = text[:3_000] if len(text) < 10_000 else _title(text)
    kinds = (
        (_GUARD, "what a guard against robots shows"),
        (_GONE, "one that says it is not found"),
        (_LOGIN, "a login page"),
    )
    kind = next((kind for words, kind in kinds if words.search(head)), "")
    languages = [found[2].lower() or "no language" for found in _FENCE.finditer(text)]
    many = "blocks" if len(languages) > 1 else "block"
    fenced = f"{len(languages)} fenced {many} ({', '.join(languages[:5])})" if languages else "no fenced block"
    return f"{f'{kind}: ' if kind else ''}{_title(text)!r}, {len(text)} characters, {fenced}"


def _title(text: str) -> str:
    heading = re.search(r"^#+ +(.+)$", text, re.M)
    return (heading[1] if heading else text.split("\n", 1)[0]).strip()[:80]
