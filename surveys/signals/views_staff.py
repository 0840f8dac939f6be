"""The page of the signals, for the agency and the auditors: what stands out, and what it does not prove.

No score leaves it: flags that follow from ratings are not among those that are read before the results.
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from core import clock
from core.access import Right, guarded
from core.errors import BadInput
from core.places.queries import units_by_kato
from core.tables import write_csv
from core.web.edge import database, settings
from surveys.names import STATE_NAMES
from surveys.queries import all_campaigns, campaign_by_code
from surveys.signals.arrivals import keep_writing
from surveys.signals.kinds import Signal
from surveys.signals.models import SurveyFlag
from surveys.signals.queries import signal_run, visible_flags
from surveys.signals.wording import WORDS, day_words, rarity_words, seen_words

surveys_signals = Blueprint("surveys_signals", __name__, url_prefix="/staff/signals")
ON_A_PAGE = 200


@surveys_signals.record_once
def _count_arrivals(state) -> None:
    """Tests write arrivals themselves, when they want them."""
    if not state.app.testing:
        keep_writing(state.app.extensions["storage"])


@surveys_signals.get("")
@guarded(Right.SEE_SIGNALS)
def campaigns() -> str:
    """The surveys whose flags can be seen."""
    return render_template(
        "surveys/signals/campaigns.html", campaigns=all_campaigns(database()), state_names=STATE_NAMES
    )


@surveys_signals.get("/<string:code>")
@guarded(Right.SEE_SIGNALS)
def flags(code: str) -> str:
    """A survey's flags, filtered by signal and by oblast."""
    campaign, signal, oblast = campaign_by_code(database(), code), _signal(), request.args.get("oblast", "")
    rows = visible_flags(database(), campaign=campaign, signal=signal)
    units = units_by_kato(database(), {row.kato for row in rows})
    shown = [row for row in rows if not oblast or units[row.kato].oblast_kato == oblast]
    number = request.args.get("page", 1, type=int)
    first = (max(number, 1) - 1) * ON_A_PAGE
    above = {kato for unit in units.values() for kato in (unit.oblast_kato, unit.district_kato) if kato}
    return render_template(
        "surveys/signals/flags.html", campaign=campaign, run=signal_run(database(), campaign=campaign),
        rows=shown[first : first + ON_A_PAGE], found=len(shown), first=first, on_a_page=ON_A_PAGE,
        number=max(number, 1), units=units, places=units_by_kato(database(), above), words=WORDS,
        chosen=signal, oblast=oblast, oblasts=sorted({unit.oblast_kato for unit in units.values()}),
        seen_words=seen_words, rarity_words=rarity_words, day_words=day_words,
    )  # fmt: skip


@surveys_signals.get("/<string:code>.csv")
@guarded(Right.SEE_SIGNALS)
def file(code: str) -> Response:
    """The same flags as a file."""
    campaign = campaign_by_code(database(), code)
    rows = visible_flags(database(), campaign=campaign, signal=_signal())
    columns = (_("Unit"), _("Day"), _("Signal"), _("What was seen"), _("How rare"), "p", "q")
    body = write_csv(columns, map(_cells, rows))
    answer = Response(body, content_type="text/csv; charset=utf-8")
    mark = "DEMO-" if settings().is_demo else ""
    day = clock.day_of(clock.present())
    answer.headers["Content-Disposition"] = f'attachment; filename="{mark}{code}-signals-{day}.csv"'
    return answer


def _cells(row: SurveyFlag) -> list[object]:
    name = str(WORDS[row.signal].name)
    return [row.kato, row.day or "", name, seen_words(row), rarity_words(row), f"{row.p:.2g}", f"{row.q:.2g}"]


def _signal() -> Signal | None:
    chosen = request.args.get("signal", "")
    if chosen and chosen not in set(Signal):
        raise BadInput(_("“%(signal)s” is no signal: choose one of the list.", signal=chosen[:40]))
    return Signal(chosen) if chosen else None
