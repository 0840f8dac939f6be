"""What the API says of each thing: published rows as plain values, with the addresses of what belongs there.

Shapes are described in `contest.api.shapes`; nothing is computed or looked up here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from contest.api.answers import address
from contest.api.queries import KnownUnit
from contest.contests.models import Contest, RuleBookEdition
from contest.contests.queries import title_of
from contest.league.computation import Position
from contest.league.models import League
from contest.league.queries import ClassSummary, ShownUnit
from contest.publication.queries import Ranked
from contest.release.models import Release
from contest.rulebook import Stage
from contest.sources.published_survey import Answered
from contest.standings.models import Standing
from core.places.models import Unit
from core.words import Words

Content = dict[str, Any]


def unit(found: Unit) -> Content:
    """A unit in a list."""
    return {
        "kato": found.kato, "level": found.level.value, "kind": found.kind.value, **_name(found.words),
        "parent": found.parent_kato, "oblast": found.oblast_kato, "district": found.district_kato,
    }  # fmt: skip


def whole_unit(known: KnownUnit) -> Content:
    """A unit with everything that is known of it."""
    found, lives = known.unit, known.population
    return {
        **unit(found),
        "officialkz": found.official_kk,
        "officialru": found.official_ru,
        "valid_from": found.valid_from.isoformat(),
        "valid_to": found.valid_to and found.valid_to.isoformat(),
        "edition": found.edition,
        "above": [_unit_name(one.kato, one.words) for one in known.above],
        "former_names": [
            {
                **_name(Words(one.name_kk, one.name_ru, one.name_en)),
                "valid_from": one.valid_from.isoformat(), "valid_to": one.valid_to.isoformat(),
            }
            for one in known.former
        ],
        "post": known.post and known.post.kind.value,
        "population": lives and {
            "residents": lives.residents, "adults": lives.adults, "as_of": lives.as_of_on.isoformat(),
            "source": lives.source,
        },
    }  # fmt: skip


def contest(found: Contest) -> Content:
    """A contest, with the addresses of all that is published of it."""
    lists = ("standings", "league", "turnout", "releases", "rules")
    return {
        "code": found.code, **_name(title_of(found), "title"),
        "is_published": found.published_at is not None, "published_at": _instant(found.published_at),
        "href": address(".contest", code=found.code),
        "webpage": address("publication.contest_results", code=found.code),
        **{name: address(f".{name}", code=found.code) for name in lists},
    }  # fmt: skip


def standing(frozen: Standing, of: Contest, *, counts: tuple[int, int], oblast: Unit | None) -> Content:
    """A published standing without its rows; `counts` are its rows and those with a place."""
    kato = frozen.oblast_kato
    if frozen.stage is Stage.NATIONAL:
        href = address(".national_standing", code=of.code)
        webpage = address("publication.national", code=of.code)
    else:
        href = address(".regional_standing", code=of.code, kato=kato)
        webpage = address("publication.oblast_results", code=of.code, kato=kato)
    return {
        "stage": frozen.stage.value, "oblast": oblast and _unit_name(oblast.kato, oblast.words),
        "version": frozen.version, "published_at": _instant(frozen.published_at),
        "rulebook_fingerprint": frozen.rulebook_fingerprint, "inputs_digest": frozen.inputs_digest,
        "nominees": counts[0], "placed": counts[1], "href": href, "webpage": webpage,
    }  # fmt: skip


def standing_row(row: Ranked, found: Contest) -> Content:
    """A nominee's outcome."""
    webpage = address("publication.nominee_results", code=found.code, nominee_id=row.nominee_id)
    return {
        "place": row.place or None,
        "nominee": {"id": row.nominee_id, "namekz": row.name, "nameru": row.name_ru, "webpage": webpage},
        "unit": _unit_name(row.kato, row.unit), "oblast": _unit_name(row.oblast_kato, row.oblast),
        "points": _decimal(row.shown), "error": _decimal(row.error), "place_from": row.low or None,
        "place_to": row.high or None, "top_probability": _decimal(row.top_probability),
        "is_finalist": row.is_finalist, "award": row.award, "components": list(row.parts.values()),
        "flags": list(row.flags),
    }  # fmt: skip


def league_class(summary: ClassSummary, found: Contest) -> Content:
    """A class of the league."""
    where = {"code": found.code, "size": summary.code}
    titles = (
        _name(summary.title, "title") if summary.title else dict.fromkeys(("titlekz", "titleru", "titleen"))
    )
    return {
        "code": summary.code, **titles, "units": summary.units,
        "positions": {position.value: summary.counts.get(position, 0) for position in Position},
        "href": address(".league_class", **where), "webpage": address("league_public.one_class", **where),
    }  # fmt: skip


def league_facts(found: League) -> Content:
    """What a league was computed from."""
    return {
        "version": found.version, "rulebook_fingerprint": found.rulebook_fingerprint,
        "inputs_digest": found.inputs_digest,
    }  # fmt: skip


def league_row(one: ShownUnit) -> Content:
    """A village in the league."""
    row = one.row
    return {
        "position": row.position.value, "place": row.place or None, "unit": _unit_name(row.kato, one.unit),
        "oblast": _unit_name(one.oblast_kato, one.oblast), "adults": row.adults, "n": row.n,
        "score": _decimal(row.score), "error": _decimal(row.error), "reliability": _decimal(row.reliability),
        "points": _decimal(row.used), "place_from": row.low or None, "place_to": row.high or None,
        "top_probability": _decimal(row.top_probability),
    }  # fmt: skip


def unit_turnout(row: Answered) -> Content:
    """How many answered in a unit."""
    return {
        "unit": _unit_name(row.kato, row.unit), "oblast": _unit_name(row.oblast_kato, row.oblast),
        "adults": row.adults, "answers": row.answers,
    }  # fmt: skip


def release(found: Release, of: Contest) -> Content:
    """A published file."""
    return {
        "version": found.version, "file": found.file, "size": found.size, "sha256": found.sha256,
        "built_at": _instant(found.built_at),
        "href": address("release_public.release_file", code=of.code, file=found.file),
        "webpage": address("release_public.releases", code=of.code),
    }  # fmt: skip


def edition(found: RuleBookEdition, of: Contest, *, in_force: int) -> Content:
    """An edition of the rule book; `in_force` is the version of the one that holds."""
    where = {"code": of.code, "version": found.version}
    return {
        "version": found.version, "is_in_force": found.version == in_force, "fingerprint": found.fingerprint,
        "order_number": found.order_number, "order_on": found.order_on.isoformat(),
        "published_at": _instant(found.published_at), "reason": found.reason,
        "webpage": address("publication.rules_edition", **where),
        "canonical": address("publication.rules_file", **where, suffix="json"),
        "source": address("publication.rules_file", **where, suffix="toml"),
    }  # fmt: skip


def _unit_name(kato: str, words: Words) -> Content:
    return {"kato": kato, **_name(words)}


def _name(words: Words, stem: str = "name") -> Content:
    return {f"{stem}kz": words.kk, f"{stem}ru": words.ru, f"{stem}en": words.en}


def _decimal(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
