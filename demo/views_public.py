"""The page that says what of the demonstration is real; in a live database it does not exist."""

from __future__ import annotations

import pyotp
from flask import Blueprint, render_template
from flask_babel import gettext as _

from core import clock
from core.access import public
from core.accounts.forms import ROLE_NAMES
from core.errors import NotFound
from core.places.queries import units_by_kato
from core.web.edge import database, settings
from core.web.headers import no_store
from demo.beside import BESIDE, codes_to_try
from demo.cast import logins
from demo.commission import CONTEST
from demo.people import FACTOR, PASSWORD
from demo.plan import OBLASTS
from demo.trial import TRIAL

blueprint = Blueprint("demo_public", __name__)


@blueprint.get("/demonstration")
@public
def explanation() -> str:
    """What is real, what is made up, and the logins with the code of this half-minute."""
    if not settings().is_demo:
        raise NotFound(_("There is no demonstration here."))
    no_store()
    return render_template(
        "demo/public/explanation.html",
        contest=CONTEST,
        trial=TRIAL,
        logins=[one for one in logins() if one.oblast in (None, OBLASTS[0])],
        roles={role.value: name for role, name in ROLE_NAMES.items()},
        oblast=units_by_kato(database(), OBLASTS[:1]).get(OBLASTS[0]),
        codes=codes_to_try(settings().secret_key),
        beside=BESIDE,
        password=PASSWORD,
        code=pyotp.TOTP(FACTOR).at(clock.present()),
    )
