"""The settings: safe defaults for one machine, and refusals that name the variable and the remedy."""

from __future__ import annotations

import stat
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

import wsgi
from core.settings import SettingError, read_settings

SECRET = "s" * 32


def test_a_live_installation_has_no_default_secret(tmp_path: Path):
    with pytest.raises(SettingError, match="AUYL_SECRET_KEY"):
        read_settings({"AUYL_DATA": str(tmp_path)})


@pytest.mark.parametrize("secret", ["", "secret", "ChangeMe", "x" * 31])
@pytest.mark.parametrize("kind", ["live"])
def test_a_known_or_short_secret_is_refused(tmp_path: Path, secret: str, kind: str):
    with pytest.raises(SettingError, match="AUYL_SECRET_KEY"):
        read_settings({"AUYL_KIND": kind, "AUYL_SECRET_KEY": secret, "AUYL_DATA": str(tmp_path)})
    assert list(tmp_path.iterdir()) == []


def test_a_short_secret_is_refused_in_a_demonstration_too(tmp_path: Path):
    with pytest.raises(SettingError, match="AUYL_SECRET_KEY"):
        read_settings({"AUYL_KIND": "demo", "AUYL_SECRET_KEY": "short", "AUYL_DATA": str(tmp_path)})


def test_a_demonstration_draws_a_secret_once_for_its_owner_alone(tmp_path: Path):
    environment = {"AUYL_KIND": "demo", "AUYL_DATA": str(tmp_path / "new")}
    first = read_settings(environment)
    assert len(first.secret_key) == 64
    assert read_settings(environment) == first
    assert stat.S_IMODE((tmp_path / "new" / "secret.key").stat().st_mode) == 0o600


def test_the_defaults_fit_one_machine(tmp_path: Path):
    settings = read_settings({"AUYL_SECRET_KEY": SECRET, "AUYL_DATA": str(tmp_path)})
    assert settings.kind == "live"
    assert not settings.is_demo
    assert settings.database_url == f"sqlite:///{tmp_path}/auyl.sqlite3"
    assert settings.key_directory == tmp_path / "keys"
    assert (settings.redis_url, settings.metrics_token) == (None, None)
    assert (settings.proxy_hops, settings.workers) == (0, 1)
    assert (settings.public_url, settings.is_secure) == ("http://127.0.0.1:8000", False)


@pytest.mark.parametrize("prefix", ["postgres://", "postgresql://", "postgresql+psycopg://"])
def test_postgresql_is_reached_by_the_installed_driver(tmp_path: Path, prefix: str):
    settings = read_settings(
        {"AUYL_SECRET_KEY": SECRET, "AUYL_DATA": str(tmp_path), "DATABASE_URL": f"{prefix}u@h/d"}
    )
    assert settings.database_url == "postgresql+psycopg://u@h/d"


@pytest.mark.parametrize(
    ("name", "value"),
    [("AUYL_KIND", "test"), ("AUYL_KIND", ""), ("AUYL_WORKERS", "two"), ("AUYL_PROXY_HOPS", "-1"),
     ("AUYL_WORKERS", "1.5"), ("AUYL_PUBLIC_URL", "auyl.example.kz"), ("AUYL_PUBLIC_URL", "https://:443"),
     ("AUYL_PUBLIC_URL", "https://auyl.example.kz/survey")],
)  # fmt: skip
def test_a_wrong_value_is_refused_by_name(tmp_path: Path, name: str, value: str):
    with pytest.raises(SettingError) as refused:
        read_settings({"AUYL_SECRET_KEY": SECRET, "AUYL_DATA": str(tmp_path), name: value})
    assert str(refused.value).startswith(f"{name} is {value!r}: set it to ")


def test_several_workers_need_shared_limits(tmp_path: Path):
    environment = {"AUYL_SECRET_KEY": SECRET, "AUYL_DATA": str(tmp_path), "AUYL_WORKERS": "2"}
    with pytest.raises(SettingError, match="REDIS_URL"):
        read_settings(environment)
    assert read_settings({**environment, "REDIS_URL": "redis://localhost"}).workers == 2


@pytest.mark.parametrize(
    ("command", "more", "workers"),
    [
        ("/usr/bin/granian --interface wsgi --workers 3 wsgi:create_app", {}, 3),
        ("/opt/granian/__main__.py --workers=4 --workers-max-rss 900", {}, 4),
        ("granian wsgi:create_app", {"GRANIAN_WORKERS": "2"}, 2),
        ("granian --workers 1", {"AUYL_WORKERS": "2"}, 2),
        ("/usr/bin/gunicorn -w 5 -b :80", {"WEB_CONCURRENCY": "2"}, 5),
        ("flask --app wsgi thing --workers 6", {"GRANIAN_WORKERS": "2"}, 1),
        ("", {}, 1),
    ],
)
def test_the_server_s_own_number_of_workers_counts(tmp_path: Path, command: str, more: dict, workers: int):
    environment = {
        "AUYL_SECRET_KEY": SECRET, "AUYL_DATA": str(tmp_path), "REDIS_URL": "redis://localhost", **more,
    }  # fmt: skip
    assert read_settings(environment, command.split()).workers == workers
    if workers > 1:
        with pytest.raises(SettingError, match=f"There are {workers} workers .* set REDIS_URL"):
            read_settings({**environment, "REDIS_URL": ""}, command.split())


def test_settings_are_frozen(tmp_path: Path):
    settings = read_settings({"AUYL_SECRET_KEY": SECRET, "AUYL_DATA": str(tmp_path)})
    with pytest.raises(FrozenInstanceError):
        settings.kind = "demo"


def test_an_https_address_is_secure_and_loses_its_last_slash(tmp_path: Path):
    settings = read_settings(
        {"AUYL_SECRET_KEY": SECRET, "AUYL_DATA": str(tmp_path), "AUYL_PUBLIC_URL": "https://uni.kz/"}
    )
    assert (settings.public_url, settings.is_secure) == ("https://uni.kz", True)


def test_the_application_does_not_start_live_without_a_secret(monkeypatch, tmp_path):
    monkeypatch.setenv("AUYL_KIND", "live")
    monkeypatch.setenv("AUYL_DATA", str(tmp_path))
    monkeypatch.delenv("AUYL_SECRET_KEY", raising=False)
    with pytest.raises(SystemExit, match="does not start: AUYL_SECRET_KEY is missing"):
        wsgi.create_app()
    assert list(tmp_path.iterdir()) == []
