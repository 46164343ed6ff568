"""Media types (RFC 9110, section 8.3) and the content maps of a spec."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from .messages import Request, Response
from .spec import Node

_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"


@dataclass(frozen=True)
class MediaType:
    """A media type: `essence` in lower case, e.g. "text/csv", and its parameters, names in lower case."""

    essence: str
    parameters: Mapping[str, str]

    @property
    def is_json(self) -> bool:
        return self.essence == "application/json" or self.essence.endswith("+json")

    def within(self, allowed: "MediaType") -> bool:
        """Whether `allowed`, a type or a range such as `application/*`, covers this type; its parameters must agree."""
        kind, _, subtype = allowed.essence.partition("/")
        return (
            kind in ("*", self.essence.partition("/")[0])
            and subtype in ("*", self.essence.partition("/")[2])
            and all(self.parameters.get(name) == value for name, value in allowed.parameters.items())
        )


@lru_cache(maxsize=256)
def parse(text: str) -> MediaType | None:
    """A media type or range, or None where the text is none."""
    from python_multipart.multipart import parse_options_header  # noqa: PLC0415  # of an extra, which the command asks for by name

    try:
        kind, options = parse_options_header(text)
    except UnicodeEncodeError:
        return None
    essence = kind.decode("latin-1").lower()
    if not re.fullmatch(f"{_NAME}/{_NAME}", essence):
        return None
    given = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in options.items()}
    return MediaType(essence, given)


def media_of(message: Request | Response) -> MediaType | None:
    """The media type of a message, of several the first; None where it names none."""
    return parse("".join(message.values("content-type")[:1]))


def entry_of(content: Node | None, message: Request | Response) -> Node | None:
    """The entry of a content map for the media type of a message."""
    media = media_of(message)
    return find(content, media) if content and media else None


def find(content: Node, media: MediaType) -> Node | None:
    """The entry of a content map for a media type: the most specific one that covers it."""
    found = [(range_, content[key]) for key in content.value if (range_ := parse(key)) and media.within(range_)]
    found.sort(key=lambda entry: (entry[0].essence.count("*"), -len(entry[0].parameters), entry[0].essence))
    return found[0][1] if found else None
