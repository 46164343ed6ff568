"""The kinds of answers that a client may get; in a file of their own, because what makes them is slow to import."""

from enum import StrEnum


class Answers(StrEnum):
    """Which answers a client gets."""

    SUCCESS = "success"
    VARIED = "varied"
    ADVERSARIAL = "adversarial"
