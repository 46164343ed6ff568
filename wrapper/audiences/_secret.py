"""Credentials, kept out of every repr."""


class Secret:
    """A text that is shown only by `reveal()`."""

    __slots__ = ("_prefix", "_value")

    def __init__(self, value: str, *, prefix: str = "") -> None:
        self._value = value
        self._prefix = prefix

    def reveal(self) -> str:
        return self._prefix + self._value

    @property
    def masked(self) -> str:
        """The prefix, and stars."""
        return f"{self._prefix}***"

    def bearer(self) -> "Secret":
        """The value of an Authorization header."""
        return Secret(self._value, prefix="Bearer ")

    def __repr__(self) -> str:
        return "Secret('***')"

    __str__ = __repr__
