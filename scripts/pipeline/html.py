"""Writes a page of HTML as Markdown that says the same: headings, paragraphs, lists and code."""

import re
from html.parser import HTMLParser

_BREAKS = re.compile("title|p|li|ul|ol|div|section|article|main|header|footer|table|tr|blockquote|dl|h[1-6]")
_SILENT = {"style", "noscript", "template", "svg"}
_DATA = re.compile(r"application/(\S+\+)?(json|ya?ml)", re.I)


def is_html(text: str) -> bool:
    """Whether a browser would take the text for HTML: by its first tag, whatever its content type."""
    start = re.sub(r"\A(\s|<!--.*?-->|<\?xml.*?\?>)*", "", text[:20_000], flags=re.S).lower()
    return re.match(r"<(!doctype\s+html|html|head|body|main|article|div|h1|pre|p|table)\b", start) is not None


def as_markdown(html: str) -> str:
    writer = _Writer()
    writer.feed(html)
    writer.close()
    writer.end_code()
    return re.sub(r"\A\n+", "", "".join(writer.out)) + "\n"


class _Writer(HTMLParser):
    """Character references are converted by the parser; what is in `pre` keeps every character."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.code: list[str] | None = None
        self.language = ""
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        data = tag == "script" and _DATA.match(given.get("type", ""))
        if self.code is not None:
            if tag == "br":
                self.code.append("\n")
            elif tag == "code":
                self.language = self.language or _language(given)
        elif tag in ("pre", "textarea") or data:
            self.code, self.language = [], _language(given)
        elif tag in _SILENT or tag == "script":
            self.silent += 1
        elif re.fullmatch("h[1-6]", tag):
            self.out.append(f"\n\n{'#' * int(tag[1])} ")
        elif tag in _MARKS:
            self.out.append(_MARKS[tag])
        elif _BREAKS.fullmatch(tag) or tag == "br":
            self.out.append({"li": "\n- ", "br": "\n"}.get(tag, "\n\n"))

    def handle_endtag(self, tag: str) -> None:
        if self.code is not None:
            if tag in ("pre", "textarea", "script"):
                self.end_code()
            elif tag == "div" and self.code and not self.code[-1].endswith("\n"):
                self.code.append("\n")
        elif tag in _SILENT or tag == "script":
            self.silent = max(0, self.silent - 1)
        elif tag in _MARKS:
            self.out.append(_MARKS[tag])
        elif _BREAKS.fullmatch(tag):
            self.out.append("" if tag == "li" else "\n\n")

    def handle_data(self, data: str) -> None:
        if self.code is not None:
            self.code.append(data)
        elif not self.silent:
            self.out.append(re.sub(r"\s+", " ", data))

    def end_code(self) -> None:
        if self.code is None:
            return
        # A browser drops the line end that follows the opening tag.
        text = re.sub(r"\A\r?\n", "", "".join(self.code))
        longest = max((len(run) for run in re.findall("`{3,}", text)), default=2)
        fence = "`" * (longest + 1)
        self.out.append(f"\n\n{fence}{self.language}\n{text}{'' if text.endswith(chr(10)) else chr(10)}{fence}\n\n")
        self.code = None


_MARKS = {"strong": "**", "b": "**", "code": "`"}


def _language(given: dict[str, str]) -> str:
    """The language of some code, by a class such as `language-json` or `lang-yaml`, or by the type of a script."""
    named = re.search(r"\b(?:language|lang|highlight-source)-(\w+)", given.get("class", ""))
    data = _DATA.match(given.get("type", ""))
    return named[1].lower() if named else data[2].lower() if data else ""
