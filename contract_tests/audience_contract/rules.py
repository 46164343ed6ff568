"""The rules by which exchanges are judged: what every finding and every column of a report is named after."""

from dataclasses import dataclass
from typing import Literal

Side = Literal["client", "server"]


@dataclass(frozen=True)
class Rule:
    """A rule: its `id`, the `side` of the wire that it binds, a `title` of a few words, and what it says in `help`."""

    id: str
    side: Side
    title: str
    help: str


_ALL = (
    # What a client owes.
    Rule("request.operation", "client", "Known operation", "Method and path are those of a documented operation."),
    Rule("request.credential", "client", "Credentials", "Every credential that the operation asks for, in its form."),
    Rule("request.header", "client", "Headers", "Required headers are there once, with documented values."),
    Rule("request.query", "client", "Query", "Required query parameters are there once, with documented values."),
    Rule("request.path", "client", "Path parameters", "The parameters in the path have documented values."),
    Rule("request.content-type", "client", "Media type", "The body has a documented media type."),
    Rule("request.body", "client", "Body", "The body is there, can be read and keeps to its schema."),
    Rule("request.part", "client", "Parts", "A form's parts have the documented names, types and files."),
    Rule("request.length", "client", "Length", "Content-Length is the length of the body."),
    Rule("request.undocumented", "client", "Nothing undocumented", "Nothing is sent that the documents do not name."),
    Rule("request.prose", "client", "Rules in prose", "What the documents ask for in words only."),
    # What a server owes in each answer.
    Rule("response.status", "server", "Documented status", "The status is one that the operation documents."),
    Rule("response.content-type", "server", "Media type", "The answer's media type is documented, parameters too."),
    Rule("response.body", "server", "Body", "The body can be read and keeps to its schema."),
    Rule("response.failure", "server", "No server error", "No request makes the server fail with a 5xx status."),
    Rule("response.leak", "server", "No leak", "No answer shows a credential, a stack trace or a path of the server."),
    Rule("response.message", "server", "HTTP message", "The answer is a message that RFC 9110 and RFC 9112 allow."),
    Rule("response.time", "server", "In time", "The answer comes within the time that the run allows."),
    # What a server owes to a request of a known kind.
    Rule("case.accepted", "server", "Valid accepted", "A request that keeps to every rule gets a documented success."),
    Rule("case.refused", "server", "Invalid refused", "A request that breaks a rule gets a documented refusal."),
    Rule("case.credential", "server", "Credentials enforced", "No request is admitted without right credentials."),
    Rule("case.header", "server", "Headers enforced", "No request succeeds without a header that is required."),
    Rule("case.method", "server", "Methods", "A method that the path does not document does not succeed."),
    # What a server owes over several exchanges.
    Rule("run.unique", "server", "Unique ids", "No two successes have the same token or id."),
    Rule("run.echo", "server", "Echo", "What an answer repeats of the request is what was sent."),
)

RULES = {rule.id: rule for rule in _ALL}
"""Every rule by its id, in the order in which reports show them."""
