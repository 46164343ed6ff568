"""What a provider's file says of its operations and of its mock, beyond what the effective spec says."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from importlib import import_module
from itertools import takewhile
from typing import Any, ClassVar
from urllib.parse import unquote

from ..facts import PATH, Effect, Facts, effect_of, linking, links_between
from ..messages import Request, Response
from ..parameters import sent
from ..samples import sample
from ..schema import types
from ..security import where
from ..spec import Operation
from ..spec import load as load_spec
from ..urlencoded import decode
from ..violation import Violation
from . import answers
from .answers import reason, reply
from .credentials import API_KEY, TOKEN
from .state import Record, State

_OF_DOCUMENTS: dict[str, "Provider"] = {}
_OTHERS = {401, 403, 404, 409, 429}
"""Refusals for another reason than a request's form."""


@dataclass(frozen=True)
class Call:
    """A request that broke no rule of the spec and carries the right credentials."""

    operation: Operation
    request: Request
    state: State

    @property
    def query(self) -> bytes:
        """The query, as it was sent."""
        return self.request.target.partition("?")[2].encode("latin-1")

    @property
    def path(self) -> Mapping[str, str]:
        """The values of the path's parameters."""
        return {name: unquote(text) for name, text in self.operation.path_values(self.request.target).items()}

    def created(self, **record: Any) -> None:
        """Record what the request created; the arguments are those of `Record`."""
        self.state.add(Record(self.operation.spec.key, self.operation.id, **record))

    def find(self, **known: str) -> Record | None:
        """The audience of the provider that has these attributes of a `Record`, of several the last."""
        return self.state.find(provider=self.operation.spec.key, **known)

    def all(self) -> list[Record]:
        """The audiences of the provider, in the order of their creation."""
        return [record for record in self.state.records if record.provider == self.operation.spec.key]


class Provider:
    """One provider's answers, and what else its documents say that no spec can.

    A subclass has, for each operation, a method named by the lower-case `operationId`, with an underscore for each
    character that no Python name has. The method takes a `Call`, changes state, and returns the documented success, or
    a refusal for a documented reason that no schema can state.
    """

    settings: ClassVar[Mapping[str, str]] = {}
    """What a caller has to be given, by its place in a request ("header X", "body y"): the environment variable."""
    client_of: ClassVar[str] = ""
    """The provider whose API key is the client id of this service, "" for none."""
    credentials: ClassVar[frozenset[str]] = frozenset()
    """The fields of bodies that are credentials."""
    named: ClassVar[str] = "name"
    """The parameter, property or part that is an audience's name, a property below others with its path ("data/name");
    "" if nothing is.
    """
    is_by_name: ClassVar[bool] = True
    """Whether a name says which audience is meant; else only what its creation answered does."""
    examples: ClassVar[Mapping[str, Any]] = {}
    """Values from the page's samples, for properties whose allowed values the page does not list."""
    names_have_case: ClassVar[bool] = False
    """Whether the documents say that names which differ in case are two names."""
    only_in_some_revisions: ClassVar[frozenset[str]] = frozenset()
    """Properties that only some revisions of the page let the caller send."""
    operations: ClassVar[Mapping[str, Facts]] = {}
    """By operationId, the facts of operations that create nothing, if their method does not say them all."""
    bound: ClassVar[frozenset[str]] = frozenset()
    """The headers that belong to the credential, as the documented 401 says: another value is refused."""
    identity: ClassVar[tuple[str, ...]] = ()
    """JSON pointers into the success of a create, to what no two successes have in common."""
    left_open: ClassVar[frozenset[str]] = frozenset()
    """JSON pointers to rules of the spec: no document says that a request is refused that breaks one of them."""
    extensible: ClassVar[bool] = False
    """Whether the server must ignore properties and fields that it does not know."""
    reads_query: ClassVar[bool] = False
    """Whether the fields of a body may stand in the query instead."""
    kept: ClassVar[frozenset[str]] = frozenset()
    """Properties of a create, beside the name, that an audience is shown with."""
    echoes: ClassVar[Mapping[str, str]] = {}
    """JSON pointers into the success of a create, to what it repeats of the request: the property's name there."""

    def facts(self, operation: Operation) -> Facts:
        """What the documents say of an operation in words only."""
        effect = effect_of(operation.method)
        plain = Facts(effect, self.identity, self.echoes) if effect is Effect.CREATES else Facts(effect)
        return self.operations.get(operation.id, plain)

    @cached_property
    def key(self) -> str:
        """The key of the spec: the name of the provider's file."""
        return type(self).__module__.rpartition(".")[2]

    @cached_property
    def taken(self) -> Mapping[str, str]:
        """What this mock takes for each setting, by the environment variable."""
        spec = load_spec(self.key)
        known = {where(each): TOKEN if each.value["type"] == "http" else API_KEY for each in spec.schemes}
        for each in (each for operation in spec.operations for each in operation.node.get("parameters") or ()):
            place = f"{each.value['in']} {each.value['name']}"
            if place in self.settings.keys() - known.keys():
                known[place] = str(sample(each["schema"], f"mock-{self.settings[place].split('_')[1].lower()}"))
        return {variable: known[place] for place, variable in self.settings.items()}

    def environment(self, base_url: str) -> dict[str, str]:
        """The environment variables that point a client at this mock, with credentials that it takes."""
        return {**self.taken, f"{self.key}_base_url".upper(): base_url}

    def login(self) -> dict[str, str | None]:
        """The variables of a client that asks for its access tokens; None for one that it must not have then."""
        return {}

    def error(self, operation: Operation, status: int, detail: str = "") -> Response:
        """The documented error with this status; where none is documented, a small body of the provider's style."""
        return answers.error(operation, status, detail)

    def tokens(self, state: State) -> Collection[str]:  # noqa: ARG002
        """The bearer tokens that it takes."""
        return {TOKEN}

    def prose(self, operation: Operation, request: Request) -> Iterator[Violation]:  # noqa: ARG002
        """What a request breaks that the documents ask for in words only; it breaks no rule of the spec's schemas."""
        yield from ()

    def unauthenticated(self, operation: Operation, header: str, *, missing: bool) -> Response:  # noqa: ARG002
        """The answer to credentials that are missing, or wrong, in `header`."""
        documented = operation.node["responses"].value
        return self.error(operation, 403 if "403" in documented and "401" not in documented else 401)

    def unbound(self, operation: Operation, request: Request) -> Iterator[Violation]:
        """What is wrong with headers that belong to the credential."""
        for name in self.bound:
            right = self.taken[self.settings[f"header {name}"]]
            if any(value != right for value in request.values(name)):
                rule = f"{operation.node.pointer}/responses/401/description"
                yield Violation(f"header {name}", "", rule, "not the one that the credential is for")

    def refuse(self, operation: Operation, violations: Sequence[Violation]) -> Response:
        """The answer to a request that breaks the spec."""
        found = [int(code) for code in operation.node["responses"].value if re.fullmatch("4[0-9]{2}", code)]
        # If all other documented refusals have another reason, 404 fits best: something in the path is wrong.
        formal = (code for code in found if code not in _OTHERS)
        status = next(formal, 404 if 404 in found else 400)
        return self.error(operation, status, f" ({violations[0].where}: {violations[0].message})")

    def why_not(self, operation: Operation) -> str:  # noqa: ARG002
        """Why an operation is not judged; "" if it is."""
        return ""

    def why_either_is_allowed(self, operation: Operation, request: Request) -> Iterator[str]:
        """Why a request that breaks no rule may succeed or be refused: each reason that the documents leave open.

        For any provider, these are values of parameters of which only the server knows whether they are right.
        """
        facts = facts_of(operation)
        given = {*map(str.lower, self.settings), *(f"header {name}".lower() for name in operation.spec.headers)}
        for parameter, place, values in sent(operation, request):
            name, kind = str(parameter.value["name"]), parameter["schema"]
            if place == "path" or name in (self.named, *facts.linked) or f"{place} {name}".lower() in given:
                continue
            known = [kind.plain(keyword) for keyword in ("example", "default")]
            is_free = "string" in types(kind) and not kind.plain("enum")
            for text in (decode(value, plus=place == "query") or "" for value in values):
                if name in facts.pages or (is_free and text not in known):
                    yield "a text of which nobody says which there are"
                elif name in facts.limits and (kind.plain("maximum") is None or re.match("-|0*$", text)):
                    yield "a size of pages of which nobody says whether it is allowed"

    def said(self, operation: Operation, request: Request, response: Response) -> Iterator[Violation]:  # noqa: ARG002
        """The violations in an answer of rules that no schema states."""
        yield from ()

    def contradicts(self, response: Response, violation: Violation) -> bool:  # noqa: ARG002
        """Whether the documents contradict themselves about what an answer breaks."""
        return False

    def filters(self, operation: Operation, shown: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:  # noqa: ARG002
        """Parameters of a list, each with a value, and whether the list must still have its item `shown` if it is asked
        with that value.
        """
        yield from ()

    def says_no(self, operation: Operation, response: Response) -> bool:  # noqa: ARG002
        """Whether an answer with the status of a success says in its body that nothing succeeded."""
        return False

    def private(self, request: Request) -> Iterator[str]:  # noqa: ARG002
        """Personal data in a request, which no answer has a reason to repeat."""
        yield from ()

    def file(self) -> tuple[str, str, bytes]:
        """A small file that must be taken: its name, media type and content; raises LookupError if none is taken."""
        raise LookupError(f"{type(self).__name__} takes no files")

    def files(self) -> Iterator[tuple[str, str, str, bytes, bool]]:
        """Files to try: what is special, name, media type, content, and whether the file must be taken."""
        yield from ()

    def forbids(self, call: Call) -> bool:  # noqa: ARG002
        """Whether the documents' prose, read strictly, forbids a request that the spec allows."""
        return False

    def handler(self, operation: Operation) -> Callable[[Call], Response]:
        """The method for an operation; `otherwise` where nobody has written it."""
        made: Callable[[Call], Response] = getattr(self, re.sub(r"\W", "_", operation.id.lower()), self.otherwise)
        return made

    def otherwise(self, call: Call) -> Response:
        """An answer that is made from the operation's schema."""
        return answers.success(call.operation) or reply(501, {"message": reason(501)})


def refusal(ours: Provider, operation: Operation, request: Request, broken: Sequence[Violation]) -> Response:
    """The answer to a request that breaks the spec, its credentials first."""
    for violation in broken:
        place, _, name = violation.where.partition(" ")
        if violation.rule.startswith("/components/securitySchemes/"):
            missing = place == "header" and not request.values(name)
            return ours.unauthenticated(operation, name, missing=missing)
    return ours.refuse(operation, broken)


def load(key: str) -> Provider:
    """The provider that `audience_contract/providers/<key>.py` calls `PROVIDER`; or what its document alone says."""
    return _OF_DOCUMENTS.get(key) or _own(key)


def register(provider: Provider) -> None:
    """Have the provider of a user's own document found by its key."""
    _OF_DOCUMENTS[provider.key] = provider


@cache
def _own(key: str) -> Provider:
    found = import_module(f"..providers.{key}", __package__).PROVIDER
    assert isinstance(found, Provider), key
    return found


@lru_cache(maxsize=8192)
def facts_of(operation: Operation) -> Facts:
    """The facts that the provider's file has of an operation, and what the spec's links say of it."""
    ours = load(operation.spec.key)
    facts = ours.facts(operation)
    sources = operation.spec.operations if ours.is_by_name else linking(operation.spec)
    creating = [each for each in sources if ours.facts(each).creates]
    links = {each.id: dict(links_between(each, operation)) for each in creating if each is not operation}
    source = max(links, key=lambda each: len(links[each]), default="")
    if not links.get(source):
        is_by_name = ours.named and ours.is_by_name and not facts.creates
        source = facts.source or (source if is_by_name else "")
    # A link need not say what is above both paths.
    made_at = operation.spec.named[source].path if links.get(source) else ""
    above = takewhile(lambda each: each[0] == each[1], zip(operation.path.split("/"), made_at.split("/"), strict=False))
    shared = {name[1:-1]: f"{PATH}{name[1:-1]}" for name, _ in above if name.startswith("{")}
    linked = {**shared, **facts.linked, **links.get(source, {})}
    return replace(facts, linked=linked, source=source, pages=dict(links_between(operation, operation)))


def chosen(operation: Operation) -> str:
    """The path parameter in which the caller of a create gives the id of what is to be made; "" for none."""
    found = (each.removeprefix(PATH) for each in facts_of(operation).unique)
    return next((name for name in found if f"{{{name}}}" in operation.path), "")
