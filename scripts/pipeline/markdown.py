"""Makes text from a provider's page safe within our Markdown, and on a terminal."""


def line(text: str) -> str:
    """The text in one line, without characters that act on a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def code(text: str) -> str:
    """The text as a code span, which it cannot leave."""
    return "`{}`".format(" ".join(line(text).split()).replace("`", "'"))


def cell(text: str) -> str:
    """The text for a cell of a table, where a bar would end the cell even in a code span."""
    return text.replace("|", "\\|")
