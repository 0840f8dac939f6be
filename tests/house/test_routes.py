"""Every route is guarded, protected, kebab-case and typed; no page forgets who may open it."""

from __future__ import annotations

import re

import pytest
from werkzeug.routing import Rule

import wsgi
from core.access import Right
from core.application import build_app, csrf
from core.settings import Settings

#: The resident's and respondent's forms stand on other sites or hold no cookie: a signed ticket or a
#: single-use code takes the place of the session's token. A file that is checked changes nothing.
TICKETED = {
    "certificates_public", "surveys_public", "ethics_public", "embedding_public", "pressure_public",
    "tablet_public", "voters_public",
}  # fmt: skip


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("routes")
    settings = Settings(
        kind="demo", secret_key="x" * 40, data_directory=folder, key_directory=folder / "keys",
        database_url=f"sqlite:///{folder}/none.sqlite3", redis_url=None, public_url="http://localhost",
        proxy_hops=0, workers=1, metrics_token=None,
    )  # fmt: skip
    made = build_app(settings, wsgi.ROOMS, testing=True)
    yield made
    made.extensions["storage"].engine.dispose()


def rules(app) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_view_says_who_may_open_it(app):
    unguarded = {r.endpoint for r in rules(app) if not hasattr(app.view_functions[r.endpoint], "guard")}
    assert unguarded == set()


def test_every_staff_page_needs_an_account(app):
    for rule in rules(app):
        guard = app.view_functions[rule.endpoint].guard
        if rule.rule.startswith("/staff"):
            known = isinstance(guard, Right) or guard == "signed-in"
            assert known or rule.endpoint.startswith("accounts."), rule
        else:
            assert guard == "public", rule


def test_every_address_is_kebab_case_with_typed_parameters(app):
    for rule in rules(app):
        bare = re.sub(r"<(string|int|path|uuid|any\([^)]*\))(\([^)]*\))?:[a-z_]+>", "", rule.rule)
        assert re.fullmatch(r"[a-z0-9/.\-]*", bare), rule.rule


def test_only_ticketed_forms_are_free_of_the_session_token(app):
    assert {str(name).partition(".")[0] for name in csrf._exempt_views} == set()
    assert {getattr(one, "name", one) for one in csrf._exempt_blueprints} <= TICKETED


def test_a_staff_post_without_a_token_is_refused(app):
    posts = [r for r in rules(app) if "POST" in r.methods and r.rule.startswith("/staff")]
    assert posts
    for rule in posts:
        values = {
            name: 1 if "int" in type(c).__name__.lower() else "x" for name, c in rule._converters.items()
        }
        with app.test_request_context():
            address = app.url_map.bind("localhost").build(rule.endpoint, values)
        answer = app.test_client().post(address, data={"any": "thing"})
        assert answer.status_code == 400, (rule.rule, answer.status_code)
