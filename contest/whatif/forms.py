"""The form of a what-if: weights in percent as they were sent, the estimator, the seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField
from wtforms.validators import InputRequired, NumberRange

from contest.contests.rule_words import choice_words
from contest.rulebook import Estimator, RuleBook, StageRules
from contest.whatif.trials import Variant

LARGEST_SEED = 2**32 - 1


class WhatIfForm(FlaskForm):
    """How the survey score enters; the weights are read by :func:`read_weights`."""

    estimator = RadioField(_l("How the survey score enters the points"), [InputRequired()])

    def offer(self, book: RuleBook) -> None:
        """Set the choices, with the book's own one first chosen."""
        self.estimator.choices = [(one.value, str(choice_words(one))) for one in Estimator]
        if not self.is_submitted():
            self.estimator.data = book.survey.estimator.value


class SimulatedForm(WhatIfForm):
    """The same on made-up evidence."""

    seed = IntegerField(
        _l("Seed"), [InputRequired(), NumberRange(0, LARGEST_SEED)], default=1,
        description=_l("The same seed makes the same made-up nominees."),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SentWeights:
    """The weights of a sent page as texts, what can be read, and (field's id, message) for what cannot."""

    texts: Mapping[str, str]
    weights: Mapping[str, Decimal]
    faults: tuple[tuple[str, str], ...]

    def variant(self, form: WhatIfForm) -> Variant:
        """The variant that the page asks for."""
        return Variant(self.weights, Estimator(form.estimator.data))


def own_weights(rules: StageRules) -> SentWeights:
    """The rule book's own weights, as the page first shows them."""
    weights = {part.code: part.weight for part in rules.components}
    return SentWeights({code: f"{(100 * one).normalize():f}" for code, one in weights.items()}, weights, ())


def read_weights(sent: Mapping[str, str], rules: StageRules) -> SentWeights:
    """Read the weight of every component in percent; together they must be 100."""
    texts = {part.code: sent.get(f"weight-{part.code}", "").strip() for part in rules.components}
    weights, faults = {}, []
    for part in rules.components:
        weight = _percent(texts[part.code])
        if weight is None:
            said = _("%(component)s: give a number above 0 and up to 100.", component=part.title)
            faults.append((f"weight-{part.code}", said))
        else:
            weights[part.code] = weight / 100
    total = sum(weights.values(), Decimal(0))
    if not faults and total != 1:
        said = _("The weights add up to %(total)s, not to 100.", total=f"{(100 * total).normalize():f}")
        faults.append((f"weight-{rules.components[0].code}", said))
    return SentWeights(texts, weights, tuple(faults))


def _percent(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 < number <= 100 else None
