"""The two distributions, as they are built and installed."""

import os
import re
import sys
import zipfile
from email.parser import BytesParser
from pathlib import Path

import pytest

import processes

ROOT = Path(__file__).parents[1]
HERE = {"audiences": ROOT, "audience_contract": ROOT / "contract_tests"}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both wheels."""
    place = tmp_path_factory.mktemp("dist")
    for folder in HERE.values():
        processes.run([sys.executable, "-m", "hatchling", "build", "-d", str(place)], cwd=folder, check=True)
    return {path.name.partition("-")[0]: path for path in place.glob("*.whl")}


def files(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def installed(wheel: Path, extras: str, place: Path) -> Path:
    """A Python with the wheel alone and what it depends on, in the versions that are locked."""
    uv = [sys.executable, "-m", "uv"]
    processes.run([*uv, "venv", "--quiet", "--python", sys.executable, str(place)], env=ENVIRONMENT, check=True)
    found = [*uv, "pip", "install", "--quiet", "--python", str(place / "bin" / "python"), f"{wheel}{extras}"]
    processes.run([*found, "--constraint", str(ROOT / "requirements" / "dev.txt")], env=ENVIRONMENT, check=True)
    return place / "bin" / "python"


def test_the_wheel_of_the_checker_carries_the_effective_specs_byte_for_byte(built: dict[str, Path]) -> None:
    specs = {path.parts[-2:]: path.read_bytes() for path in (ROOT / "generated").glob("audience_clients/*/*.json")}
    found = {tuple(name.split("/")[-2:]): data for name, data in files(built["audience_contract"]).items()}
    assert specs
    assert specs.items() <= found.items()


def test_the_two_wheels_have_no_file_in_common_and_neither_requires_the_other(built: dict[str, Path]) -> None:
    library, checker = files(built["audiences"]), files(built["audience_contract"])
    assert not library.keys() & checker.keys()
    assert {name.split("/")[0].split("-")[0] for name in library} == {"audiences", "audience_clients"}
    assert {name.split("/")[0].split("-")[0] for name in checker} == {"audience_contract"}
    for wheel in (library, checker):
        (metadata,) = (wheel[name] for name in wheel if name.endswith("METADATA"))
        required = BytesParser().parsebytes(metadata).get_all("Requires-Dist", [])
        assert not [name for name in required if name.startswith("audience")]


@pytest.mark.parametrize("name", HERE)
def test_each_wheel_has_the_licence_the_notice_and_links_that_lead_somewhere_from_an_index(
    name: str, built: dict[str, Path]
) -> None:
    wheel = {path.rpartition("/")[2]: data for path, data in files(built[name]).items() if "dist-info" in path}
    assert (wheel["LICENSE"], wheel["NOTICE"]) == tuple((ROOT / file).read_bytes() for file in ("LICENSE", "NOTICE"))
    page = BytesParser().parsebytes(wheel["METADATA"]).get_payload()
    assert [link for link in re.findall(r"\]\((.+?)\)", str(page)) if not re.match("https://|#", link)] == []


def test_the_action_gives_the_exit_code_and_the_path_of_the_page(tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    given = {"COMMAND": "traffic", "ARGUMENTS": "none.har", "HTML": "page.html", "GITHUB_OUTPUT": str(outputs)}
    ended = processes.run([sys.executable, str(ROOT / "scripts" / "ci_check.py")], env={**os.environ, **given})
    assert (ended.returncode, outputs.read_text("utf-8")) == (2, "exit-code=2\nhtml=page.html\n")


def test_nothing_is_released_whose_changelog_or_publisher_is_not_settled() -> None:
    ended = processes.run([sys.executable, str(ROOT / "scripts" / "check_release.py"), "v0.0.1"])
    assert ended.returncode == 1
    for reason in ("pyproject.toml has version", "CHANGELOG.md has no section '## [0.0.1] - YYYY-MM-DD'"):
        assert reason in ended.stderr


@pytest.mark.long
def test_the_library_alone_is_ten_packages_and_names_the_extra_that_its_command_needs(
    built: dict[str, Path], tmp_path: Path
) -> None:
    python = installed(built["audiences"], "", tmp_path / "alone")
    code = "from importlib.metadata import distributions; print(len([*distributions()]))"
    assert int(processes.run([str(python), "-c", code], cwd=tmp_path, env=ENVIRONMENT, check=True).stdout) <= 10
    ended = processes.run([str(python), "-m", "audiences", "--version"], cwd=tmp_path, env=ENVIRONMENT)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"pip install '{built['audiences']}[cli]'" in ended.stderr


@pytest.mark.long
def test_each_package_alone_does_its_work_with_the_source_gone(built: dict[str, Path], tmp_path: Path) -> None:
    library = installed(built["audiences"], "[cli]", tmp_path / "library").parent / "audiences"
    checker = installed(built["audience_contract"], "", tmp_path / "checker").parent / "audience-contract"
    create = [str(library), "create", "VIP", "--provider", "batch", "--set", "batch.type=emails"]
    commands = [
        [str(checker), "mock", "--", *create],
        [str(checker), "mock", "--", "sh", "-c", f'{checker} server batch --url "$BATCH_BASE_URL" --max-time 60'],
    ]
    for command in commands:
        ended = processes.run(command, cwd=tmp_path, env=ENVIRONMENT)
        assert ended.returncode == 0, ended.stdout + ended.stderr
