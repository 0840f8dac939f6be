"""What a look at a registered page found, in the reader's language, and what to do about it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from surveys.embedding.inspection import Finding
from surveys.embedding.models import Site

#: The sentence of each finding; `%(detail)s` is its word.
_SENTENCES = {
    Finding.SHOWN: _l("The page shows the survey."),
    Finding.ABSENT: _l(
        "The page answers, but our line is not on it. Paste the line and publish the page; if the page "
        "builds itself by script, open it and look."
    ),
    Finding.OTHER_CAMPAIGN: _l("Another survey is on it: “%(detail)s”. Paste the line of this one."),
    Finding.OTHER_UNIT: _l(
        "The line names the unit “%(detail)s”, which is not asked in this survey. Take the line from here "
        "again."
    ),
    Finding.OTHER_SITE: _l(
        "The line was made for the site %(detail)s, so it stays empty here. Take the line of this site."
    ),
    Finding.FORBIDDEN: _l(
        "Our line is there, but the site's own security policy forbids it. Ask its administrator to add our "
        "address to “%(detail)s”."
    ),
    Finding.STATUS: _l("The page does not answer: %(detail)s. Check its address."),
    Finding.SILENT: _l(
        "The page does not answer: no connection within a few seconds. Check its address, or try later."
    ),
    Finding.UNTRUSTED: _l(
        "The site's certificate is not trusted, so browsers will warn its visitors. Its administrator must "
        "renew it."
    ),
    Finding.REFUSED: _l(
        "The address leads into a private network or away from https, where nobody outside can follow: "
        "%(detail)s."
    ),
}


def told(site: Site) -> str | None:
    """The sentence of the last look at a site; None where nobody has looked yet."""
    if site.finding is None:
        return None
    return str(_SENTENCES[site.finding]) % {"detail": site.detail}
