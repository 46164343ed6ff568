"""From specs to generated files: deterministic, all or nothing; and `drift`, which only compares."""

import copy
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import pipeline
import processes
import small_project
from long import long
from pipeline import client
from pipeline.__main__ import main
from pipeline._errors import PipelineError
from pipeline.folders import ROOT
from small_project import Json, answer, changed, operation

GENERATED = "generated/audience_clients"
MARKED = ("wrapper/audiences/__init__.py", "wrapper/audiences/aio.py")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project after `generate`; not to be changed."""
    root = small_project.write(tmp_path_factory.mktemp("made"))
    assert main(["generate", "--root", str(root)]) == 0
    return root


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """A copy of the generated small project."""
    return shutil.copytree(made, tmp_path / "project")


def _drift(root: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines that `drift` prints, after proof that it fails where it should and changes nothing."""
    before = small_project.snapshot(root)
    capsys.readouterr()
    code = main(["drift", "--root", str(root)])
    assert small_project.snapshot(root) == before
    lines = capsys.readouterr().out.splitlines()
    found = [] if lines == ["nothing generated differs"] else lines
    assert code == (1 if found else 0)
    return found


@pytest.mark.long
def test_the_committed_files_are_generated_byte_for_byte_from_specs_alone(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    adapters = Path("wrapper") / "audiences" / "providers"
    shutil.copytree(ROOT / adapters, tmp_path / adapters)
    for file in MARKED:
        shutil.copy(ROOT / file, tmp_path / file)
    assert main(["generate", "--root", str(tmp_path)]) == 0
    fresh = small_project.snapshot(tmp_path)
    committed = small_project.snapshot(ROOT / "generated")
    assert {name: data for name, data in fresh.items() if name.startswith("generated")} == {
        f"generated/{name}": data for name, data in committed.items() if "__pycache__" not in name
    }
    assert all(fresh[file] == (ROOT / file).read_bytes() for file in MARKED)


@pytest.mark.parametrize("every", [False, long(True)], ids=["a small project", "all providers"])
def test_generating_does_not_depend_on_hash_seed_locale_directory_or_other_settings(
    made: Path, tmp_path: Path, *, every: bool
) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\nline-length = 40\n", "utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(pipeline.__file__).parents[1]),
        "LC_ALL": "POSIX",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONUTF8": "0",
        "TMPDIR": str(tmp_path),
        "PYTHONHASHSEED": "2",
    }
    command = [sys.executable, "-m", "pipeline", "drift", *(() if every else ("--root", str(made)))]
    run = processes.run(command, cwd=tmp_path, env=environment)
    kinds = ("generated", "documented") if every else ("generated",)
    assert (run.returncode, run.stdout.splitlines()) == (0, [f"nothing {kind} differs" for kind in kinds]), run.stderr


def test_generating_twice_changes_nothing_the_second_time(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    assert main(["generate", "--root", str(project)]) == 0
    assert capsys.readouterr().out == "nothing generated differs\n"
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*")} == before


def test_caches_beside_the_generated_files_are_no_drift_and_stay(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cache = project / GENERATED / "acme" / "__pycache__" / "types.cpython-311.pyc"
    cache.parent.mkdir()
    cache.touch()
    assert _drift(project, capsys) == []
    assert main(["generate", "--root", str(project)]) == 0
    assert cache.exists()


def test_drift_names_what_is_changed_missing_and_stale_and_generate_mends_it(
    made: Path, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = project / GENERATED
    (package / "acme" / "types.py").write_text("# edited\n", "utf-8")
    (package / "py.typed").unlink()
    (package / "acme" / "old.py").write_text("", "utf-8")
    (project / MARKED[0]).write_text((project / MARKED[0]).read_text("utf-8").replace("Acme", "Acne"), "utf-8")
    assert sorted(_drift(project, capsys)) == [
        f"changed: {GENERATED}/acme/types.py",
        f"changed: {MARKED[0]}",
        f"missing: {GENERATED}/py.typed",
        f"stale: {GENERATED}/acme/old.py",
    ]
    assert main(["generate", "--root", str(project)]) == 0
    assert _drift(project, capsys) == []
    assert small_project.snapshot(project) == small_project.snapshot(made)


def _zeta(project: Path, broken: Callable[[Json], object] = lambda _: None) -> Path:
    """The specs of one more provider in the project; gives their folder."""
    small_project.write(project / "other", changed(broken), key="zeta")
    shutil.copytree(project / "other" / "specs" / "zeta", project / "specs" / "zeta")
    shutil.rmtree(project / "other")
    return project / "specs" / "zeta"


def test_a_provider_that_is_gone_from_specs_goes_from_every_generated_place(
    made: Path, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    specs, adapter = _zeta(project), project / "wrapper" / "audiences" / "providers" / "zeta.py"
    adapter.touch()
    assert main(["generate", "--root", str(project)]) == 0
    assert "from .providers.zeta import AsyncZeta as Zeta" in (project / MARKED[1]).read_text("utf-8")
    (project / GENERATED / "zeta" / "__pycache__").mkdir()
    (project / GENERATED / "zeta" / "__pycache__" / "types.cpython-311.pyc").touch()
    shutil.rmtree(specs)
    adapter.unlink()
    assert main(["generate", "--root", str(project)]) == 0
    assert not (project / GENERATED / "zeta").exists()
    assert _drift(project, capsys) == []
    assert small_project.snapshot(project) == small_project.snapshot(made)


def test_a_service_without_class_and_adapter_has_a_client_and_is_named_nowhere(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = [(project / file).read_bytes() for file in MARKED]
    source = _zeta(project) / "SOURCE.toml"
    source.write_text(source.read_text("utf-8").replace('class = "Zeta"\n', ""), "utf-8")
    assert main(["generate", "--root", str(project)]) == 0
    assert (project / GENERATED / "zeta" / "openapi.json").exists()
    assert [(project / file).read_bytes() for file in MARKED] == named
    assert _drift(project, capsys) == []


def test_an_adapter_without_the_name_of_its_class_stops(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = project / "specs" / "acme" / "SOURCE.toml"
    source.write_text(source.read_text("utf-8").replace('class = "Acme"\n', ""), "utf-8")
    before = small_project.snapshot(project)
    assert main(["generate", "--root", str(project)]) == 1
    assert capsys.readouterr().err.startswith(f"error: {source}: (root): no 'class'")
    assert small_project.snapshot(project) == before


def test_a_failure_at_one_provider_leaves_the_whole_tree_as_it_was(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / GENERATED / "py.typed").unlink()
    _zeta(project, lambda s: s.pop("info"))
    before = small_project.snapshot(project)
    assert main(["generate", "--root", str(project)]) == 1
    assert "zeta/openapi.json: (root): 'info' is a required property (rule: required)" in capsys.readouterr().err
    assert small_project.snapshot(project) == before


@pytest.mark.parametrize("name", ["Any", *(long(each) for each in ("Unset", "TypeVar", "T"))])
def test_a_client_that_could_not_be_used_is_not_written(
    project: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    def called(spec: Json) -> None:
        schema = {"type": "object", "properties": {"size": {"type": "integer"}}}
        spec["components"] = {"schemas": {name: schema}}
        answer(spec)["properties"]["size"] = {"$ref": f"#/components/schemas/{name}"}

    _zeta(project, called)
    before = small_project.snapshot(project)
    assert main(["generate", "--root", str(project)]) == 1
    assert "specs/zeta: its client has wrong types: generated/audience_clients/zeta/models/" in capsys.readouterr().err
    assert small_project.snapshot(project) == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda s: operation(s).update(
                parameters=[{"name": "q", "in": "header", "required": True, "schema": {"const": "true"}}]
            ),
            "POST /lists .*Endpoint will not be generated",
        ),
        (
            lambda s: operation(s)["requestBody"].update(content={"text/csv": {"schema": {"type": "string"}}}),
            "Unsupported content type text/csv",
        ),
        (
            lambda s: answer(s)["properties"]["id"].update(type="array"),
            "Cannot parse response for status code",
        ),
    ],
    ids=["const header", "csv body", "array without items"],
)
def test_a_warning_of_the_client_generator_stops(change: Callable[[Json], object], said: str) -> None:
    with pytest.raises(PipelineError, match=f"acme: the client generator complains: .*{said}"):
        client.files(changed(change), "acme")


def test_an_operation_that_gets_no_module_of_its_own_stops() -> None:
    def twin(spec: Json) -> None:
        # Without models, whose names would fall together too, and do so with a warning.
        del spec["paths"]["/lists"]["post"]["requestBody"]
        del spec["paths"]["/lists"]["post"]["responses"]["200"]["content"]
        spec["paths"]["/twins"] = copy.deepcopy(spec["paths"]["/lists"])
        spec["paths"]["/twins"]["post"]["operationId"] = "makeList"

    with pytest.raises(PipelineError, match="acme: the client has no module for POST /"):
        client.files(changed(twin), "acme")


def test_a_file_without_its_marker_lines_stops(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = small_project.write(tmp_path)
    (root / MARKED[1]).write_text("", "utf-8")
    assert main(["generate", "--root", str(root)]) == 1
    assert "aio.py: no lines '# providers: imports, written by make generate'" in capsys.readouterr().err
