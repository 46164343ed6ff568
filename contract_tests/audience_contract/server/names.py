"""What is new each time: names with the run's mark; and requests about one audience or another."""

import json
import zlib
from importlib.metadata import version
from typing import Any

from ..facts import facts_of
from ..mock.provider import load as provider_of
from ..samples import sample
from ..spec import Operation
from ..strict_json import at
from .audiences import Audiences, Made
from .draft import Draft, File
from .places import Place, key_of, media_of, places
from .target import Target

_AGENT = f"audience-contract/{version('audience-contract')}"


class Names:
    """Makes names, of the prefix, the run's id and a number; and drafts."""

    def __init__(self, target: Target, audiences: Audiences, seed: int = 1) -> None:
        self.target, self.seed, self._audiences = target, seed, audiences
        self.provider = provider_of(target.spec.key)
        self._count = 0

    def new(self) -> str:
        """The next name."""
        self._count += 1
        return f"{self._audiences.mark}{self._count}"

    def digits(self, name: str) -> str:
        """A name of digits only that stands for another one, and has the mark of the run, too."""
        return f"{self._audiences.digits}{zlib.crc32(name.encode())}"

    def draft(self, operation: Operation, *, least: bool) -> Draft:
        """A request with everything that is required, and nothing else if `least`."""
        found = places(operation)
        top = [place for place in found if place.kind != "body" or "/" not in place.name]
        # Where nothing is said to be required, nobody knows what can be left out.
        unasked = {*self.provider.only_in_some_revisions, *facts_of(operation).pages}
        unsaid = not any(place.required for place in top if place.kind == "body")
        headers = {"User-Agent": _AGENT, **self.target.headers()}
        made = Made(self.new(), "", None)
        boundary = f"{self._audiences.mark}limit"
        draft = Draft(
            operation, media_of(operation), {"path": {}, "query": {}, "header": headers, "body": {}}, boundary
        )
        for place in top:
            needed = place.required or place.kind == "path" or (place.kind == "body" and unsaid)
            given = place.kind == "header" and place.name in headers
            if not given and (needed or not least) and place.name not in unasked:
                draft = draft.put(place, self._usual(place, least=least))
        return self.about(draft, made, keeping=True)

    def _usual(self, place: Place, *, least: bool) -> Any:
        setting = self.target.settings.get(f"{place.kind} {place.name}")
        if setting is not None:
            return setting
        if place.is_file:
            return File(*self.provider.file())
        assert place.schema
        in_body = place.kind == "body"
        found = self.provider.examples.get(place.name) or sample(place.schema, "check" if in_body else "a", least=least)
        return found if in_body or isinstance(found, str | list) else json.dumps(found)

    def meaning(self, operation: Operation, made: Made) -> dict[str, str]:
        """What says which audience is meant; of one that is not made yet, its name stands for what is not known."""
        fed = {place: at(made.answer, pointer) for place, pointer in facts_of(operation).fed.items()}
        known = {place: str(value) for place, value in fed.items() if value}
        return {self.provider.named: made.name, key_of(operation): made.name, **known}

    def about(self, draft: Draft, made: Made | None = None, *, keeping: bool = False) -> Draft:
        """The draft about an audience, where it is about one; about one of a new name where none is given.

        Without `keeping` it has nothing of what an audience's creation answers, where that is not known.
        """
        meaning = self.meaning(draft.operation, made or Made(self.new(), "", None))
        fed = facts_of(draft.operation).fed
        for place in places(draft.operation):
            if (
                place.kind != "header"
                and draft.value(place) is not None
                and (place.name in meaning or place.name in fed)
            ):
                draft = draft.put(place, meaning.get(place.name, draft.value(place) if keeping else ...))
        return draft

    def is_name(self, place: Place) -> bool:
        """Whether the audience's name stands there."""
        return place.kind != "header" and place.name == self.provider.named

    def is_given(self, operation: Operation, place: Place) -> bool:
        """Whether a place has one right value: a setting's, or what the creation of an audience answered."""
        known = f"{place.kind} {place.name}" in self.target.settings
        return known or (not self.is_name(place) and place.name in (*facts_of(operation).fed, key_of(operation)))
