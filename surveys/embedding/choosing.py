"""What an operator chose of a survey's line: for which place, in which language, for which site.

Part of the views' reading: takes the page's arguments, gives what can be named, refuses what cannot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.places.models import Unit
from core.places.queries import get_unit
from surveys.embedding.models import Site
from surveys.embedding.queries import nameable_units
from surveys.finding import FoundPlace, find_asked
from surveys.models import Campaign
from surveys.queries import campaign_katos

LANGUAGES = ("kk", "ru", "en")
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """The place of the line (None is the whole country) and whether it has a form of its own, the line's
    language, the site of the plain frame, and what was found by a name."""

    place: Unit | None
    has_form: bool
    language: str
    site: str | None
    text: str
    found: tuple[FoundPlace, ...]

    @property
    def unit(self) -> str | None:
        """What the line names."""
        return self.place.kato if self.place else None


def read_choice(
    session: Session,
    *,
    campaign: Campaign,
    oblast: str | None,
    sites: Sequence[Site],
    arguments: Mapping[str, str],
    language: str,
) -> Choice:
    """The choice of a page's arguments; without any, the oblast's villages in the reader's language.

    :raises NotFound: when the unit is not asked, or lies in another oblast.
    """
    kato = arguments.get("unit") or oblast
    place = None
    if kato:
        place = get_unit(session, kato)
        if kato not in nameable_units(session, campaign=campaign) or (oblast and place.oblast_kato != oblast):
            raise NotFound(_l("Nobody is asked in this place: choose another in the list."))
    text = " ".join(arguments.get("q", "").split())[:LONGEST_NAME]
    found = find_asked(session, campaign=campaign, text=text) if text else []
    origins = list(dict.fromkeys(site.origin for site in sites))
    chosen, tongue = arguments.get("site"), arguments.get("words", "")
    return Choice(
        place,
        kato in campaign_katos(session, campaign=campaign),
        tongue if tongue in LANGUAGES else language,
        chosen if chosen in origins else next(iter(origins), None),
        text,
        tuple(one for one in found if not oblast or one.unit.oblast_kato == oblast),
    )
