"""A provider is in every folder: nothing keeps a list by hand, so here is where a missing file shows.

A service that a provider needs, whose SOURCE.toml has no `class`, is in none that knows audiences.
"""

import pkgutil
import tomllib
from pathlib import Path

import audience_contract.providers
import audiences
import audiences.providers
import wire
from audiences import aio
from cases import KEYS

ROOT = Path(__file__).parent.parent
SOURCES = {path.parent.name: tomllib.loads(path.read_text("utf-8")) for path in (ROOT / "specs").glob("*/SOURCE.toml")}
PROVIDERS = {key: source["class"] for key, source in SOURCES.items() if "class" in source}


def modules(package: object) -> set[str]:
    return {module.name for module in pkgutil.iter_modules(package.__path__)}  # type: ignore[attr-defined]


def test_every_provider_is_in_every_folder() -> None:
    assert modules(audiences.providers) == set(PROVIDERS)
    assert set(KEYS) == set(PROVIDERS)
    assert set(wire.creating()) == set(PROVIDERS)
    for package in (audiences, aio):
        classes = {value.key: name for name, value in vars(package).items() if hasattr(value, "key")}
        assert classes == PROVIDERS


def test_every_spec_is_generated_and_mocked() -> None:
    assert {path.parent.name for path in (ROOT / "generated").glob("*/*/openapi.json")} == SOURCES.keys()
    assert modules(audience_contract.providers) == SOURCES.keys()
    assert modules(wire) == SOURCES.keys()


def test_a_provider_has_the_same_public_names_blocking_and_asynchronous() -> None:
    for name, blocking in vars(audiences).items():
        if hasattr(blocking, "key"):
            public = [{n for n in dir(each) if not n.startswith("_")} for each in (blocking, vars(aio)[name])]
            assert public[0] | {"aclose"} == public[1]  # the name that `contextlib.aclosing` asks for
