"""The staff forms of the sites."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from surveys.embedding.addresses import LONGEST_PAGE


class SiteForm(FlaskForm):
    """A page that will show the survey."""

    page = StringField(
        _l("Address of the page"), [InputRequired(), Length(max=LONGEST_PAGE)],
        description=_l("The page of your site that will show the survey, copied from the browser, such as "
                       "https://example.gov.kz/survey. All pages of that site may show it then."),
    )  # fmt: skip
