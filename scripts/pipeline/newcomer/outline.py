"""Reads from a new provider's effective spec and client what the templates need."""

import keyword
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from openapi_python_client.strings import PythonIdentifier

from audience_contract.document_provider import locations
from audience_contract.samples import sample
from audience_contract.security import alternatives, is_bearer, start, where
from audience_contract.security import header as header_of
from audience_contract.spec import Node, Operation
from audiences._options import Options

from .._errors import PipelineError
from ..client import shape
from ..operations import Json, operations, parameters, schemas
from ..translate import is_json

_BY_HAND = "write its files by hand, after another's"


def outline(key: str, spec: Json, modules: Mapping[Path, bytes]) -> Json:
    """What the templates need of a provider whose create takes one JSON object. `modules` are its generated client's.

    Raises PipelineError for any other provider.
    """
    operation = _creating(key, spec)
    at, responses = operation.node.pointer, operation.node["responses"]
    schema = next(each for media, each in schemas(operation.node.get("requestBody")).items() if is_json(media))
    file, module = _module(operation, modules)
    if "properties" not in schema.value:
        raise PipelineError(f"{key}: {schema.pointer}: a body that is no object with properties; {_BY_HAND}")
    schemes, headers = list(_schemes(operation)), list(_headers(operation, module))
    if not schemes:
        raise PipelineError(f"{key}: {at}: no credential is documented; {_BY_HAND}")
    model = _type(module, "body")
    arguments = list(_arguments(schema, model, modules))
    enums = re.findall(r"(\w+)\(draft", " ".join(value for _, value in arguments))
    # A PUT may document another success, of a change.
    status = min((code != "201", code) for code in responses.value if code.startswith("2"))[1]
    errors = sorted(code for code in responses.value if code[0] in "45d")
    error: Any = next((sample(each, "words") for code in errors for each in schemas(responses[code]).values()), {})
    variables = [_identifier(name, "/servers/0/variables") for name in spec["servers"][0].get("variables", {})]
    needed = [each for each in parameters(operation) if each.value["in"] != "header" and each.value.get("required")]
    location = next((str(sample(schema)) for schema in locations(operation) if schema), "")
    in_path = re.findall(r"\{([^{}]+)\}/?$", operation.path) if operation.method == "PUT" else []
    return {
        "operation": operation,
        "model": model,
        "arguments": arguments,
        # The generated models that the function for the request imports.
        "models": sorted({*enums, *filter(None, (each["enum"] for each in headers)), model}),
        "tag": _identifier(file.parts[1], at),
        "module": _identifier(file.stem, at),
        # Required parameters of path and query, which are no settings. The last of a PUT's path is the audience's id,
        # and stands in the draft; of the others, a person has to say what they are.
        "in_path": in_path,
        "required": [(_python(each.value["name"], each.pointer), each.value["name"]) for each in needed],
        # The variables of the first server's URL, which are settings of the same names.
        "variables": variables,
        "schemes": schemes,
        "headers": headers,
        "settings": list(_settings(key, [*schemes, *(each for each in headers if not each["enum"])], variables)),
        "status": int(status.replace("X", "0")),
        # A body of the documented success, or None if it has none.
        "documented": next((sample(each, "text") for each in schemas(responses[status]).values()), None),
        # A body of a documented error, with "words" for each text that the provider may choose.
        "error": error if isinstance(error, dict) else {},
        "answer_media": next(iter(responses[status].plain("content", ())), ""),
        # A `Location`, if the id of an audience stands there alone.
        "location": "" if in_path or responses[status].plain("content") else location,
    }


def _creating(key: str, spec: Json) -> Operation:
    """The first POST with a JSON body and a documented success, or else the first such PUT."""
    done = [each for each in operations(spec) if any(code.startswith("2") for code in each.node["responses"].value)]
    fits = [each for each in done if any(map(is_json, schemas(each.node.get("requestBody"))))]
    found = sorted((each for each in fits if each.method in ("POST", "PUT")), key=lambda each: each.method)
    if not found:
        raise PipelineError(f"{key}: no POST or PUT with a JSON body and a documented success; {_BY_HAND}")
    return found[0]


def _module(operation: Operation, modules: Mapping[Path, bytes]) -> tuple[Path, str]:
    made = shape(f"Build `{operation.method} {operation.path}`")
    found = ((path, data.decode()) for path, data in modules.items() if path.parts[0] == "api")
    return next((path, text) for path, text in found if made in shape(text))


def _type(text: str, name: str) -> str:
    """The type of a parameter or an attribute in the text of a generated module."""
    # A long line is wrapped, with a parenthesis around the type.
    return str(re.findall(rf"^    {name}: \(?\s*(\w+)", text, re.M)[0])


def _arguments(body: Node, model: str, modules: Mapping[Path, bytes]) -> Iterator[tuple[str, str]]:
    """The arguments of the model's constructor, each with its expression; it is FILL_IN for an object or a time."""
    text = next(data.decode() for data in modules.values() if f"class {model}:" in data.decode())
    for name in body["properties"].value:
        schema = body["properties"][name].value
        own = _python(name, body.pointer)
        kind = _type(text, own)
        required = name in body.plain("required", ())
        value = f"draft.body[{name!r}]" if required or "enum" in schema else f"draft.body.get({name!r}, UNSET)"
        if "enum" in schema:
            value = f"{kind}({value})" if required else f"{kind}({value}) if {name!r} in draft.body else UNSET"
        objects = "properties" in schema or "properties" in schema.get("items", ())
        yield own, "FILL_IN" if objects or schema.get("format") == "date-time" else value


def _schemes(operation: Operation) -> Iterator[Json]:
    """Each credential: its header, whether it is a bearer token, its pointer, and its setting."""
    keys = 0
    for scheme in next(iter(alternatives(operation)), ()):
        header, bearer = header_of(scheme), is_bearer(scheme)
        word, is_key = start(scheme), scheme.value["type"] == "apiKey"
        key = _python(header, scheme.pointer) if keys else "api_key"
        keys += is_key
        # Of HTTP Basic, the user and the password are one secret, in the form that stands behind the word.
        argument = key if is_key else "token" if bearer else "basic_credentials"
        # `where` is the key of the setting in the mock.
        ours = {"argument": argument, "secret": True, "whole": False, "word": word, "where": where(scheme)}
        yield {"header": header, "bearer": bearer, "at": scheme.pointer, **ours}


def _headers(operation: Operation, module: str) -> Iterator[Json]:
    """The other required headers, which become settings with the names that the generated client has for them."""
    for each in parameters(operation):
        if each.value["in"] == "header" and each.value.get("required"):
            name, schema = _python(each.value["name"], each.pointer), each["schema"]
            # Where several values are documented, the adapter chooses one, and there is no setting.
            enum = _type(module, name) if "enum" in schema.value else ""
            header, whole = each.value["name"], schema.plain("type") == "integer"
            ours = {"argument": name, "secret": False, "bearer": False, "enum": enum, "where": f"header {header}"}
            yield {"header": header, "whole": whole, "at": each.pointer, **ours}


def _settings(key: str, found: list[Json], variables: list[str]) -> Iterator[Json]:
    taken = {"self", *Options.__annotations__}
    for each in [*({"argument": name, "at": "/servers/0/variables"} for name in variables), *found]:
        argument = each["argument"]
        if argument in taken:
            raise PipelineError(f"{key}: {each['at']}: there is a setting {argument!r} already; {_BY_HAND}")
        taken.add(argument)
        if each in found:
            yield {**each, "variable": f"{key}_{argument}".upper()}


def _python(name: str, at: str) -> str:
    """The name that the generated client has for a documented name."""
    return _identifier(str(PythonIdentifier(name, "field_")), at)


def _identifier(name: str, at: str) -> str:
    if not name.isidentifier() or keyword.iskeyword(name):
        raise PipelineError(f"{at}: {name!r} is no name in Python; {_BY_HAND}")
    return name
