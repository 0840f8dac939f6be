"""What the kinds of decisions are called in the reader's language."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from contest.meetings.models import ItemKind

NAMES: dict[ItemKind, object] = {
    ItemKind.SIGNALS: _l("Which signals leave a day of the survey out"),
    ItemKind.STANDING: _l("Approval of the computed standing"),
    ItemKind.EXCLUSION: _l("Exclusion of a nominee"),
    ItemKind.NOMINATION: _l("Nomination"),
    ItemKind.OBJECTION: _l("Objection"),
    ItemKind.APPEAL: _l("Appeal"),
    ItemKind.OTHER: _l("Other matter"),
}


def decision_names() -> dict[str, object]:
    """By the kind's value, for templates."""
    return {kind.value: name for kind, name in NAMES.items()}
