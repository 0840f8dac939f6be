"""The doors of the accounts: pages, menu, commands, readiness."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from core.access import Right
from core.accounts import views_agency, views_staff  # noqa: F401  (they hang their pages on the blueprint)
from core.accounts.commands import accounts as commands
from core.accounts.factors import open_secret
from core.accounts.queries import active_accounts, any_sealed_secret, failed_logins
from core.accounts.signing_in import journal_failures
from core.accounts.views_public import accounts
from core.errors import Unavailable
from core.room import MenuEntry, Room
from core.web.edge import settings


def unreadable_factors(session: Session) -> str | None:
    """Say so when second factors were sealed under another secret than the settings hold."""
    sealed = any_sealed_secret(session)
    try:
        if sealed is not None:
            open_secret(settings().secret_key, sealed)
    except Unavailable:
        return "put back the AUYL_SECRET_KEY under which accounts were enrolled, or reset every account"
    return None


ROOM = Room(
    name="accounts",
    blueprints=(accounts,),
    menu=(MenuEntry("accounts.index", _l("Accounts"), Right.MANAGE_ACCOUNTS),),
    commands=(commands,),
    jobs={"count failed logins": lambda session, now: journal_failures(session, now=now)},
    readiness={"second factors": unreadable_factors},
    metrics={"accounts": active_accounts, "login_failures": failed_logins},
)
