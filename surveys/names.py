"""What states and modes of a campaign, and the origins of answers, are called in the reader's language."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from surveys.answers import Origin
from surveys.models import CampaignState
from surveys.rules import Mode

STATE_NAMES = {
    CampaignState.DRAFT: _l("Draft"),
    CampaignState.OPEN: _l("Open"),
    CampaignState.PAUSED: _l("Paused"),
    CampaignState.CLOSED: _l("Closed"),
}
MODE_NAMES = {
    Mode.OPEN: _l("Open: anyone can answer, also from elsewhere"),
    Mode.CODES: _l("Codes: one letter with a code for each adult"),
    Mode.VERIFIED: _l("Verified: people identified by an outside service"),
}
ORIGIN_NAMES = {
    Origin.WEB: _l("On the internet"),
    Origin.PAPER: _l("On paper"),
    Origin.TABLET: _l("On a tablet"),
    Origin.IMPORT: _l("Imported"),
}
