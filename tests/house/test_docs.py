"""The documentation names every command and every setting: an undocumented one fails here."""

from __future__ import annotations

import re

import click
import pytest

import wsgi
from core.ground import GROUND
from tests.house.walk import ROOT

COMMANDS = (ROOT / "docs" / "commands.md").read_text()
SETTINGS = (ROOT / "docs" / "settings.md").read_text()


def every_command() -> list[str]:
    found = []
    for room in (*GROUND, *wsgi.ROOMS):
        for group in room.commands:
            assert isinstance(group, click.Group), group.name
            found += [f"{group.name} {verb}" for verb in group.commands]
    return found


@pytest.mark.parametrize("command", every_command())
def test_every_command_is_documented_and_has_help(command: str):
    assert f"`{command}`" in COMMANDS


def test_no_documented_command_is_gone():
    documented = set(re.findall(r"^\| `([a-z-]+ [a-z-]+)`", COMMANDS, re.MULTILINE))
    assert documented - set(every_command()) == set()


def test_every_setting_is_documented():
    source = (ROOT / "core" / "settings.py").read_text()
    names = set(re.findall(r"\"((?:AUYL_[A-Z_]+|DATABASE_URL|REDIS_URL))\"", source))
    assert {name for name in names if f"`{name}`" not in SETTINGS} == set()
