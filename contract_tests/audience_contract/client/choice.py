"""The answers that a client may be given; apart from what makes them, which is slow to import."""

from enum import StrEnum


class Answers(StrEnum):
    """Which answers a client gets."""

    SUCCESS = "success"
    VARIED = "varied"
    ADVERSARIAL = "adversarial"
