"""Credentials for one run: right for one provider, and nowhere else."""

import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from ..messages import Request
from ..mock.credentials import API_KEY, CLIENT_SECRET, TOKEN
from ..mock.provider import load
from ..security import credential, failing, place, well_formed
from ..spec import Node, Operation
from ..violation import Violation


class ThrowAway:
    """Fresh credentials for each provider, in place of those that the mock server always takes."""

    def __init__(self, keys: Collection[str]) -> None:
        own = {key: {constant: _fresh() for constant in (TOKEN, API_KEY, CLIENT_SECRET)} for key in keys}
        # An API key is the client id, too, where there is both.
        clients = {key: own[client] for key in keys if (client := load(key).client_of) in own}
        self._fresh = {key: {**mine, API_KEY: clients.get(key, mine)[API_KEY]} for key, mine in own.items()}

    @property
    def secrets(self) -> frozenset[str]:
        """All credentials of the run."""
        return frozenset(secret for fresh in self._fresh.values() for secret in fresh.values())

    def fill(self, key: str, variables: Mapping[str, str]) -> dict[str, str]:
        """A provider's environment variables with its own credentials in place of the mock server's."""
        return {name: self._fresh[key].get(value, value) for name, value in variables.items()}

    def mocked(self, key: str, request: Request) -> Request:
        """The request with the mock server's credentials in its body, for the mock's own handlers."""
        body = request.body
        for constant, secret in self._fresh[key].items():
            body = body.replace(secret.encode(), constant.encode())
        return replace(request, body=body)

    def violations(self, operation: Operation, request: Request, issued: Collection[str]) -> Iterator[Violation]:
        """What is wrong with credentials that have the right form; `issued` are access tokens that hold, too."""
        key = operation.spec.key
        own, is_formed = self._fresh[key], not failing(operation, request)

        def right(scheme: Node, values: list[str]) -> bool:
            if not well_formed(scheme, values):
                # Reported as such, by whoever judges the form; of alternatives, another one may be there.
                return not is_formed
            given = credential(scheme, values[0])
            return given == own[API_KEY] if scheme.value["type"] == "apiKey" else given in {own[TOKEN], *issued}

        wrong = failing(operation, request, right)
        for scheme in wrong:
            said = "not the credential that the environment gave for this provider"
            yield Violation(" ".join(place(scheme)), "", scheme.pointer, said)
        in_query = any(kind == "query" for kind, _ in map(place, operation.spec.schemes))
        if not in_query and any(secret in request.target for secret in {*self.secrets, *issued}):
            yield Violation("query", "", operation.node.pointer, "a credential in the URL, where logs keep it")
        others = self.secrets - set(own.values())
        sent = [value for name, value in request.headers if name.lower() not in {place(s)[1].lower() for s in wrong}]
        text = "\n".join(sent).encode("utf-8", "replace") + request.body
        if any(secret.encode() in text for secret in others):
            yield Violation("headers and body", "", operation.node.pointer, "another provider's credential")


def _fresh() -> str:
    return f"throw-away-{secrets.token_hex(16)}"
