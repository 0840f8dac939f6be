"""Reads the HTML of a site's page: is our line on it, for the right survey, and may it show itself there?

Pure: the standard library only. Sees what the page's server sends; what a page builds by script later
cannot be seen here, and what stands in a comment is not on the page.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from html.parser import HTMLParser
from urllib.parse import parse_qs, unquote, urlsplit


class Finding(StrEnum):
    """What a look at a registered page found; the last four are about the way there."""

    SHOWN = "shown"
    ABSENT = "absent"
    OTHER_CAMPAIGN = "other-campaign"
    OTHER_UNIT = "other-unit"
    OTHER_SITE = "other-site"
    FORBIDDEN = "forbidden"
    STATUS = "status"
    SILENT = "silent"
    UNTRUSTED = "untrusted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Look:
    """A finding, and the word that makes it plain: a unit, a survey, a status, a directive."""

    finding: Finding
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One of our lines on a page: a script or a frame, its survey, its unit, and the site it names."""

    kind: str
    campaign: str
    unit: str = ""
    site: str = ""


#: A tag of ours is short; the bound keeps a page made to slow us down from doing so.
_TAG = re.compile(r"<(?:script|iframe)\s[^>]{1,2000}>", re.IGNORECASE)


class _Tag(HTMLParser):
    """Reads one tag: its name and its attributes."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.read = tag, {name: (value or "").strip() for name, value in attrs}


def lines_of(html: str, *, ours: str) -> tuple[Line, ...]:
    """Our lines on a page.

    :param ours: the origin of this installation.

    >>> lines_of('<script src="https://a.kz/embed.js" data-campaign="2026"></script>', ours="https://a.kz")
    (Line(kind='script', campaign='2026', unit='', site=''),)
    """
    lines = (_line(found[0], ours) for found in _TAG.finditer(_without_comments(html)))
    return tuple(line for line in lines if line is not None)


def _line(text: str, ours: str) -> Line | None:
    parser = _Tag()
    parser.feed(text)
    tag, values = parser.read
    # `data-src` is where pages keep the address of a frame that loads late.
    address = values.get("src") or values.get("data-src", "")
    try:
        parts = urlsplit(f"https:{address}" if address.startswith("//") else address)
    except ValueError:
        return None
    if f"{parts.scheme}://{parts.netloc}".lower() != ours.lower():
        return None
    if tag == "script" and parts.path == "/embed.js":
        return Line("script", values.get("data-campaign", ""), values.get("data-unit", ""))
    path = re.fullmatch(r"/embed/([^/]+)(?:/([^/]+))?/?", parts.path)
    if tag == "iframe" and path:
        site = parse_qs(parts.query).get("at", [""])[0]
        return Line("frame", unquote(path[1]), unquote(path[2] or ""), site)
    return None


def _without_comments(html: str) -> str:
    kept, at = [], 0
    while (start := html.find("<!--", at)) >= 0:
        kept.append(html[at:start])
        end = html.find("-->", start + 4)
        if end < 0:
            return "".join(kept)
        at = end + 3
    return "".join((*kept, html[at:]))


def inspect(html: str, *, policy: str, ours: str, campaign: str, site: str, units: Collection[str]) -> Look:
    """What stands on a page; one right line is enough.

    :param policy: the page's Content-Security-Policy, or nothing.
    :param site: the page's own origin, which a frame may name.
    :param units: every code that a line may name: the units asked and all that is above them.
    """
    looks = [_judged(line, policy, ours, campaign, site, units) for line in lines_of(html, ours=ours)]
    return next(
        (look for look in looks if look.finding is Finding.SHOWN),
        looks[0] if looks else Look(Finding.ABSENT),
    )


def _judged(line: Line, policy: str, ours: str, campaign: str, site: str, units: Collection[str]) -> Look:
    if line.campaign != campaign:
        return Look(Finding.OTHER_CAMPAIGN, line.campaign[:40])
    if line.unit and line.unit not in units:
        return Look(Finding.OTHER_UNIT, line.unit[:40])
    if line.site and line.site != site:
        return Look(Finding.OTHER_SITE, line.site[:80])
    for directive in ("script-src", "frame-src")[line.kind == "frame" :]:
        if not _allows(policy, directive, ours):
            return Look(Finding.FORBIDDEN, directive)
    return Look(Finding.SHOWN)


#: Where a policy that says nothing about a directive is read instead.
_FALLBACKS = {"script-src": ("script-src-elem", "script-src", "default-src"),
              "frame-src": ("frame-src", "child-src", "default-src")}  # fmt: skip


def _allows(policy: str, directive: str, ours: str) -> bool:
    """Whether every policy of a page lets our origin in; several are joined by commas."""
    return all(_one_allows(one, directive, ours) for one in policy.split(","))


def _one_allows(policy: str, directive: str, ours: str) -> bool:
    rules: dict[str, list[str]] = {}
    for part in policy.lower().split(";"):
        name, *sources = part.split() or [""]
        rules.setdefault(name, sources)
    sources = next((rules[name] for name in _FALLBACKS[directive] if name in rules), None)
    return sources is None or any(_matches(source, ours.lower()) for source in sources)


def _matches(source: str, ours: str) -> bool:
    scheme, _, host = ours.partition("://")
    if source in ("*", f"{scheme}:"):
        return True
    stated, found, pattern = source.rpartition("://")
    pattern = pattern.partition("/")[0]
    if found and stated != scheme:
        return False
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else pattern == host
