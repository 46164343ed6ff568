"""What a new provider's effective spec and client say of it, in the words of the templates."""

import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from openapi_python_client.strings import PythonIdentifier

from audience_contract.samples import sample
from audience_contract.spec import Document

from .._errors import PipelineError
from ..client import shape
from ..documents import pointer
from ..operations import Json, Operation, operations, target

# What the class of every provider has as an argument already.
_ARGUMENTS = {"self", "options", "base_url", "user_agent"}
_BY_HAND = "write its files by hand, after another's"


@dataclass(frozen=True)
class Outline:
    """A provider that creates audiences by one JSON request; `modules` are those of its generated client."""

    key: str
    title: str
    spec: Json
    modules: dict[Path, bytes]

    @cached_property
    def operation(self) -> Operation:
        """The one that creates: the first POST with a JSON body, or else the first PUT."""
        fits = [each for each in operations(self.spec) if any(_is_json(media) for media, _, _ in each.bodies)]
        for method in ("POST", "PUT"):
            for operation in fits:
                if operation.method == method:
                    return operation
        raise PipelineError(f"{self.key}: no POST or PUT with a JSON body; {_BY_HAND}")

    @cached_property
    def _module(self) -> tuple[Path, str]:
        made = shape(f"Build `{self.operation.method} {self.operation.path}`")
        found = ((path, data.decode()) for path, data in self.modules.items() if path.parts[0] == "api")
        return next((path, text) for path, text in found if made in shape(text))

    @property
    def tag(self) -> str:
        return _identifier(self._module[0].parts[1], self.at)

    @property
    def module(self) -> str:
        return _identifier(self._module[0].stem, self.at)

    @property
    def model(self) -> str:
        return self._type(self._module[1], "body")

    @staticmethod
    def _type(text: str, name: str) -> str:
        """Of a parameter or an attribute in a generated module."""
        return str(re.findall(rf"^    {name}: (\w+)", text, re.M)[0])

    @cached_property
    def arguments(self) -> list[tuple[str, str]]:
        """Those of the model's constructor, each with what it is made of; what is no plain value is left to hands."""
        if "properties" not in self.body[1]:
            return []
        text = next(data.decode() for path, data in self.modules.items() if f"class {self.model}:" in data.decode())
        found = []
        for name, schema in self._properties():
            own = _python(name, self.body[0])
            kind = self._type(text, own)
            required = name in self.body[1].get("required", ())
            value = f"draft.body[{name!r}]" if required or "enum" in schema else f"draft.body.get({name!r}, UNSET)"
            if "enum" in schema:
                value = f"{kind}({value})" if required else f"{kind}({value}) if {name!r} in draft.body else UNSET"
            objects = "properties" in schema or "properties" in schema.get("items", ())
            found.append((own, "FILL_IN" if objects or schema.get("format") == "date-time" else value))
        return found

    @property
    def models(self) -> list[str]:
        """Those that the constructor needs."""
        enums = re.findall(r"(\w+)\(draft", " ".join(value for _, value in self.arguments))
        return sorted(
            {
                *enums,
                *(each["enum"] for each in self.headers if each["enum"]),
                *([self.model] if self.arguments else ()),
            }
        )

    @property
    def method(self) -> str:
        """Of the mock, which finds its operations by that name."""
        name = self.operation.name
        plain = re.fullmatch(r"[A-Za-z_][\w ./:{}-]*", name, re.ASCII)
        return _identifier(re.sub(r"\W", "_", name.lower()) if plain else name, self.at)

    @property
    def at(self) -> str:
        return self.operation.at

    @property
    def body(self) -> tuple[str, Json]:
        """Pointer and schema of the request body."""
        return next((at, schema) for media, at, schema in self.operation.bodies if _is_json(media))

    @property
    def media(self) -> str:
        """Of the request body."""
        return next(media for media, _, _ in self.operation.bodies if _is_json(media))

    @property
    def bases(self) -> list[str]:
        """Each server's base path, its variables set to their defaults."""
        found = []
        for server in self.spec["servers"]:
            url: str = server["url"]
            for name, variable in server.get("variables", {}).items():
                url = url.replace(f"{{{name}}}", variable["default"])
            found.append(urlsplit(url).path.rstrip("/"))
        return found

    @property
    def required(self) -> list[str]:
        """The parameters of path and query that have no setting: an adapter has to know what they are."""
        parameters = [(at, each) for at, each in self.operation.parameters if each["in"] != "header"]
        return [_python(each["name"], at) for at, each in parameters if each.get("required")]

    @property
    def path(self) -> str:
        """With a value for each parameter."""
        path = self.operation.path
        for at, each in self.operation.parameters:
            path = path.replace(f"{{{each['name']}}}", str(self._sample(f"{at}/schema")))
        return path

    @property
    def variables(self) -> list[str]:
        """Those of the first server, which are settings called as they are."""
        names = self.spec["servers"][0].get("variables", {})
        return [_identifier(name, "/servers/0/variables") for name in names]

    @cached_property
    def schemes(self) -> list[Json]:
        """The credentials: the name of the header, whether it is a bearer token, pointer and setting."""
        found: list[Json] = []
        for name in self.operation.security[0] if self.operation.security else ():
            at, scheme = target(self.spec, pointer([name], "/components/securitySchemes"))
            bearer = scheme["type"] == "http"
            header = "Authorization" if bearer else scheme["name"]
            first = not any(each["argument"] == "api_key" for each in found)
            argument = "token" if bearer else "api_key" if first else _python(header, at)
            ours = {"argument": argument, "secret": True, "whole": False, "prefixed": header.lower() == "authorization"}
            found.append({"header": header, "bearer": bearer, "at": at, **ours})
        return found

    @cached_property
    def headers(self) -> list[Json]:
        """The other required headers, which are settings, called as the generated client calls them."""
        found = []
        for at, parameter in self.operation.parameters:
            if parameter["in"] == "header" and parameter.get("required"):
                name, schema = _python(parameter["name"], at), target(self.spec, f"{at}/schema")[1]
                # One of several documented values is the adapter's choice, and no setting.
                enum = self._type(self._module[1], name) if "enum" in schema else ""
                whole = schema.get("type") == "integer"
                text = schema.get("type") == "string" and not enum
                sent = f"mock-{name}" if text else self._sample(f"{at}/schema")
                ours = {"argument": name, "secret": False, "bearer": False, "whole": whole, "enum": enum}
                found.append({"header": parameter["name"], "at": at, "sent": str(sent), **ours})
        return found

    @property
    def settings(self) -> Iterator[Json]:
        taken = set(_ARGUMENTS)
        for each in (*self.schemes, *(each for each in self.headers if not each["enum"])):
            if each["argument"] in taken:
                raise PipelineError(
                    f"{self.key}: {each['at']}: there is a setting {each['argument']!r} already; {_BY_HAND}"
                )
            taken.add(each["argument"])
            yield {**each, "own": f"own_{each['argument']}", "variable": f"{self.key}_{each['argument']}".upper()}

    @property
    def constants(self) -> list[str]:
        """The mock server's credentials that its mock needs."""
        return sorted({"TOKEN" if each["bearer"] else "API_KEY" for each in self.schemes})

    @property
    def status(self) -> int:
        return min(int(status) for status in self.operation.value["responses"] if status.startswith("2"))

    @property
    def documented(self) -> Any:
        """A body of the documented success, or None if it has none."""
        return self._example(str(self.status))

    @property
    def error(self) -> Json:
        """A body of a documented error, with "words" where the provider may choose any; or an empty one."""
        errors = sorted(status for status in self.operation.value["responses"] if status[0] in "45d")
        made = self._example(errors[0], "words") if errors else {}
        return made if isinstance(made, dict) else {}

    def _example(self, status: str, text: str = "text") -> Any:
        at = next((at for code, at, _ in self.operation.answers if code == status), None)
        return self._sample(at, text) if at else None

    def _sample(self, at: str, text: str = "text") -> Any:
        """A value of the schema there, without chance."""
        return sample(self._document.node.at(at), text)

    @cached_property
    def _document(self) -> Document:
        return Document(self.spec)

    @property
    def request(self) -> Json:
        """A request with every property."""
        made: Any = self._sample(self.body[0])
        if not isinstance(made, dict):
            raise PipelineError(f"{self.key}: {self.body[0]}: a body that is no object; {_BY_HAND}")
        return made

    def _properties(self) -> Iterator[tuple[str, Json]]:
        for name in self.body[1].get("properties", {}):
            yield name, target(self.spec, pointer(["properties", name], self.body[0]))[1]

    @property
    def broken(self) -> Iterator[tuple[str, str, str]]:
        """Changes of a good request that break one rule: an expression, the place, the rule."""
        for each in self.schemes:
            yield f"header({each['header']!r})", f"header {each['header']}", each["at"]
        for each in self.headers:
            yield f"header({each['header']!r})", f"header {each['header']}", f"{each['at']}/required"
        yield "body('{')", "body", self.body[0].removesuffix("/schema")
        yield "body('[]')", "body", f"{self.body[0]}/type"

    @property
    def answer_place(self) -> str:
        return pointer(["responses", str(self.status), "content", self.answer_media], self.at)

    @property
    def answer_media(self) -> str:
        """Of the documented success."""
        return next(iter(self.operation.value["responses"][str(self.status)].get("content", ())), "application/json")


def _is_json(media: str) -> bool:
    return media.partition(";")[0].endswith(("/json", "+json"))


def _python(name: str, at: str) -> str:
    """What the generated client calls something."""
    return _identifier(str(PythonIdentifier(name, "field_")), at)


def _identifier(name: str, at: str) -> str:
    if not name.isascii() or not name.isidentifier() or keyword.iskeyword(name):
        raise PipelineError(f"{at}: {name!r} is no name in Python; {_BY_HAND}")
    return name


def view(outline: Outline) -> dict[str, Any]:
    return {"it": outline, "cls": outline.title, "key": outline.key}
