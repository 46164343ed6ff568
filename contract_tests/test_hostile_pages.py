"""What a provider's page says reaches what is written from it as data only: as a literal, or not at all."""

import ast
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fourth.project import HERE, KEY, NAME
from long import long
from pipeline.__main__ import main
from pipeline.documents import resolve
from pipeline.markdown import cell, code
from pipeline.pages import spec_of

Json = dict[str, Any]
TEXTS = ['" + PWN() + "', "\nPWN()\r\"\"\"PWN()'''\n' + PWN() + '{{ PWN() }}{% PWN() %}\u2028PWN()\x85\\"]
POST = "/paths/~1segments/post"
BODY = f"{POST}/requestBody/content/application~1json/schema"


def osprey() -> Json:
    spec: Json = json.loads(spec_of((HERE / f"{KEY}.md").read_text("utf-8")))
    return spec


def _free(spec: Json, text: str) -> None:
    """The text in every place where a spec may say what it likes."""
    operation, body = resolve(spec, POST), resolve(spec, BODY)
    spec["info"] |= {"title": text, "version": text, "description": text, "license": {"name": text}}
    operation |= {"summary": text, "description": text}
    problem, made = resolve(spec, "/components/schemas/Problem"), resolve(spec, f"{POST}/responses/201")
    for schema in (body, problem, resolve(made, "/content/application~1json/schema")):
        schema |= {"title": "Titled" + str(len(schema)), "description": text}
        schema["properties"]["z " + text] = {"type": "string", "description": text, "example": text}
        schema["properties"]["d " + text] = {"type": "string", "default": text}
    body["properties"]["e " + text] = {"type": "string", "enum": [text, "plain"]}
    body["properties"]["title"] |= {"example": text}
    made |= {"description": text}
    operation["parameters"] = [{"name": "q " + text, "in": "query", "description": text, "schema": {"type": "string"}}]
    resolve(spec, "/components/securitySchemes/key")["description"] = text


def _keyed(header: str) -> Callable[[Json], object]:
    """A key in a header of that name, in the place of the user and the password."""
    scheme = {"type": "apiKey", "in": "header", "name": header}
    return lambda spec: spec["components"]["securitySchemes"].update(key=scheme)


def _lay_out(folder: Path, spec: Json, address: str = "https://a.test") -> tuple[int, Path]:
    page = folder / "page.json"
    page.write_text(json.dumps(spec), "utf-8")
    root = folder / "project"
    root.mkdir()
    return main(["provider", NAME, "--page", str(page), "--address", address, "--root", str(root)]), root


def _run(root: Path) -> Iterator[str]:
    """Every name that the Python files below a folder would look up or bind."""
    for file in root.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            yield from (str(getattr(node, field)) for field in ("id", "attr", "arg", "name") if hasattr(node, field))


@pytest.mark.parametrize("text", [long(TEXTS[0]), TEXTS[1]])
def test_what_a_page_says_is_a_literal_in_every_file_that_is_laid_out(tmp_path: Path, text: str) -> None:
    spec = osprey()
    _free(spec, text)
    code, root = _lay_out(tmp_path, spec, text)
    assert code == 0
    assert "PWN" not in {*_run(root)}
    source = tomllib.loads((root / "specs" / KEY / "SOURCE.toml").read_text("utf-8"))
    document = source["document"][0]
    assert (document["version"], document["licence"], source["page"][0]["address"]) == (text, text, text)


def _header(name: str) -> Callable[[Json], object]:
    parameter = {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
    return lambda spec: resolve(spec, POST).update(parameters=[parameter])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_keyed(TEXTS[1]), "/components/securitySchemes/key/name: "),
        long(_keyed("X Key"), "/components/securitySchemes/key/name: "),
        (_header(TEXTS[1]), f"{POST}/parameters/0/name: "),
        # An option of every provider, and the setting of a credential.
        long(_header("Proxy"), f"{POST}/parameters/0: there is a setting 'proxy' already"),
        (_header("Basic-Credentials"), f"{POST}/parameters/0: there is a setting 'basic_credentials' already"),
    ],
)
def test_a_name_that_would_be_code_is_refused_with_its_pointer_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Json], object], said: str
) -> None:
    spec = osprey()
    change(spec)
    result, root = _lay_out(tmp_path, spec)
    error = capsys.readouterr().err
    assert (result, said in error, [*root.rglob("*")]) == (1, True, []), error


def test_a_span_of_code_and_a_cell_stay_what_they_are_in_markdown() -> None:
    assert code("a`b|\nc") == "`a'b| c`"
    assert cell(code("a|b")) == "`a\\|b`"


@pytest.mark.parametrize("name", ["Class", *(long(n) for n in ("9-Lives", "X-APIVersion"))])
def test_a_header_that_is_a_setting_is_called_as_the_client_calls_it(tmp_path: Path, name: str) -> None:
    spec = osprey()
    _header(name)(spec)
    result, root = _lay_out(tmp_path, spec)
    assert result == 0
    adapter = (root / "wrapper" / "audiences" / "providers" / f"{KEY}.py").read_text("utf-8")
    (argument,) = re.findall(rf'(\w+): Annotated.*"sent as {name}"\)', adapter)
    built = next((root / "generated").rglob("create_segment.py")).read_text("utf-8")
    assert f'headers["{name}"] = {argument}' in built
    assert f'{argument}=values["{argument}"],' in adapter
