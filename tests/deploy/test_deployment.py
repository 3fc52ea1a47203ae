"""The files in ``deploy/`` name commands, files and extras that exist. Docker itself is not needed for this."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from bot.cli.entry_point import build_parser
from bot.exit_codes import ExitCode
from bot.process import STOP_SECONDS
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")


def commands_in_units() -> list[list[str]]:
    """What the units start, behind ``-m bot``."""
    texts = [unit.read_text(encoding="utf-8") for unit in UNITS]
    return [
        match[1].split() for text in texts for match in re.finditer(r"^ExecStart=.* -m bot ?(.*)$", text, re.MULTILINE)
    ]


def commands_in_containers() -> list[list[str]]:
    """What the containers start and ask, behind ``python -m bot``."""
    compose = [json.loads(match[1]) for match in re.finditer(r"command: (\[.*\])", COMPOSE)]
    docker = [json.loads(match[1]) for match in re.finditer(r"CMD (\[.*\])", DOCKERFILE)]
    return compose + [words[3:] if words[:3] == ["python", "-m", "bot"] else words for words in docker]


@pytest.mark.parametrize("words", [*commands_in_units(), *commands_in_containers()], ids=" ".join)
def test_every_command_that_is_started_exists(words: list[str]) -> None:
    """Units and containers start commands that the program has, with options that it takes."""
    assert callable(build_parser().parse_args(words).run_command)


def test_all_commands_were_found() -> None:
    """A change of format does not make the test above find nothing."""
    assert len(commands_in_units()) == len(UNITS) == 2
    assert len(commands_in_containers()) == 5


def test_what_the_image_is_built_from_exists() -> None:
    """Every file that is copied is there and is not left out, and every package and extra that is installed is known."""
    copied = [name for line in re.findall(r"^COPY (?!--)(.*)$", DOCKERFILE, re.MULTILINE) for name in line.split()[:-1]]
    kept = re.findall(r"^!(.*)$", (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(copied) == sorted(kept)
    assert [name for name in copied if not (ROOT / name).exists()] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = {pattern.rstrip("*") for pattern in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert packages <= set(copied)
    extras = re.findall(r"'\.\[(.*)\]'", DOCKERFILE)[0].split(",")
    assert set(extras) <= set(project["project"]["optional-dependencies"])


def test_variables_that_are_set_are_settings() -> None:
    """The image sets no setting that does not exist, and no secret."""
    block = re.findall(r"^ENV (.*?)\nUSER", DOCKERFILE, re.MULTILINE | re.DOTALL)[0]
    names = {name for name in re.findall(r"([A-Z_]+)=", block) if name not in {"PATH", "MPLCONFIGDIR"}}
    ours = {name for name in names if not name.startswith("PYTHON")}
    assert ours == {"LOG_FORMAT", "HEALTH_FILE"}
    assert ours <= {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: str(unit.name))
def test_a_unit_leaves_time_to_stop_and_does_not_restart_in_vain(unit: Path) -> None:
    """Systemd kills later than the bot stops, and does not repeat what cannot work."""
    text = unit.read_text(encoding="utf-8")
    assert int(re.findall(r"^TimeoutStopSec=(\d+)$", text, re.MULTILINE)[0]) > STOP_SECONDS
    in_vain = {ExitCode.CONFIG, ExitCode.TOKEN, ExitCode.INTENTS}
    assert {
        int(code) for code in re.findall(r"^RestartPreventExitStatus=(.*)$", text, re.MULTILINE)[0].split()
    } == in_vain


def test_containers_leave_time_to_stop() -> None:
    """Docker kills later than the bot stops, and nobody is root."""
    assert int(re.findall(r"stop_grace_period: (\d+)s", COMPOSE)[0]) > STOP_SECONDS
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE) == ["10001"]
