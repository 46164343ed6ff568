"""What a provider's page says, as part of Markdown that is ours, or on a terminal."""


def line(text: str) -> str:
    """What begins no other line and does nothing to a terminal, whatever the text says."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def code(text: str) -> str:
    """A code span: the text stays in its line, whatever it says."""
    return "`{}`".format(" ".join(line(text).split()).replace("`", "'"))


def cell(text: str) -> str:
    """In a row of a table, where a bar ends the cell even in a code span."""
    return text.replace("|", "\\|")
