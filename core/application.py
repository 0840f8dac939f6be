"""Builds the application from the settings and the rooms; `wsgi.py` and the tests call it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog
from flask import Flask, request
from flask_babel import Babel, format_date, format_datetime, format_decimal
from flask_babel.speaklater import LazyString
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import OperationalError
from werkzeug.middleware.proxy_fix import ProxyFix

from core import catalogues, clock
from core.access import may_anywhere
from core.accounts.entry import init_accounts
from core.birth import WrongKind, check_birth
from core.ground import GROUND
from core.places.filters import register_filters
from core.room import Room
from core.settings import ROOT, Settings
from core.storage import open_storage
from core.web import assets, compression, failures, headers, language
from core.web.addresses import RowInteger
from core.web.days import instant
from core.web.edge import Application, close_database
from core.web.limits import limiter
from core.web.short_way import ShortWay

LARGEST_REQUEST = 32 * 1024 * 1024
SESSION_LENGTH = timedelta(hours=8)

csrf = CSRFProtect()

# A lazy translation may carry what somebody typed; without this, templates would take it for markup.
del LazyString.__html__
log = structlog.get_logger()


def build_app(settings: Settings, rooms: Sequence[Room], *, testing: bool = False) -> Flask:
    """The WSGI application with the ground and the given rooms.

    :raises core.birth.WrongKind: when the database was born of the other kind (demo, live).
    """
    app = Application("auyl", root_path=str(ROOT), template_folder="templates", static_folder="static")
    app.testing = testing
    app.url_map.converters["int"] = RowInteger
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        SESSION_COOKIE_NAME="staff",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_secure,
        PERMANENT_SESSION_LIFETIME=SESSION_LENGTH,
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE="kk",
        BABEL_DOMAIN=";".join(catalogues.ROOMS),
        BABEL_TRANSLATION_DIRECTORIES=";".join(["translations"] * len(catalogues.ROOMS)),
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_ENABLED=not testing,
    )
    settings.data_directory.mkdir(parents=True, exist_ok=True)
    app.extensions["settings"] = settings
    app.extensions["storage"] = open_storage(
        settings.database_url, heads=(settings.data_directory / "heads", settings.key_directory)
    )
    app.extensions["rooms"] = (*GROUND, *rooms)
    app.extensions["lanes"] = [lane(app) for room in rooms for lane in room.lanes]
    app.wsgi_app = ShortWay(app.wsgi_app, app.extensions["lanes"], strict=testing)
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
    assets.init_assets(app)
    catalogues.compile_all()
    Babel(app, locale_selector=language.choose_language, timezone_selector=lambda: "Asia/Almaty")
    csrf.init_app(app)
    limiter.init_app(app)
    init_accounts(app)
    failures.register(app)
    app.teardown_appcontext(close_database)
    app.after_request(compression.pack)
    app.after_request(language.keep_language)
    app.after_request(headers.add_security_headers)
    _add_words(app, settings)
    for room in app.extensions["rooms"]:
        for blueprint in room.blueprints:
            app.register_blueprint(blueprint)
        for command in room.commands:
            app.cli.add_command(command)
    _check_birth_or_later(app, settings)
    return app


def _check_birth_or_later(app: Flask, settings: Settings) -> None:
    """Check the database's kind now or, where it does not answer yet, before anything is served."""
    try:
        check_birth(app.extensions["storage"], settings)
    except WrongKind:
        app.extensions["storage"].engine.dispose()
        raise
    except OperationalError:
        log.error("database.unavailable")
        waiting = [settings]

        @app.before_request
        def _check() -> None:
            if waiting and request.endpoint != "care.healthz":
                check_birth(app.extensions["storage"], settings)
                waiting.clear()


def _add_words(app: Flask, settings: Settings) -> None:
    """What every template may use besides its own values."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(is_demo=settings.is_demo)
    app.jinja_env.filters.update(
        day=format_date, instant=instant, second=format_datetime, number=format_decimal
    )
    register_filters(app)

    @app.context_processor
    def _shared() -> dict[str, object]:
        return {
            "languages": language.LANGUAGES,
            "language": language.language(),
            "in_language": language.in_language,
            "staff_menu": [
                entry
                for room in app.extensions["rooms"]
                for entry in room.menu
                if current_user.is_authenticated and may_anywhere(current_user, entry.right)
            ],
            "today": clock.day_of(clock.present()),
        }


structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
)
