"""Reads from a new provider's effective spec and client what the templates need."""

import keyword
import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from openapi_python_client.strings import PythonIdentifier

from audience_contract.samples import sample
from audience_contract.spec import Document

from .._errors import PipelineError
from ..client import shape
from ..diff.security import urls_of
from ..documents import pointer
from ..operations import Json, Operation, operations, target

# The arguments that the class of every provider has already.
_ARGUMENTS = {"self", "options", "base_url", "user_agent"}
_BY_HAND = "write its files by hand, after another's"


def outline(key: str, spec: Json, modules: Mapping[Path, bytes]) -> Json:
    """What the templates need of a provider whose create takes one JSON object. `modules` are its generated client's.

    Raises PipelineError for any other provider.
    """
    operation = _creating(key, spec)
    at, responses = operation.at, operation.value["responses"]
    media, place, body = next(found for found in operation.bodies if _is_json(found[0]))
    file, module = _module(operation, modules)
    made = partial(_made, Document(spec))
    request = made(place)
    if not isinstance(request, dict):
        raise PipelineError(f"{key}: {place}: a body that is no object; {_BY_HAND}")
    schemes, headers = list(_schemes(operation)), list(_headers(operation, module, made))
    model = _type(module, "body")
    arguments = list(_arguments(spec, place, body, model, modules)) if "properties" in body else []
    enums = re.findall(r"(\w+)\(draft", " ".join(value for _, value in arguments))
    status = min((code for code in responses if code.startswith("2")), default=None)
    if status is None:
        raise PipelineError(f"{key}: {at}/responses: no success is documented; {_BY_HAND}")
    errors = sorted(code for code in responses if code[0] in "45d")
    schema_of = {code: schema for code, schema, _ in reversed(list(operation.answers))}
    error = made(schema_of[errors[0]], "words") if errors and errors[0] in schema_of else {}
    answer = next(iter(responses[status].get("content", ())), "application/json")
    others = [(where, each) for where, each in operation.parameters if each["in"] != "header"]
    return {
        "operation": operation,
        "at": at,
        "body": place,
        "media": media,
        "model": model,
        "arguments": arguments,
        # The generated models that the function for the request imports.
        "models": sorted({*enums, *filter(None, (each["enum"] for each in headers)), *([model] if arguments else ())}),
        "tag": _identifier(file.parts[1], at),
        "module": _identifier(file.stem, at),
        "method": _method(operation),
        # The path of each server's URL, with its variables at their defaults.
        "bases": [urlsplit(next(urls_of(server))).path.rstrip("/") for server in spec["servers"]],
        # Required parameters of path and query, which are no settings: a person has to say what they are.
        "required": [_python(each["name"], where) for where, each in others if each.get("required")],
        "path": _path(operation, made),
        # The variables of the first server's URL, which are settings of the same names.
        "variables": [_identifier(name, "/servers/0/variables") for name in spec["servers"][0].get("variables", {})],
        "schemes": schemes,
        "headers": headers,
        "settings": list(_settings(key, [*schemes, *(each for each in headers if not each["enum"])])),
        # The constants of the mock server's credentials that the provider's mock imports.
        "constants": sorted({"TOKEN" if each["bearer"] else "API_KEY" for each in schemes}),
        "status": int(status.replace("X", "0")),
        # A body of the documented success, or None if it has none.
        "documented": made(schema_of[status]) if status in schema_of else None,
        # A body of a documented error, with "words" for each text that the provider may choose.
        "error": error if isinstance(error, dict) else {},
        "request": request,
        "broken": list(_broken(place, schemes, headers)),
        "answer_media": answer,
        "answer_place": pointer(["responses", status, "content", answer], at),
    }


def _creating(key: str, spec: Json) -> Operation:
    """The first POST with a JSON body, or else the first such PUT."""
    fits = [each for each in operations(spec) if any(_is_json(media) for media, _, _ in each.bodies)]
    for method in ("POST", "PUT"):
        for operation in fits:
            if operation.method == method:
                return operation
    raise PipelineError(f"{key}: no POST or PUT with a JSON body; {_BY_HAND}")


def _module(operation: Operation, modules: Mapping[Path, bytes]) -> tuple[Path, str]:
    made = shape(f"Build `{operation.method} {operation.path}`")
    found = ((path, data.decode()) for path, data in modules.items() if path.parts[0] == "api")
    return next((path, text) for path, text in found if made in shape(text))


def _type(text: str, name: str) -> str:
    """The type of a parameter or an attribute in the text of a generated module."""
    return str(re.findall(rf"^    {name}: (\w+)", text, re.M)[0])


def _arguments(spec: Json, at: str, body: Json, model: str, modules: Mapping[Path, bytes]) -> Iterator[tuple[str, str]]:
    """The arguments of the model's constructor, each with its expression; it is FILL_IN for an object or a time."""
    text = next(data.decode() for data in modules.values() if f"class {model}:" in data.decode())
    for name in body["properties"]:
        schema = target(spec, pointer(["properties", name], at))[1]
        own = _python(name, at)
        kind = _type(text, own)
        required = name in body.get("required", ())
        value = f"draft.body[{name!r}]" if required or "enum" in schema else f"draft.body.get({name!r}, UNSET)"
        if "enum" in schema:
            value = f"{kind}({value})" if required else f"{kind}({value}) if {name!r} in draft.body else UNSET"
        objects = "properties" in schema or "properties" in schema.get("items", ())
        yield own, "FILL_IN" if objects or schema.get("format") == "date-time" else value


def _method(operation: Operation) -> str:
    """The name of the method in the mock, by which the mock finds it for the operation."""
    name = operation.name
    plain = re.fullmatch(r"[A-Za-z_][\w ./:{}-]*", name, re.ASCII)
    return _identifier(re.sub(r"\W", "_", name.lower()) if plain else name, operation.at)


def _path(operation: Operation, made: Any) -> str:
    """The path, with a value for each parameter."""
    path = operation.path
    for at, each in operation.parameters:
        path = path.replace(f"{{{each['name']}}}", str(made(f"{at}/schema")))
    return path


def _schemes(operation: Operation) -> Iterator[Json]:
    """Each credential: its header, whether it is a bearer token, its pointer, and its setting."""
    keys = 0
    for name in operation.security[0] if operation.security else ():
        at, scheme = target(operation.spec, pointer([name], "/components/securitySchemes"))
        bearer = scheme["type"] == "http"
        header = "Authorization" if bearer else scheme["name"]
        argument = "token" if bearer else _python(header, at) if keys else "api_key"
        keys += not bearer
        ours = {"argument": argument, "secret": True, "whole": False, "prefixed": header.lower() == "authorization"}
        yield {"header": header, "bearer": bearer, "at": at, **ours}


def _headers(operation: Operation, module: str, made: Any) -> Iterator[Json]:
    """The other required headers, which become settings with the names that the generated client has for them."""
    for at, parameter in operation.parameters:
        if parameter["in"] == "header" and parameter.get("required"):
            name, schema = _python(parameter["name"], at), target(operation.spec, f"{at}/schema")[1]
            # Where several values are documented, the adapter chooses one, and there is no setting.
            enum = _type(module, name) if "enum" in schema else ""
            text = schema.get("type") == "string" and not enum
            sent = f"mock-{name}" if text else made(f"{at}/schema")
            ours = {"argument": name, "secret": False, "bearer": False, "enum": enum}
            whole = schema.get("type") == "integer"
            yield {"header": parameter["name"], "at": at, "sent": str(sent), "whole": whole, **ours}


def _settings(key: str, found: list[Json]) -> Iterator[Json]:
    taken = set(_ARGUMENTS)
    for each in found:
        argument = each["argument"]
        if argument in taken:
            raise PipelineError(f"{key}: {each['at']}: there is a setting {argument!r} already; {_BY_HAND}")
        taken.add(argument)
        yield {**each, "variable": f"{key}_{argument}".upper()}


def _broken(body: str, schemes: list[Json], headers: list[Json]) -> Iterator[tuple[str, str, str]]:
    """Changes of a good request, each of which breaks one rule: the change as an expression, the place, the rule."""
    for at, each in [
        *((each["at"], each) for each in schemes),
        *((f"{each['at']}/required", each) for each in headers),
    ]:
        yield f"header({each['header']!r})", f"header {each['header']}", at
    yield "body('{')", "body", body.removesuffix("/schema")
    yield "body('[]')", "body", f"{body}/type"


def _made(document: Document, at: str, text: str = "text") -> Any:
    """A value of the schema at a place, the same each time."""
    return sample(document.node.at(at), text)


def _is_json(media: str) -> bool:
    return media.partition(";")[0].endswith(("/json", "+json"))


def _python(name: str, at: str) -> str:
    """The name that the generated client has for a documented name."""
    return _identifier(str(PythonIdentifier(name, "field_")), at)


def _identifier(name: str, at: str) -> str:
    if not name.isascii() or not name.isidentifier() or keyword.iskeyword(name):
        raise PipelineError(f"{at}: {name!r} is no name in Python; {_BY_HAND}")
    return name
