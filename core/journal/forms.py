"""The filter above the journal: a form that is sent by address, so that a view of it can be shared."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, Form, StringField
from wtforms.validators import Length, Optional

from core.journal.queries import Filter


class FilterForm(Form):
    """What to show; nothing is changed by it, so it needs no token."""

    action = StringField(_l("Act begins with"), [Length(max=64)])
    actor = StringField(_l("Who"), [Length(max=64)])
    subject = StringField(_l("On what, begins with"), [Length(max=128)])
    since_on = DateField(_l("From day"), [Optional()])
    until_on = DateField(_l("To day"), [Optional()])

    def chosen(self) -> Filter:
        """The filter, without what could not be read."""
        return Filter(
            **{field.name: field.data.strip() if isinstance(field.data, str) else field.data
               for field in self if field.data and not field.errors}
        )  # fmt: skip
