"""New names with the run's mark, and drafts of requests about a given audience."""

import json
import re
import zlib
from collections import defaultdict
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from ..facts import bare
from ..mock.provider import chosen, facts_of
from ..mock.provider import load as provider_of
from ..samples import sample, without_read_only
from ..schema import check, from_text, types
from ..spec import Operation
from .audiences import Audiences, Made
from .draft import Draft, File
from .places import Place, key_of, places
from .target import Target

_AGENT = f"audience-contract/{version('audience-contract')}"


class Names:
    """Makes names, of the run's mark and a number, and drafts."""

    def __init__(self, target: Target, audiences: Audiences) -> None:
        self.target, self._audiences = target, audiences
        self.provider = provider_of(target.spec.key)
        self._count = 0
        self._ids = defaultdict[str, set[str]](set)
        """The creates whose answers have an id, by the path parameter that takes it."""
        for facts in map(facts_of, target.spec.operations):
            for name in facts.linked:
                self._ids[name].add(facts.source)

    def new(self) -> str:
        """The next name."""
        self._count += 1
        # All names have one length, so that what a case adds fits every name or none.
        return f"{self._audiences.mark}{self._count:04}"

    def digits(self, name: str) -> str:
        """A name of digits only, always the same for a given name, which also has a mark of the run."""
        return f"{self._audiences.digits}{zlib.crc32(name.encode()):010}"

    def draft(self, operation: Operation, *, smallest: bool) -> Draft:
        """A valid request with everything that is required; without what is optional if `smallest`."""
        found = places(operation)
        top = [place for place in found if place.kind != "body" or "/" not in place.name]
        # Where no field of the body is marked as required, nobody knows which may be left out, so all are sent.
        unasked = {*self.provider.only_in_some_revisions, *facts_of(operation).pages}
        unsaid = not any(place.required for place in top if place.kind == "body")
        carried = self.target.carried(operation)
        headers = {"User-Agent": _AGENT, **carried["header"]}
        made = Made(self.new(), "", None)
        boundary = f"{self._audiences.mark}limit"
        draft = Draft(operation, operation.media, {"path": {}, **carried, "header": headers, "body": {}}, boundary)
        for place in top:
            needed = place.required or place.kind == "path" or (place.kind == "body" and unsaid)
            given = place.kind == "header" and place.name in headers
            left_out = place.name in unasked or (not needed and self._is_vague(operation, place))
            if not given and (needed or not smallest) and not left_out:
                draft = draft.put(place, self.usual(place, smallest=smallest))
        draft = self.about(draft, made, keeping=True)
        if (schema := operation.body) and draft.is_json:
            # Each is made only if the one before is not right: of a deep schema, that takes a while.
            tried = (draft.values["body"], sample(schema, smallest=smallest), sample(schema))
            sent = (without_read_only(schema, each) for each in tried if isinstance(each, dict | list))
            # What only the server sends may be required of it.
            right = (each for each in sent if not any(check(schema, each, "", unsent="readOnly")))
            draft = replace(draft, values={**draft.values, "body": next(right, {})})
        return draft

    def _is_vague(self, operation: Operation, place: Place) -> bool:
        """Whether the documents do not tell a right value: for a free parameter, or for a property that takes an id."""
        if self.provider.is_by_name or place.name in facts_of(operation).linked:
            return False
        if place.kind == "body":
            # Also under the name of a path parameter that takes the id of something else. An example of an id may be
            # the id of something real.
            return bool(re.search("(?:^|_)id$|I[dD]$", place.name) or self._ids[place.name] - {operation.id})
        said = any(place.says(keyword) is not None for keyword in ("enum", "example", "default", "pattern", "format"))
        return not said and place.kind != "path" and place.is_text

    def usual(self, place: Place, *, smallest: bool) -> Any:
        """A valid value for a place: that of a setting, an example, or one made from the schema."""
        setting = self.target.settings.get(f"{place.kind} {place.name}")
        if setting is not None:
            return setting
        if place.is_file:
            return File(*self.provider.file())
        assert place.schema
        in_body = place.kind == "body"
        made = sample(place.schema, "check" if in_body else "a", smallest=smallest)
        found = self.provider.examples.get(place.name) or made
        return found if in_body or isinstance(found, str | list) else json.dumps(found)

    def meaning(self, operation: Operation, made: Made) -> dict[str, str]:
        """The values that tell which audience is meant, by place; one that no audience has, for an unknown id."""
        facts = facts_of(operation)
        taken = {place: str(value) for place, pointer in facts.linked.items() if (value := made.at(pointer))}
        # A body may repeat what the answer of the create has, at the same place.
        known = {facts.linked[place].removeprefix("/"): value for place, value in taken.items()} | taken
        name = made.name if self.provider.is_by_name else self.new()
        key = key_of(operation)
        # The operation may call the id by a name that only another revision of the page has.
        own = name if key == self.provider.named else made.id or self._audiences.unknown_id(facts.source) or name
        # An id that the caller chooses must be new.
        ids = {bare(re.split("[/.]", each)[-1]) for each in facts.unique if not self.provider.is_by_name}
        named = [each.name for each in places(operation)]
        fresh = {each: self.new() for each in named if bare(each) in ids or f"/{each}" in facts.unique}
        return {self.provider.named: name, key: own, **fresh, **known}

    def about(self, draft: Draft, made: Made | None = None, *, keeping: bool = False) -> Draft:
        """The draft, made to be about an audience if its operation is about one; about a new name if none is given.

        A value that only an audience's creation answers, and that is not known, stays if `keeping`; otherwise it is
        removed or replaced.
        """
        meaning = self.meaning(draft.operation, made or Made(self.new(), "", None))
        meant, key = {*meaning, *facts_of(draft.operation).linked}, key_of(draft.operation)
        for place in places(draft.operation):
            if place.kind != "header" and place.name in meant and draft.value(place) is not None:
                above = meaning[key] if place.kind == "path" else ...
                value = meaning.get(place.name, draft.value(place) if keeping and above is ... else above)
                draft = draft.put(place, self._fitting(draft, place, value))
        return draft

    def _fitting(self, draft: Draft, place: Place, value: Any) -> Any:
        """A name or id, shortened or simplified until the place's schema allows it; the old value if nothing fits."""
        if not place.schema or not isinstance(value, str):
            return value
        if place.says("format") == "uuid" and value.startswith(self._audiences.mark):
            value = self._audiences.uuid(int(value[-4:]))
        longest = place.says("maxLength", len(value))
        words = re.sub(r"\W", "", value)
        found: list[Any] = [value, value[-longest:], words[-longest:], re.sub(r"\d", "x", words)[-longest:]]
        found += [self._audiences.digits]
        if "string" not in types(place.schema):
            found = [from_text(place.schema, value), int(self._audiences.digits)]
        return next((each for each in found if not any(check(place.schema, each, ""))), draft.value(place))

    def is_name(self, place: Place) -> bool:
        """Whether a place is that of the audience's name."""
        return place.kind != "header" and place.name == self.provider.named

    def is_given(self, operation: Operation, place: Place) -> bool:
        """Whether a place has only one right value: that of a setting, or one that an audience's creation answered."""
        known = f"{place.kind} {place.name}" in self.target.settings
        linked = facts_of(operation).linked
        # What other APIs call a name may be the id of something that exists.
        is_free = self.is_name(place) and (self.provider.is_by_name or place.name not in linked)
        return known or (not is_free and place.name in {*linked, key_of(operation), chosen(operation)} - {""})
