"""The one way of a staff page to a questionnaire: it is there, and the reader may do this in its oblast.

For views alone; reads through `ethics.queries`.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_login import current_user

from core import clock
from core.access import Right, require, require_fresh_factor
from core.errors import Forbidden
from core.web.edge import database
from ethics.keys.holding import share_roles
from ethics.models import Questionnaire, Round
from ethics.queries import get_questionnaire


def own_questionnaire(number: int, right: Right, *, is_fresh: bool = False) -> tuple[Questionnaire, Round]:
    """A questionnaire of an oblast in which the reader holds the right, and its round.

    :param is_fresh: whether a fresh second factor is needed.
    :raises NotFound: when there is none with this number.
    :raises Forbidden: when the reader may not.
    :raises FactorNeeded: when the second factor is stale.
    """
    found, round_ = get_questionnaire(database(), number)
    require(right, oblast=found.oblast_kato)
    if right is Right.HOLD_SHARE and not share_roles(current_user.scopes, oblast=found.oblast_kato):
        raise Forbidden(_l("You hold no share of this questionnaire: its oblast has a chair of its own."))
    if is_fresh:
        require_fresh_factor(now=clock.present())
    return found, round_
