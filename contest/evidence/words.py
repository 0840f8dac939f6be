"""Template filters of the evidence page: what a commissioner concludes, what a document is for."""

from __future__ import annotations

from flask.blueprints import BlueprintSetupState
from flask_babel import lazy_gettext as _l

from contest.nominees.words import DOCUMENTS

VERDICTS = {
    "complies": _l("Complies with the Ethical Code"),
    "complies-with-remarks": _l("Complies, with remarks"),
    "does-not-comply": _l("Does not comply"),
}


def add_filters(state: BlueprintSetupState) -> None:
    """Hang the filters on the application's templates, with the blueprint."""
    state.app.jinja_env.filters.update(
        verdict_words=lambda verdict: VERDICTS[verdict],
        document_words=lambda kind: DOCUMENTS[kind],
    )
