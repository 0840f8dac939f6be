"""The template of a table of answers and the mapping that fits it, from a campaign's criteria.

May import the ground's tables and this room's models and pure modules. A file made from the template
needs no mapping of its own.
"""

from __future__ import annotations

from core.tables import write_csv, write_xlsx
from surveys.criteria import CriteriaSet, criteria_from_json
from surveys.models import Campaign

UNIT, AGE, SEX = "kato", "age", "sex"
#: Looks like a unit's code and is none, so that the example is never counted as somebody's answer.
EXAMPLE = "999999999"


def columns_of(criteria: CriteriaSet) -> tuple[str, ...]:
    """The columns of the template: unit, one for each criterion, age in years, sex."""
    return (UNIT, *criteria.codes, AGE, SEX)


def blank_answers(campaign: Campaign, *, as_csv: bool) -> bytes:
    """The template, with one row that shows how it is filled in; left in the table, it is refused by name."""
    criteria = criteria_from_json(campaign.criteria_json)
    columns, rows = columns_of(criteria), [(EXAMPLE, *("5" for _ in criteria.codes), "35", "f")]
    return write_csv(columns, rows) if as_csv else write_xlsx(campaign.code, columns, rows)


def template_mapping(criteria: CriteriaSet) -> str:
    """The mapping of the template, and an example for a table with other columns."""
    rows = "\n".join(f'{code} = "{code}"' for code in criteria.codes)
    return f"""# Which column is what. It fits the template: change the right-hand sides for your own table.
[criteria]
{rows}

[ratings]
dont_know = ["9", "0", "-", ""]

[unit]
column = "{UNIT}"

[age]
column = "{AGE}"
unknown = ["99", "-", ""]
[age.bands]
"18-29" = [18, 29]
"30-44" = [30, 44]
"45-59" = [45, 59]
"60+" = [60, 98]

[sex]
column = "{SEX}"
f = ["f"]
m = ["m"]
unknown = ["9", "-", ""]
"""
