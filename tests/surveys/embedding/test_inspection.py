"""What is read on a site's page: our line, another's, one in a comment, one that a policy forbids."""

from __future__ import annotations

import pytest

from surveys.embedding.inspection import Finding, Look, inspect
from surveys.embedding.snippets import frame_line, script_line

OURS, SITE = "https://auyl.example", "https://almaty-obl.gov.kz"
UNITS = frozenset({"191037000", "190000000"})
SCRIPT = script_line(OURS, campaign="2026-main", unit="191037000", language="kk")


def frame(site: str | None = SITE, unit: str = "191037000") -> str:
    return frame_line(
        OURS, campaign="2026-main", unit=unit, language="kk", site=site, title="«Сауалнама» <&>"
    )


def look(html: str, policy: str = "") -> Look:
    return inspect(html, policy=policy, ours=OURS, campaign="2026-main", site=SITE, units=UNITS)


@pytest.mark.parametrize(
    "html",
    [
        f"<p>x</p>{SCRIPT}",
        frame(),
        frame(None),
        frame().replace(" src=", " data-src="),
        '<SCRIPT SRC="//AUYL.example/embed.js" DATA-CAMPAIGN="2026-main">',
        f'<script src="{OURS}/embed.js" data-campaign="other"></script>{SCRIPT}',
        f"<div><b>{SCRIPT}",
    ],
)
def test_our_line_is_seen(html: str):
    assert look(html) == Look(Finding.SHOWN)


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>nothing</p>", Look(Finding.ABSENT)),
        ("", Look(Finding.ABSENT)),
        (f"<!-- {SCRIPT} -->", Look(Finding.ABSENT)),
        (f"<textarea>{SCRIPT}</textarea>".replace("<script", "&lt;script"), Look(Finding.ABSENT)),
        (SCRIPT.replace("auyl.example", "auyl.example.evil"), Look(Finding.ABSENT)),
        (f'<a href="{OURS}/s/2026-main/191037000">survey</a>', Look(Finding.ABSENT)),
        (SCRIPT.replace("2026-main", "2020-old"), Look(Finding.OTHER_CAMPAIGN, "2020-old")),
        (SCRIPT.replace("191037000", "610000000"), Look(Finding.OTHER_UNIT, "610000000")),
        (frame("https://other.kz"), Look(Finding.OTHER_SITE, "https://other.kz")),
        ('<script src="http://[/embed.js" data-campaign="x">', Look(Finding.ABSENT)),
    ],
)
def test_what_is_wrong_is_told(html: str, found: Look):
    assert look(html) == found


@pytest.mark.parametrize(
    ("html", "policy", "found"),
    [
        (SCRIPT, "default-src 'self'", Look(Finding.FORBIDDEN, "script-src")),
        (SCRIPT, f"script-src 'self' {OURS}; frame-src 'none'", Look(Finding.FORBIDDEN, "frame-src")),
        (SCRIPT, f"script-src {OURS}; frame-src https:", Look(Finding.SHOWN)),
        (SCRIPT, "script-src *.example; frame-src *", Look(Finding.SHOWN)),
        (SCRIPT, "img-src 'self'", Look(Finding.SHOWN)),
        (frame(), "script-src 'none'; child-src auyl.example", Look(Finding.SHOWN)),
        (frame(), "frame-src *,default-src 'none'", Look(Finding.FORBIDDEN, "frame-src")),
        (frame(), "frame-src http://auyl.example", Look(Finding.FORBIDDEN, "frame-src")),
    ],
)
def test_a_policy_that_forbids_our_line_is_told(html: str, policy: str, found: Look):
    assert look(html, policy) == found


def test_what_a_line_holds_is_escaped():
    line = frame_line(OURS, campaign='"><b', unit=None, language="kk", site=None, title='"><script>')
    assert "<script>" not in line
    assert line.count("<") == line.count(">") == 2


def test_a_page_made_to_slow_us_down_does_not():
    for piece in ("<!--", "<script ", "<iframe src='", "<![", "-->"):
        assert look(piece * 100_000).finding is Finding.ABSENT
