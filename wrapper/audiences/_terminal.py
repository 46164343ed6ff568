"""Prints for people, so that no text acts on their terminal, and none is lost if a stream fails."""

import sys
import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""The Unicode categories of what moves the cursor, turns the reading direction, ends a line, or cannot be seen."""


def visible(text: str) -> str:
    r"""The text with a symbol for each character that would act on a terminal instead of being seen.

    >>> visible("refused\x1b[2Kapplied")
    'refused␛[2Kapplied'
    """
    return text if text.isprintable() else "".join(map(_symbol, text))


def _symbol(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    return chr(0x2400 + code) if code < 0x20 else "\N{SYMBOL FOR DELETE}" if code == 0x7F else f"<U+{code:04X}>"


def note(text: str) -> None:
    """Print a line on standard error. It may have anybody's words in it: they are made visible."""
    say(visible(text), "stderr")


def say(text: str, first: str = "stdout", *, keep: bool = True) -> None:
    """Print on one of the two standard streams, whole; or on the other one, where that is closed, full or broken. With
    `keep=False`, what the reader of a pipe has not waited for is dropped.
    """
    for name in (first, *{"stdout", "stderr"} - {first}):
        stream = getattr(sys, name)
        if stream is None:  # it was closed when the process began
            continue
        try:
            encoding = stream.encoding or "ascii"
            print(text.encode(encoding, "backslashreplace").decode(encoding), file=stream, flush=True)
        except (OSError, ValueError) as error:
            # Else the buffered text would fail once more when the process ends, and change the exit code.
            setattr(sys, name, None)
            if isinstance(error, BrokenPipeError) and not keep:
                return
        else:
            return
