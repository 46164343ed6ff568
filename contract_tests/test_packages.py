"""The two distributions, as they are built and installed."""

import os
import re
import sys
import zipfile
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

import pytest

import processes

ROOT = Path(__file__).parents[1]
HERE = {"audiences": ROOT, "audience_contract": ROOT / "contract_tests"}
ENVIRONMENT = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "AUDIENCES_REPOSITORY_URL"}}
REPOSITORY = "https://github.com/acme/audiences"


def build(place: Path, **environment: str) -> dict[str, Path]:
    """Both wheels."""
    command, environment = [sys.executable, "-m", "hatchling", "build", "-d", str(place)], ENVIRONMENT | environment
    for folder in HERE.values():
        processes.run(command, cwd=folder, env=environment, check=True)
    return {path.name.partition("-")[0]: path for path in place.glob("*.whl")}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return build(tmp_path_factory.mktemp("released"), AUDIENCES_REPOSITORY_URL=REPOSITORY)


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
    for wheel in built.values():
        required = metadata(wheel).get_all("Requires-Dist", [])
        assert not [name for name in required if name.startswith("audience")]


def metadata(wheel: Path) -> Message:
    (found,) = (data for name, data in files(wheel).items() if name.endswith("METADATA"))
    return BytesParser().parsebytes(found)


@pytest.mark.parametrize("name", HERE)
def test_each_wheel_has_the_licence_and_the_notice(name: str, built: dict[str, Path]) -> None:
    wheel = {path.rpartition("/")[2]: data for path, data in files(built[name]).items() if "dist-info" in path}
    assert (wheel["LICENSE"], wheel["NOTICE"]) == tuple((ROOT / file).read_bytes() for file in ("LICENSE", "NOTICE"))


@pytest.mark.parametrize("name", HERE)
def test_the_links_of_a_release_lead_to_what_its_repository_has_at_its_tag(
    name: str, released: dict[str, Path]
) -> None:
    page = metadata(released[name])
    urls = [each.partition(", ")[2] for each in page.get_all("Project-URL", [])]
    assert {f"{REPOSITORY}/blob/v{page['Version']}/CHANGELOG.md", f"{REPOSITORY}/issues"} < set(urls)
    in_readme = re.findall(rf"\]\({REPOSITORY}/(?:blob|raw)/v{page['Version']}/(.+?)\)", str(page.get_payload()))
    assert in_readme == relative((HERE[name] / "README.md").read_text("utf-8"))
    assert [link for link in in_readme if not (HERE[name] / link).is_file()] == []


@pytest.mark.parametrize("name", HERE)
def test_a_wheel_that_is_built_elsewhere_has_no_link_into_a_repository(name: str, built: dict[str, Path]) -> None:
    page = metadata(built[name])
    assert page.get_all("Project-URL") is None
    assert relative(str(page.get_payload())) == []
    assert "github.com" not in str(page)


def relative(page: str) -> list[str]:
    """The links of a page in Markdown that are addresses only beside the page."""
    return re.findall(r"\]\((?!https:|#)(.+?)\)", page)


def test_the_action_gives_the_exit_code_and_the_path_of_the_page(tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    given = {"COMMAND": "traffic", "ARGUMENTS": "none.har", "HTML": "page.html", "GITHUB_OUTPUT": str(outputs)}
    ended = processes.run([sys.executable, str(ROOT / "scripts" / "ci_check.py")], env={**os.environ, **given})
    assert (ended.returncode, outputs.read_text("utf-8")) == (2, "exit-code=2\nhtml=page.html\n")


def test_nothing_is_released_whose_changelog_repository_or_readme_is_not_settled() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "check_release.py"), "v0.0.1"]
    ended = processes.run(command, env=ENVIRONMENT)
    assert ended.returncode == 1
    for reason in (
        "pyproject.toml has version",
        "CHANGELOG.md has no section '## [0.0.1] - YYYY-MM-DD'",
        "AUDIENCES_REPOSITORY_URL does not name the repository",
        "README.md says that the packages are not on an index yet",
    ):
        assert reason in ended.stderr
    with_repository = processes.run(command, env={**ENVIRONMENT, "AUDIENCES_REPOSITORY_URL": REPOSITORY})
    assert "REPOSITORY_URL" not in with_repository.stderr


@pytest.mark.long
def test_the_library_alone_is_ten_packages_and_names_the_extra_that_its_command_needs(
    built: dict[str, Path], tmp_path: Path
) -> None:
    python = installed(built["audiences"], "", tmp_path / "alone")
    code = "from importlib.metadata import distributions; print(len([*distributions()]))"
    assert int(processes.run([str(python), "-c", code], cwd=tmp_path, env=ENVIRONMENT, check=True).stdout) <= 10
    ended = processes.run([str(python), "-m", "audiences", "--version"], cwd=tmp_path, env=ENVIRONMENT)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "is missing: install audiences with its extra cli" in ended.stderr


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
