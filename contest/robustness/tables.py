"""The robustness page as a table for CSV, and as plain data for JSON."""

from __future__ import annotations

from flask_babel import gettext as _

from contest.publication.tables import RankingTable
from contest.robustness.queries import Robustness, Tally
from contest.robustness.scenarios import DRAWS, SPREAD
from contest.robustness.words import line_words, why_words


def robustness_table(found: Robustness, *, title: str, note: str | None) -> RankingTable:
    """A line for each kind of scenario, with three columns for each holder of a place."""
    columns = [_("Scenario"), _("Scenarios")]
    for holder in found.holders:
        columns += [f"{holder.name}: {what}" for what in (_("best place"), _("worst place"), _("times kept"))]
    rows = tuple(
        (line_words(line), str(line.scenarios), *(str(number) for cell in line.places for number in cell))
        for line in found.lines
    )
    return RankingTable(title, tuple(columns), rows, note)


def robustness_data(found: Robustness, *, is_demo: bool) -> dict[str, object]:
    """Everything on the page as plain data."""
    return {
        "demonstration": is_demo, "stage": found.stage.value, "oblast": found.oblast_kato,
        "version": found.version, "nominees_with_a_place": found.placed, "weight_draws": DRAWS,
        "weight_spread": str(SPREAD), "seed": found.seed,
        "holders": [
            {
                "name": holder.name, "kato": holder.kato, "place": holder.place, "award": holder.award,
                "is_finalist": holder.is_finalist, "best": holder.best, "worst": holder.worst,
                "keeps_place": _tallies(holder.same), "stays": _tallies(holder.stays),
            }
            for holder in found.holders
        ],
        "scenarios": [
            {
                "family": line.family.value, "what": line_words(line), "scenarios": line.scenarios,
                "unchanged": line.unchanged,
                "places": [
                    {"best": best, "worst": worst, "kept": kept} for best, worst, kept in line.places
                ],
            }
            for line in found.lines
        ],
        "unavailable": [
            {"family": family.value, "why": why_words(family, why)} for family, why in found.unavailable
        ],
    }  # fmt: skip


def _tallies(pair: tuple[Tally, Tally]) -> dict[str, dict[str, int]]:
    names = ("weights_moved", "something_left_out")
    return {name: {"held": tally.held, "of": tally.of} for name, tally in zip(names, pair, strict=True)}
