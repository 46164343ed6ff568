"""Whether a request carries credentials in the form that a spec asks for; not whether they are right."""

from collections.abc import Callable, Iterator

from .messages import Request
from .spec import Node, Operation
from .violation import Violation

Admits = Callable[[Node, list[str]], bool]


def header(scheme: Node) -> str:
    """The name of the header that carries a security scheme's credentials."""
    return "Authorization" if scheme.value["type"] == "http" else str(scheme.value["name"])


def bearer(value: str) -> str:
    """The token in an Authorization value; "" where it has none. The scheme's case does not matter (RFC 9110, 11.1)."""
    scheme, _, token = value.partition(" ")
    return token.strip(" ") if scheme.lower() == "bearer" else ""


def start(scheme: Node) -> str:
    """What stands before the credential in its header; `x-prefix` says so of an API key."""
    return "Bearer " if scheme.value["type"] == "http" else str(scheme.plain("x-prefix", ""))


def credential(scheme: Node, value: str) -> str:
    """The credential in its header's value; "" where that is of another form."""
    if scheme.value["type"] == "http":
        return bearer(value)
    return value.removeprefix(start(scheme)) if value.startswith(start(scheme)) else ""


def well_formed(scheme: Node, values: list[str]) -> bool:
    """Whether a header's values are one credential of the scheme's form."""
    return len(values) == 1 and bool(credential(scheme, values[0]))


def failing(operation: Operation, request: Request, admits: Admits = well_formed) -> list[Node]:
    """The schemes that do not admit the request, in the spec's order: none if one of the alternatives is met.

    Otherwise those of the alternative that lacks least, the first among equals.
    """
    schemes = operation.spec.node.get("components") and operation.spec.node["components"].get("securitySchemes")
    lacking = []
    for alternative in operation.security or ():
        named = [schemes[name] for name in alternative.value] if schemes else []
        lacking.append([scheme for scheme in named if not admits(scheme, request.values(header(scheme)))])
    return min(lacking, key=len, default=[])


def check(operation: Operation, request: Request) -> Iterator[Violation]:
    """One violation for each scheme that the request lacks."""
    for scheme in failing(operation, request):
        values = request.values(header(scheme))
        said = f"sent {len(values)} times" if len(values) > 1 else "of another form" if values else "missing"
        name = scheme.pointer.rpartition("/")[2]
        yield Violation(f"header {header(scheme)}", "", scheme.pointer, f"the credential of scheme {name!r} is {said}")
