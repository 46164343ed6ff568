"""A contradiction, and how grave each kind of it is."""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

SEVERITIES = {
    "high": "a client that believes the document cannot work, or sends what is refused",
    "medium": "a client that believes the document refuses or misreads some messages, or has to guess",
    "low": "misleads people; a client works all the same",
}
# By rule: the severity, and what is contradicted.
RULES = {
    "no-security": ("high", "An answer to wrong credentials is documented, but no credentials are."),
    "sample-not-json": ("high", "A sample body is not JSON."),
    "sample-breaks-schema": ("high", "A sample breaks the schema of its operation."),
    "sample-status-undocumented": ("medium", "A sample answer has a status that the spec does not name."),
    "sample-lacks": ("high", "A sample request lacks what the operation requires."),
    "curl-not-pasteable": ("high", "A sample curl command does not run as it is printed."),
    "example-is-curl": ("medium", "The example of a property is an argument of curl, not a value."),
    "file-called-url": ("medium", "A property is typed as a file's content and described as a URL."),
    "file-type-in-words-only": ("medium", "A file part's media type is not declared."),
    "limit-in-words-only": ("medium", "A limit of a value is stated in words, and not in its schema."),
    "rule-in-words-only": ("medium", "What a request must contain is stated in words only."),
    "success-without-required": ("medium", "A success promises nothing: no property of it is required."),
    "request-without-required": ("medium", "It is not said which properties a request needs."),
    "errors-undocumented": ("medium", "No error of the operation is documented."),
    "statuses-undocumented": ("low", "Errors that such an operation can have are not documented."),
    "version-differs": ("medium", "The version is another one from place to place."),
    "enum-spelled-differently": ("medium", "The values of an enumeration are spelled in several ways."),
    "enum-differs": ("medium", "The values of an enumeration are others from place to place."),
    "type-differs": ("medium", "A field is typed differently from place to place."),
    "path-differs": ("high", "A path is another one from place to place."),
    "format-differs": ("low", "A value is written differently from place to place."),
    "status-differs": ("medium", "The statuses of an operation are others from place to place."),
    "meaning-differs": ("medium", "A name means one thing here and another there."),
    "rule-differs": ("medium", "A rule is another one from place to place."),
}


@dataclass(frozen=True)
class Evidence:
    """A place (a JSON pointer into the spec, a sample with the position in it, or a page), and what is there."""

    place: str
    says: str = ""
    source: str = ""


@dataclass(frozen=True)
class Finding:
    """A contradiction. `subject` is where it is, and with the rule decides its id."""

    provider: str
    rule: str
    subject: str
    about: str
    evidence: tuple[Evidence, ...]

    @property
    def id(self) -> str:
        """Stays the same as long as rule and subject do, whatever else is found."""
        mark = hashlib.sha256(self.subject.encode()).hexdigest()[:4]
        return f"{self.provider}-{self.rule}-{_slug(self.about)}-{mark}"

    @property
    def severity(self) -> str:
        return RULES[self.rule][0]


def short(value: Any) -> str:
    """A value as data: whole if it is short, else its start."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= 80 else f"{text[:77]}..."


def _slug(text: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z0-9]+", "-", text).strip("-").lower()
    return words[:40].strip("-") or "root"
