"""A provider is in every room: nothing keeps a list by hand, so here is where a missing file shows."""

import pkgutil
from pathlib import Path

import audience_contract.providers
import audiences
import audiences.providers
import wire
from audiences import aio
from cases import KEYS

ROOT = Path(__file__).parent.parent


def modules(package: object) -> set[str]:
    return {module.name for module in pkgutil.iter_modules(package.__path__)}  # type: ignore[attr-defined]


def test_every_provider_is_in_every_room() -> None:
    keys = {path.parent.name for path in (ROOT / "specs").glob("*/SOURCE.toml")}
    assert {path.parent.name for path in (ROOT / "generated").glob("*/*/openapi.json")} == keys
    assert modules(audiences.providers) == keys
    assert modules(audience_contract.providers) == keys
    assert set(KEYS) == keys
    assert modules(wire) == keys
    for face in (audiences, aio):
        assert {value.key for value in vars(face).values() if hasattr(value, "key")} == keys


def test_both_faces_of_a_provider_have_the_same_public_names() -> None:
    for name, blocking in vars(audiences).items():
        if hasattr(blocking, "key"):
            public = [{n for n in dir(each) if not n.startswith("_")} for each in (blocking, vars(aio)[name])]
            assert public[0] == public[1]
