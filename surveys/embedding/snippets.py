"""The lines that a site pastes: the script's and the plain frame's. Pure: the standard library only."""

from __future__ import annotations

from html import escape
from urllib.parse import quote, urlencode

#: The frame may show its own forms and scripts and open new windows; it cannot lead the visitors away.
SANDBOX = "allow-forms allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox"


def script_line(public_url: str, *, campaign: str, unit: str | None, language: str) -> str:
    """One line of HTML that puts the form where it stands.

    >>> script_line("https://a.kz", campaign="2026", unit=None, language="kk")
    '<script src="https://a.kz/embed.js" data-campaign="2026" data-lang="kk" async></script>'
    """
    named = f' data-unit="{escape(unit)}"' if unit else ""
    return (
        f'<script src="{escape(public_url)}/embed.js" data-campaign="{escape(campaign)}"{named}'
        f' data-lang="{escape(language)}" async></script>'
    )


def frame_line(
    public_url: str, *, campaign: str, unit: str | None, language: str, site: str | None, title: str
) -> str:
    """The same as a plain frame, for pages that take no script; its height does not grow by itself."""
    path = "/".join(quote(part, safe="") for part in (campaign, unit) if part)
    asked = urlencode({"lang": language, **({"at": site} if site else {})}, safe=":/")
    return (
        f'<iframe src="{escape(f"{public_url}/embed/{path}?{asked}")}" title="{escape(title)}" '
        f'width="100%" height="800" style="border:0" loading="lazy" referrerpolicy="no-referrer" '
        f'sandbox="{SANDBOX}"></iframe>'
    )
