"""The rules by which exchanges are judged: what every finding is named after, and how much it weighs."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Side = Literal["client", "server"]


class Weight(StrEnum):
    """How much a finding counts."""

    VIOLATION = "violation"
    """The provider's documents say otherwise."""
    ADVICE = "advice"
    """HTTP, JSON or forms say otherwise, and the documents nothing: `--strict` makes it count."""
    NOT_JUDGED = "not judged"
    """Nobody says what is right; or it was seen once, and not again."""


@dataclass(frozen=True)
class Rule:
    """A rule: its `id`, the `side` of the wire that it binds, a `title` of a few words, and what it says in `help`.

    `is_placed` says whether a finding is identified by its place in the spec, too, and not by the rule alone.
    """

    id: str
    side: Side
    title: str
    help: str
    weight: Weight = Weight.VIOLATION
    is_placed: bool = True

    @property
    def reason(self) -> str:
        """What `help` says, as it stands in the brackets of a headline."""
        return self.help.rstrip(".").replace(" (RFC", "; RFC").rstrip(")")


def _server(rule: str, title: str, text: str) -> Rule:
    return Rule(rule, "server", title, text)


def _anywhere(rule: str, title: str, text: str) -> Rule:
    return Rule(rule, "server", title, text, is_placed=False)


def _client(rule: str, title: str, text: str, weight: Weight = Weight.VIOLATION) -> Rule:
    return Rule(rule, "client", title, text, weight)


def _advice(rule: str, title: str, text: str) -> Rule:
    return Rule(rule, "server", title, text, Weight.ADVICE, is_placed=False)


_ALL = (
    # What a server owes, the gravest first.
    _server("case.credential", "Credentials enforced", "No request is admitted without right credentials."),
    _anywhere("response.failure", "No server error", "No request makes the server fail with 5xx."),
    _anywhere("response.message", "An answer", "Every request gets a whole HTTP answer."),
    _anywhere("response.time", "In time", "The answer comes in the time that the run allows."),
    _server("case.accepted", "Valid accepted", "A request that keeps to every rule gets a documented success."),
    _anywhere("response.status", "Documented status", "The status is one that is documented for the request."),
    _server("response.content-type", "Media type", "The answer's media type is documented, parameters too."),
    _server("response.header", "Answer's headers", "Headers that are required are there, with documented values."),
    _server("response.body", "Body", "The body can be read and keeps to its schema."),
    _server("case.header", "Headers enforced", "No request succeeds without a header that is required."),
    _server("case.refused", "Invalid refused", "A request that breaks a rule is refused as documented."),
    _server("case.method", "Methods", "A method that the path does not document does not succeed."),
    _anywhere("run.unique", "Unique ids", "No two successes have the same token or id."),
    _anywhere("run.echo", "Echo", "What an answer repeats of a request is what was sent."),
    _anywhere("run.members", "Members", "No more members are in an audience than its changes can have left there."),
    _anywhere("run.removed", "Removed", "What was deleted is not shown as before."),
    _anywhere(
        "run.pages",
        "Pages",
        "A list has what was asked for, not less and not more, and no page has the cursor of an earlier one.",
    ),
    # What a client owes.
    _client("request.operation", "Known operation", "Method and path are those of a documented operation."),
    _client("request.credential", "Credentials", "Every credential that the operation asks for, in its form."),
    _client("request.header", "Headers", "Required headers are there once, with documented values."),
    _client("request.query", "Query", "Required query parameters are there once, with documented values."),
    _client("request.cookie", "Cookies", "Required cookies are there once, with documented values."),
    _client("request.path", "Path parameters", "The parameters in the path have documented values."),
    _client("request.content-type", "Media type", "The body has a documented media type."),
    _client("request.body", "Body", "The body is there, can be read and keeps to its schema."),
    _client("request.part", "Parts", "A form's parts have the documented names, types and files."),
    _client("request.length", "Length", "Content-Length is the length of the body."),
    _client("request.prose", "Rules in prose", "What the documents ask for in words only."),
    _client("request.undocumented", "Nothing undocumented", "Nothing is sent that no document names.", Weight.ADVICE),
    # What HTTP, JSON and forms say of a server, and the documents do not.
    _advice("json.numbers", "Numbers in JSON", "JSON has no NaN and no Infinity (RFC 8259, section 6)."),
    _advice("json.encoding", "JSON in UTF-8", "JSON is in UTF-8, whatever a charset says (RFC 8259, section 8.1)."),
    _advice("json.keys", "Keys once", "What a key that an object has twice means is open (RFC 8259, section 4)."),
    _advice("json.depth", "Deep nesting", "What is nested too deeply can be refused (RFC 8259, section 9)."),
    _advice("json.names", "Names' spelling", "Names are compared letter by letter (RFC 8259, section 8.3)."),
    _advice("json.text", "JSON's grammar", "JSON has no comments, other quotes or the like (RFC 8259, section 2)."),
    _advice("json.limits", "Limits of texts", "A limit on a text should be documented (RFC 8259, section 9)."),
    _advice("http.media", "Other media types", "Another media type can be refused (RFC 9110, section 15.5.16)."),
    _advice("http.query", "Letters in a query", "Letters in a query have case, and may be codes (RFC 3986, 6.2.2)."),
    _advice("http.number", "Numbers in a query", "Only 0 to 9 are digits, and spaces count (RFC 3986, 2.3)."),
    _advice("http.leak", "Nothing given away", "No answer shows a credential, or the server's inside (RFC 9110, 17)."),
    _advice("http.order", "Credentials first", "Credentials come before all else (RFC 9110, section 15.5.2)."),
    _advice("http.scheme", "Scheme", "A scheme has no case; spaces follow it (RFC 9110, section 11.4)."),
    _advice("http.accept", "Accept", "Accept may have ranges and weights (RFC 9110, section 12.5.1)."),
    _advice("http.allow", "Allow", "405 names the methods that there are (RFC 9110, section 15.5.6)."),
    _advice("http.upgrade", "Upgrade", "An offer to upgrade can be ignored (RFC 9110, section 7.8)."),
    _advice("http.line", "Request line", "The request line may have the whole URL (RFC 9112, section 3.2.2)."),
    _advice("http.chunked", "Chunked body", "A body may come in chunks (RFC 9112, section 7.1)."),
    _advice("http.expect", "Expect", "A client may wait for 100 before it sends a body (RFC 9110, section 10.1.1)."),
    _advice("http.type", "Media type's spelling", "A media type has no case, and may have a charset (RFC 9110, 8.3)."),
    _advice("form.framing", "Frame of a form", "A form ends with its boundary; around it is free (RFC 2046, 5.1.1)."),
    _advice("form.part", "Parts' headers", "A part has its name and type in its headers (RFC 7578, 4.2 to 5.1)."),
)

RULES = {rule.id: rule for rule in _ALL}
"""Every rule by its id, in the order in which reports show them."""
GRAVITY = {rule: number for number, rule in enumerate(RULES)}
"""The place of each rule in that order: the gravest is 0."""
