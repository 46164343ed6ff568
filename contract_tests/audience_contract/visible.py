"""Text from elsewhere, made safe for a terminal or a log: characters that would act on it are shown as escapes."""


def shown(text: str) -> str:
    r"""The text with an escape such as `\x1b` for each control character, C1 and bidirectional ones among them.

    Line breaks and tabs stay.
    """
    text = text.replace("\r\n", "\n")
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)


def for_github(text: str) -> str:
    """The text without what GitHub's runner takes for a command wherever it stands in a line."""
    return text.replace("##[", "# #[")


def line(text: str) -> str:
    """The text as `shown` has it, on one line."""
    return " ".join(shown(text).split())
