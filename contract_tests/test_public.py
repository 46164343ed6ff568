"""What the packages promise to who imports them."""

import inspect
import sys
from importlib.resources import files
from types import ModuleType

import pytest

import audiences
import processes
from audiences import aio


@pytest.mark.wheel
@pytest.mark.parametrize("module", [audiences, aio], ids=lambda module: module.__name__)
def test_all_names_are_there_and_nothing_public_is_missing(module: ModuleType) -> None:
    public = {n for n, v in vars(module).items() if not n.startswith("_") and not isinstance(v, ModuleType)}
    assert set(module.__all__) - {"__version__"} == public
    assert len(module.__all__) == len(set(module.__all__))


@pytest.mark.wheel
@pytest.mark.parametrize("package", ["audiences", "audience_clients", "audience_contract"])
def test_every_package_says_that_it_is_typed(package: str) -> None:
    assert (files(package) / "py.typed").is_file()


@pytest.mark.wheel
def test_importing_the_library_imports_no_command_line_no_server_no_file_reader_and_no_tracer() -> None:
    code = "import audiences.aio, sys; print(*sys.modules)"
    loaded = processes.run([sys.executable, "-c", code], check=True).stdout.split()
    heavy = {"typer", "starlette", "uvicorn", "audience_contract", "audiences._workbook", "hypothesis", "tomllib"}
    assert heavy & set(loaded) == set()
    assert not any(name.startswith(("audiences._command", "opentelemetry")) for name in loaded)


@pytest.mark.parametrize("verb", sorted({*audiences.Batch.capabilities, "prepare", "reconcile", "request"} - {"list"}))
def test_a_verb_says_of_itself_the_same_in_both_classes_and_that_it_gives_a_result(verb: str) -> None:
    blocking, asynchronous = getattr(audiences.Batch, verb), getattr(aio.Batch, verb)
    own = inspect.signature(blocking)
    assert (own, blocking.__doc__) == (inspect.signature(asynchronous), asynchronous.__doc__)
    assert own.return_annotation is blocking.__annotations__["return"] is asynchronous.__annotations__["return"]
    assert own.return_annotation.__module__.startswith("audiences.")


def test_every_error_of_the_tree_is_drawn_at_the_top_of_its_module() -> None:
    errors = [v for v in vars(audiences).values() if isinstance(v, type) and issubclass(v, audiences.AudiencesError)]
    drawing = audiences._errors.__doc__ or ""
    for error in errors:
        assert f"{error.__name__}\n" in drawing or f" {error.__name__} " in drawing
        assert (
            str(error.outcome) in drawing[drawing.index(error.__name__) :].partition("\n")[0]
            or error is audiences.AudiencesError
        )
