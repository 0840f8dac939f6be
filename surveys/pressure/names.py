"""What the kinds of pressure are called in the reader's language."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from surveys.pressure.models import PressureKind

KIND_NAMES = {
    PressureKind.TOLD: _l("Somebody told people how to answer"),
    PressureKind.SHOWN: _l("Somebody asked to be shown the answer"),
    PressureKind.FILLED: _l("Somebody filled in answers for others"),
    PressureKind.PROMISED: _l("Somebody promised something, or threatened"),
    PressureKind.OTHER: _l("Something else"),
}
