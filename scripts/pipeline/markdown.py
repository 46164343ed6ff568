"""What a provider's page says, as part of Markdown that is ours."""


def code(text: str) -> str:
    """A code span: the text stays in its line, whatever it says."""
    line = " ".join(text.split()).replace("`", "'")
    return f"`{line}`"


def cell(text: str) -> str:
    """In a row of a table, where a bar ends the cell even in a code span."""
    return text.replace("|", "\\|")
