"""The league's positions in the reader's words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from contest.league.computation import Position

POSITIONS = {
    Position.RANKED: _l("ranked"),
    Position.NOT_FIRM: _l("not firm enough to compare"),
    Position.NO_SCORE: _l("too few answers"),
    Position.NO_SIZE: _l("number of adults unknown"),
}
