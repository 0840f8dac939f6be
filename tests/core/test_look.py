"""How pages look and speak: colours that can be read, small style sheets, the layouts."""

from __future__ import annotations

import gzip
import re
from types import SimpleNamespace

import pytest

import wsgi
from core.web.assets import read_assets
from tests.core.bare import bare_app, drawn
from tests.house.walk import ROOT, templates

STATIC = ROOT / "static"
SHEETS = {path.name: path.read_text() for path in STATIC.glob("*.css")}


@pytest.fixture
def app(tmp_path):
    """The ground alone, a demonstration: what stands here needs no data."""
    app = bare_app(tmp_path)
    yield app
    app.extensions["storage"].engine.dispose()


# Colours. Formula: WCAG 2.2, "relative luminance" and "contrast ratio".


def colours() -> dict[str, dict[str, str]]:
    blocks = re.findall(r":root\{([^}]*)\}", SHEETS["survey.css"])
    light, dark = (dict(re.findall(r"--([a-z]+):(#[0-9a-f]{3,6})", block)) for block in blocks)
    return {"light": light, "dark": dark}


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_equals_the_reference():
    # #767676 on white is the well-known lightest grey that passes: 4.54.
    assert round(contrast("#767676", "#fff"), 2) == 4.54
    assert round(contrast("#000000", "#ffffff"), 2) == 21.0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_on_every_ground(scheme: str):
    palette = colours()[scheme]
    pairs = [(text, ground) for text in ("text", "quiet", "action", "over", "good", "warn", "wrong")
             for ground in ("paper", "ground")]  # fmt: skip
    pairs += [("on", "action"), ("on", "over"), ("on", "wrong"), ("text", "mark"), ("warn", "mark")]
    poor = {pair for pair in pairs if contrast(palette[pair[0]], palette[pair[1]]) < 4.5}
    assert poor == set()


def test_both_schemes_name_the_same_colours():
    light, dark = colours().values()
    assert set(light) == set(dark)


# Style sheets.


@pytest.mark.parametrize(("name", "most"), [("survey.css", 6 * 1024), ("site.css", 24 * 1024)])
def test_style_sheets_stay_small(name: str, most: int):
    assert len(SHEETS[name].encode()) < most


def test_style_sheets_load_nothing_from_elsewhere():
    for text in SHEETS.values():
        assert "@import" not in text
        assert re.findall(r"https?:|//", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)) == []


def test_every_class_of_a_page_is_styled():
    styled = set(re.findall(r"\.([a-z][\w-]*)", "".join(SHEETS.values())))
    missing = set()
    for path in templates():
        if "documents" in path.parts:
            continue
        for classes in re.findall(r'\bclass="((?:{{.*?}}|{%.*?%}|[^"])*)"', path.read_text()):
            fixed = re.sub(r"[\w-]*({{.*?}}|{%.*?%})", " ", classes)
            missing |= {(path.name, name) for name in fixed.split() if name not in styled}
    assert missing == set()


# Addresses of static files.


def test_static_addresses_carry_a_fingerprint_and_last(app):
    address = drawn(app, "{{ static_file('site.css') }}")
    assert re.fullmatch(r"/static/site\.css\?v=[0-9a-f]{12}", address)
    client = app.test_client()
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    plain = client.get(address)
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(answer.data) == plain.data


def test_an_old_fingerprint_is_answered_but_not_kept(app):
    with app.test_client().get("/static/site.css?v=000000000000") as answer:
        assert answer.status_code == 200
        assert "immutable" not in answer.headers["Cache-Control"]


def test_a_new_content_gets_a_new_address(tmp_path):
    (tmp_path / "a.svg").write_text("<svg/>")
    (tmp_path / "b.css").write_text("p{background:url(a.svg)}")
    before = read_assets(tmp_path)
    (tmp_path / "a.svg").write_text("<svg></svg>")
    after = read_assets(tmp_path)
    assert before["b.css"].content == f"p{{background:url(a.svg?v={before['a.svg'].fingerprint})}}".encode()
    assert before["b.css"].fingerprint != after["b.css"].fingerprint


def test_a_missing_file_is_named(app, tmp_path):
    with pytest.raises(LookupError, match=r"static/none\.css"):
        drawn(app, "{{ static_file('none.css') }}")
    (tmp_path / "b.css").write_text("p{background:url(none.svg)}")
    with pytest.raises(LookupError, match=r"static/none\.svg"):
        read_assets(tmp_path)


# Layouts.


@pytest.mark.parametrize("code", ["kk", "ru", "en"])
def test_a_page_says_its_language_and_keeps_its_address_in_the_others(app, code: str):
    page = app.test_client().get(f"/nothing?page=2&lang={code}").get_data(as_text=True)
    assert page.count(f'<html lang="{code}">') == 1
    links = re.findall(r'<a href="([^"]*)" lang="(\w\w)"[^>]*?( aria-current="true")?>', page)
    assert links == [
        (f"/nothing?page=2&amp;lang={other}", other, ' aria-current="true"' if other == code else "")
        for other in ("kk", "ru", "en")
    ]


def test_a_demonstration_says_so_on_every_page(app):
    page = app.test_client().get("/nothing?lang=en").get_data(as_text=True)
    assert re.search(r"<title>(.*)</title>", page)[1] == "There is no such page · Ауыл үні · DEMONSTRATION"
    assert page.count('href="/demonstration?lang=en"') == 1


def test_a_live_installation_does_not(tmp_path):
    app = bare_app(tmp_path, kind="live")
    page = app.test_client().get("/nothing?lang=en").get_data(as_text=True)
    assert re.search(r"<title>(.*)</title>", page)[1] == "There is no such page · Ауыл үні"
    assert "demonstration" not in page.casefold()
    app.extensions["storage"].engine.dispose()


def test_the_first_link_leads_to_the_content(app):
    page = app.test_client().get("/nothing").get_data(as_text=True)
    assert re.search(r"<a [^>]*>", page)[0] == '<a class="skip" href="#content">'
    assert page.count('<main id="content"') == 1


def test_staff_pages_show_the_menu_the_name_and_the_way_out(app):
    account = SimpleNamespace(is_authenticated=True, name="Сәуле Әбдіқадырова")
    menu = [SimpleNamespace(endpoint="accounts.home", label="My work")]
    source = "{% extends 'layout_staff.html' %}{% block content %}x{% endblock %}"
    page = drawn(app, source, current_user=account, staff_menu=menu)
    assert page.count('<a href="/staff">My work</a>') == 2
    assert page.count("Сәуле Әбдіқадырова") == 1
    way_out = re.search(r'<form method="post" action="([^"]*)"><input type="hidden" name="csrf_token"', page)
    assert way_out[1] == "/staff/sign-out"


def test_the_links_of_the_layouts_lead_somewhere(tmp_path):
    app = bare_app(tmp_path, rooms=wsgi.ROOMS)
    page = drawn(app, "{% extends 'layout_public.html' %}")
    addresses = {found.partition("#")[0].partition("?")[0] for found in re.findall(r'href="(/[^"]*)"', page)}
    routes = app.url_map.bind("localhost")
    assert {address for address in addresses if not routes.test(address, "GET")} == set()
    app.extensions["storage"].engine.dispose()
