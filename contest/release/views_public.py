"""The release's public pages: what was published in one file, how to check it, and the file itself."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, send_file
from flask_babel import lazy_gettext as _l

from contest.certificates.files import directory_of as certificates_of
from contest.certificates.press import known_signers
from contest.contests.models import Contest, ContestState
from contest.publication.queries import known_contest
from contest.release.files import path_of
from contest.release.queries import published_releases, release_by_file
from core.access import public
from core.errors import NotFound
from core.web.edge import database, settings

release_public = Blueprint("release_public", __name__)
#: A release of a name never changes.
FOR_EVER = "public, max-age=31536000, immutable"


@release_public.get("/data/<string:code>/")
@public
def releases(code: str) -> str:
    """Every release of a contest, the newest first, and how anybody checks it."""
    contest = _published(code)
    return render_template(
        "contest/release/releases.html", contest=contest, releases=published_releases(database(), contest),
        signers=sorted(known_signers(certificates_of(settings().data_directory))),
    )  # fmt: skip


@release_public.get("/data/<string:code>/<string:file>")
@public
def release_file(code: str, file: str) -> Response:
    """A release's ZIP; the tag is its SHA-256."""
    found = release_by_file(database(), _published(code), file)
    answer = send_file(
        path_of(settings().data_directory, found), mimetype="application/zip", as_attachment=True,
        download_name=found.file, etag=found.sha256, conditional=True,
    )  # fmt: skip
    if answer.status_code in (200, 206, 304):
        answer.headers["Cache-Control"] = FOR_EVER
    return answer


def _published(code: str) -> Contest:
    """A contest whose results are public.

    :raises NotFound: before that as for a code that nobody gave.
    """
    contest = known_contest(database(), code)
    if contest.state is not ContestState.PUBLISHED:
        raise NotFound(_l("There is no contest with the code “%(code)s”.", code=code[:40]))
    return contest
