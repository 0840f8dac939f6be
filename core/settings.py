"""The settings of one installation, read once from the environment and frozen.

Every setting has a safe default for one machine; a live installation has none for its secret.
Only the standard library is imported here.
"""

from __future__ import annotations

import os
import secrets
import shlex
from argparse import ArgumentError, ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("live", "demo")
KNOWN_SECRETS = frozenset({"", "secret", "changeme", "change-me", "dev", "development", "auyl-uni"})
SHORTEST_SECRET = 32


class SettingError(ValueError):
    """A setting is missing or wrong; the message names it, its value's fault and the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInService:
    """The OpenID Connect service that tells one resident from another, in surveys with verification.

    :param unit_claim: the claim of its token that holds the KATO code of a person's place, if it gives one.
    """

    issuer: str
    client_id: str
    client_secret: str
    name: str
    unit_claim: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the application must know before its first request."""

    kind: str
    secret_key: str
    data_directory: Path
    key_directory: Path
    database_url: str
    redis_url: str | None
    public_url: str
    proxy_hops: int
    workers: int
    metrics_token: str | None
    sign_in: SignInService | None = None
    smtp_url: str | None = None
    mail_from: str | None = None
    scanner: tuple[str, ...] = ()
    signing_key: Path | None = None
    signing_passphrase: Path | None = None
    timestamp_url: str | None = None
    national_signer: tuple[str, ...] = ()
    press_contact: str | None = None

    @property
    def is_demo(self) -> bool:
        return self.kind == "demo"

    @property
    def is_secure(self) -> bool:
        """Whether the public address is HTTPS, so that cookies may insist on it."""
        return self.public_url.startswith("https://")


def read_settings(environment: Mapping[str, str] | None = None, command: Sequence[str] = ()) -> Settings:
    """Read the settings, or raise :class:`SettingError` naming the variable and the remedy.

    A demonstration without a secret draws one and keeps it in its data directory.

    :param command: what this process was started by, which may say how many workers there are.
    """
    source = os.environ if environment is None else environment
    kind = source.get("AUYL_KIND", "live")
    if kind not in KINDS:
        raise SettingError(f"AUYL_KIND is {kind!r}: set it to 'live' or 'demo'.")
    data_directory = Path(source.get("AUYL_DATA", ROOT / "var")).resolve()
    key_directory = Path(source.get("AUYL_KEYS", data_directory / "keys")).resolve()
    secret_key = source.get("AUYL_SECRET_KEY") or (_kept_secret(data_directory) if kind == "demo" else "")
    if secret_key.lower() in KNOWN_SECRETS or len(secret_key) < SHORTEST_SECRET:
        raise SettingError(
            "AUYL_SECRET_KEY is missing, too short or a known default: set it to at least "
            f"{SHORTEST_SECRET} random characters, for example from `python3 -c "
            "'import secrets; print(secrets.token_urlsafe(48))'`."
        )
    settings = Settings(
        kind=kind,
        secret_key=secret_key,
        data_directory=data_directory,
        key_directory=key_directory,
        database_url=_database_url(source.get("DATABASE_URL") or f"sqlite:///{data_directory}/auyl.sqlite3"),
        redis_url=source.get("REDIS_URL") or None,
        public_url=_public_url(source),
        proxy_hops=_whole(source, "AUYL_PROXY_HOPS", 0),
        workers=max(_whole(source, "AUYL_WORKERS", 1), _served_by(source, command)),
        metrics_token=source.get("AUYL_METRICS_TOKEN") or None,
        sign_in=_sign_in(source),
        smtp_url=_smtp_url(source),
        mail_from=source.get("AUYL_MAIL_FROM") or None,
        scanner=_command(source, "AUYL_SCANNER"),
        signing_key=_file(source, "AUYL_SIGNING_KEY"),
        signing_passphrase=_file(source, "AUYL_SIGNING_PASSPHRASE_FILE"),
        timestamp_url=_web_address(source, "AUYL_TIMESTAMP_URL"),
        national_signer=_command(source, "AUYL_NATIONAL_SIGNER"),
        press_contact=" ".join(source.get("AUYL_PRESS_CONTACT", "").split()) or None,
    )
    if settings.workers > 1 and settings.redis_url is None:
        raise SettingError(
            f"There are {settings.workers} workers (AUYL_WORKERS, or the server's --workers), but limits "
            "are kept per process without REDIS_URL: set REDIS_URL, or start one worker."
        )
    return settings


def _public_url(source: Mapping[str, str]) -> str:
    """The address that people use, as it stands in certificates: a scheme and a host, perhaps a port."""
    address = (source.get("AUYL_PUBLIC_URL") or "http://127.0.0.1:8000").rstrip("/")
    parts = urlsplit(address)
    is_bare = address == f"{parts.scheme}://{parts.netloc}" and "@" not in parts.netloc
    if parts.scheme not in ("http", "https") or not parts.hostname or not is_bare:
        raise SettingError(
            f"AUYL_PUBLIC_URL is {address!r}: set it to the address that people use, such as "
            "'https://auyl.example.kz', without a path."
        )
    return address


def _sign_in(source: Mapping[str, str]) -> SignInService | None:
    """The service of verified surveys: all of it or nothing, and never over an open line."""
    issuer = source.get("AUYL_OIDC_ISSUER", "").rstrip("/")
    if not issuer:
        return None
    if not issuer.startswith("https://"):
        raise SettingError(f"AUYL_OIDC_ISSUER is {issuer!r}: it must begin with https://.")
    given = {
        "client_id": source.get("AUYL_OIDC_CLIENT_ID", ""),
        "client_secret": source.get("AUYL_OIDC_CLIENT_SECRET", ""),
        "name": source.get("AUYL_OIDC_NAME", ""),
    }
    for field, value in given.items():
        if not value:
            raise SettingError(f"AUYL_OIDC_ISSUER is set, but AUYL_OIDC_{field.upper()} is not: set both.")
    return SignInService(issuer=issuer, **given, unit_claim=source.get("AUYL_OIDC_UNIT_CLAIM") or None)


def _smtp_url(source: Mapping[str, str]) -> str | None:
    """Where mail is handed over: nowhere, or a whole address together with a sender."""
    url = source.get("AUYL_SMTP_URL", "")
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise SettingError("AUYL_SMTP_URL must begin with smtp:// or smtps:// and name a host.")
    if "@" not in source.get("AUYL_MAIL_FROM", ""):
        raise SettingError("AUYL_SMTP_URL is set, but AUYL_MAIL_FROM is no address: set both.")
    return url


def _command(source: Mapping[str, str], name: str) -> tuple[str, ...]:
    """A command of this machine in its words; none by default."""
    text = source.get(name, "")
    try:
        return tuple(shlex.split(text))
    except ValueError as fault:
        raise SettingError(f"{name} is {text!r} ({fault}): write a command as in a shell.") from None


def _file(source: Mapping[str, str], name: str) -> Path | None:
    """A file that is read when it is needed; none by default."""
    return Path(source[name]).resolve() if source.get(name) else None


def _web_address(source: Mapping[str, str], name: str) -> str | None:
    """The address of a service; none by default."""
    address = source.get(name) or None
    if address is not None and urlsplit(address).scheme not in ("http", "https"):
        raise SettingError(f"{name} is {address!r}: it must begin with https:// or http://.")
    return address


def _whole(source: Mapping[str, str], name: str, default: int) -> int:
    text = source.get(name, str(default))
    if not text.isdecimal():
        raise SettingError(f"{name} is {text!r}: set it to a whole number, 0 or more.")
    return int(text)


def _served_by(source: Mapping[str, str], command: Sequence[str]) -> int:
    """How many workers the server was told to start; 1 where it is no server that we know."""
    names = {"granian": "GRANIAN_WORKERS", "gunicorn": "WEB_CONCURRENCY"}
    server = next((name for name in names if name in Path(*command[:1]).parts), None)
    if server is None:
        return 1
    words = ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    words.add_argument("-w", "--workers", type=int, default=_whole(source, names[server], 1))
    try:
        return words.parse_known_args(command[1:])[0].workers
    except ArgumentError as fault:
        raise SettingError(f"The server's own words cannot be read: {fault}.") from None


def _database_url(url: str) -> str:
    """Name the one PostgreSQL driver that is installed, whatever prefix the host gave."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _kept_secret(data_directory: Path) -> str:
    path = data_directory / "secret.key"
    if not path.exists():
        data_directory.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text()
