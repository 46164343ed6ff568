"""The typed client of an effective spec: openapi-python-client, with the templates beside this file."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any

import mypy.api
from openapi_python_client import generate, strings
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser.properties import EnumProperty
from openapi_python_client.parser.properties.schemas import Class

from . import python, validity
from ._errors import PipelineError
from .documents import dump
from .folders import ROOT
from .operations import operations, parameters
from .published import each_operation

# The same result on every system: without anybody's settings of ruff, and with the same line ends.
_ISOLATED = ["--isolated", "--no-cache", "--target-version", "py311", "--quiet"]
_STEPS = (["check", "--fix-only", "--select", "F,I"], ["format", "--config", 'format.line-ending="lf"'])
_IMPORT_ALL = """
import audience_clients, importlib, pkgutil
for module in pkgutil.walk_packages(audience_clients.__path__, "audience_clients."):
    importlib.import_module(module.name)
"""
_MYPY = ["--strict", "--config-file=", "--no-error-summary", "--cache-dir", str(ROOT / "build" / "mypy")]
_ENUM = Class(strings.ClassName("Enum", ""), strings.PythonIdentifier("enum", ""))
# Names that the templates use themselves, so that a property or parameter of the same name would replace them. The
# generator puts an underscore behind reserved words of Python, and so it does behind these.
strings.RESERVED_WORDS.update(
    ("additional_keys", "additional_properties", "cast", "cls", "d", "field_dict", "from_dict", "headers", "made"),
    ("params", "quote", "to_dict", "to_multipart"),
)


def files(spec: dict[str, Any], name: str) -> dict[PurePath, bytes]:
    """The modules of a client, by their path in its package. `name` is what an error calls the spec.

    Raises PipelineError for names that collide in Python, any warning of the generator, and an operation without a
    module.
    """
    try:
        return {**_files(dump(spec))}
    except PipelineError as error:
        raise PipelineError("\n".join(f"{name}: {line}" for line in str(error).splitlines())) from error


# Cached because an update makes the clients of all providers, and most specs are as they were.
@lru_cache(maxsize=32)
def _files(text: bytes) -> dict[PurePath, bytes]:
    spec = json.loads(text)
    if problems := "\n".join(unnamable(spec)):
        raise PipelineError(problems)
    with tempfile.TemporaryDirectory() as folder:
        spec_file, target = Path(folder, "openapi.json"), Path(folder, "client")
        spec_file.write_bytes(text)
        config = Config.from_sources(
            # The formatter runs below, by its own path and apart from any project's settings.
            ConfigFile(post_hooks=[], content_type_overrides={"application/*": "application/json"}),
            MetaType.NONE,
            document_source=spec_file,
            file_encoding="utf-8",
            overwrite=False,
            output_path=target,
        )
        with contextlib.redirect_stdout(io.StringIO()):
            complaints = generate(config=config, custom_template_path=Path(__file__).parent / "templates")
        if complaints:
            said = "; ".join(" ".join(f"{p.header} {p.detail}".split()) for p in complaints)
            said = re.sub(r" <\S+ object at \w+>", "", said)
            raise PipelineError(f"the client generator complains: {said}")
        # The generator writes these two whatever the templates say. They are for sending, which our clients do not do.
        (target / "client.py").unlink()
        (target / "errors.py").unlink()
        for step in _STEPS:
            _ruff(*step, str(target))
        modules = {PurePath(path.relative_to(target)): _source(path).encode() for path in sorted(target.rglob("*.py"))}
    # From two operations of one name, the generator makes one module, without a warning.
    built = shape(b"".join(data for path, data in modules.items() if path.parts[0] == "api").decode("utf-8"))
    for method, path, _ in each_operation(spec):
        if shape(f"Build `{method.upper()} {path}`") not in built:
            raise PipelineError(f"the client has no module for {method.upper()} {path}")
    return modules


def _source(path: Path) -> str:
    """A module's source. If a property has the module's name, the result of `from_dict` becomes `made`, because the
    generator has one variable for both.
    """
    text, name = path.read_text("utf-8"), path.stem
    twice = re.search(rf"^    {name}: ", text, re.M)
    end = r"(?= = cls\(|\.additional_properties = |\n)"
    return re.sub(rf"^( {{8}}(?:return )?){name}{end}", r"\1made", text, flags=re.M) if twice else text


def check(package: Path, files: Mapping[Path, bytes]) -> None:
    """Raises PipelineError where the client among `files` cannot be imported, or its types are wrong."""
    with tempfile.TemporaryDirectory() as folder:
        # With an `__init__.py` around it; else the installed package of that name would be checked instead.
        around = Path(folder, "generated", "audience_clients")
        inner = {path.relative_to(package.parent): data for path, data in files.items() if package in path.parents}
        for path, data in {**inner, Path("__init__.py"): b""}.items():
            file = around / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        ran = python.run("-c", _IMPORT_ALL, roots=["generated"], cwd=Path(folder))
        if ran.returncode:
            raise PipelineError(f"specs/{package.name}: its client cannot be imported: {python.last(ran.stderr)}")
        # Within this process, because a start takes mypy longer than all that it does here. It raises Python's limit of
        # recursion for good, with which a spec that is too deep would be read.
        limit = sys.getrecursionlimit()
        *said, wrong = mypy.api.run([*_MYPY, str(around)])
        sys.setrecursionlimit(limit)
        if wrong:
            told = python.last(*said).replace(f"{folder}{os.sep}", "")
            raise PipelineError(f"specs/{package.name}: its client has wrong types: {told}")


def formatted(source: str) -> bytes:
    """Python source, formatted in the style of this project."""
    for step in (["check", "--fix-only", "--select", "I"], ["format"]):
        source = _ruff(*step, "--line-length", "120", "--stdin-filename", "new.py", "-", source=source)
    return source.encode()


def _ruff(*step: str, source: str | None = None) -> str:
    command = [str(Path(sys.executable).with_name("ruff")), *step, *_ISOLATED]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, input=source, encoding="utf-8")
    if ran.returncode:
        raise PipelineError(f"ruff {step[0]} fails: {ran.stderr}{source or ''}")
    return ran.stdout


def unnamable(spec: dict[str, Any]) -> Iterator[str]:
    """Each place, by JSON pointer, where two things would get the same name in Python."""
    for at, schema in validity.schemas(spec, ""):
        if "enum" in schema and not _distinct(schema["enum"], schema.get("x-enum-varnames", [])):
            yield f"{at}/enum: not each of the values would have a name of its own in Python"
    for operation in operations(spec):
        for parameter in parameters(operation) if operation.node.get("requestBody") else ():
            if strings.PythonIdentifier(name := parameter.value["name"], "") == "body":
                yield f"{parameter.pointer}/name: {name!r} is what the request's body is called in Python"


def _distinct(values: list[Any], names: list[str]) -> bool:
    """Whether each value of an enum gets a name of its own from the generator."""
    values = [value for value in values if isinstance(value, str | int)]
    try:
        found = EnumProperty.values_from_list(values, _ENUM, names)
        return len(found) == len(values) and all(name.isidentifier() for name in found)
    except ValueError:
        return False


def shape(text: str) -> str:
    """The text without the names of path parameters, because they have other names in Python."""
    return re.sub(r"\{[^{}\n]*\}", "{}", text)
