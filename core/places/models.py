"""Tables of the territory: units with their former names, editions, posts, officials, population.

A unit is never deleted and never loses a name: an edition of the classifier adds, renames and ends.
What is not known (residents, how an akim came to office) is NULL and stays so.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.places.naming import UnitKind, UnitLevel
from core.storage import Base, SerialKey, UtcDateTime, enum_column
from core.words import Words

AGE_BANDS = ("18-29", "30-44", "45-59", "60+")
SEXES = ("f", "m")


class PostKind(StrEnum):
    """What the akim of a post leads; the first three are rural."""

    RURAL_OKRUG = "rural_okrug"
    VILLAGE = "village"
    SETTLEMENT = "settlement"
    TOWN = "town"


class Manner(StrEnum):
    """How an akim came to office."""

    ELECTED = "elected"
    APPOINTED = "appointed"


class Edition(Base):
    """An edition of the classifier that was loaded, and what it changed."""

    __tablename__ = "territory_editions"
    __table_args__ = (UniqueConstraint("actualised_on"), UniqueConstraint("sha256"))

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    actualised_on: Mapped[date]
    sha256: Mapped[str] = mapped_column(String(64))
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    units: Mapped[int]
    added: Mapped[int]
    renamed: Mapped[int]
    ended: Mapped[int]


class Unit(Base):
    """A territorial unit: readable names, and the classifier's own text beside them."""

    __tablename__ = "units"
    __table_args__ = (
        CheckConstraint("length(kato) = 9", name="nine_digits"),
        CheckConstraint("(level = 'oblast') = (parent_kato IS NULL)", name="only_oblasts_have_no_parent"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ends_after_it_begins"),
        Index(None, "parent_kato"),
        Index(None, "oblast_kato", "level"),
    )

    kato: Mapped[str] = mapped_column(String(9), primary_key=True)
    level: Mapped[UnitLevel] = mapped_column(enum_column(UnitLevel, "level"))
    kind: Mapped[UnitKind] = mapped_column(enum_column(UnitKind, "kind"))
    parent_kato: Mapped[str | None] = mapped_column(ForeignKey("units.kato"))
    oblast_kato: Mapped[str] = mapped_column(ForeignKey("units.kato"))
    district_kato: Mapped[str | None] = mapped_column(ForeignKey("units.kato"))
    name_kk: Mapped[str] = mapped_column(String(200))
    name_ru: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    official_kk: Mapped[str] = mapped_column(String(200))
    official_ru: Mapped[str] = mapped_column(String(200))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    edition: Mapped[str] = mapped_column(ForeignKey("territory_editions.name"))

    @property
    def words(self) -> Words:
        """The name in the three languages."""
        return Words(self.name_kk, self.name_ru, self.name_en)


class FormerName(Base):
    """A name that a unit had until an edition changed it, or until the unit ended and came back."""

    __tablename__ = "unit_former_names"
    __table_args__ = (CheckConstraint("valid_to >= valid_from", name="ends_after_it_begins"),)

    kato: Mapped[str] = mapped_column(ForeignKey("units.kato"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date]
    name_kk: Mapped[str] = mapped_column(String(200))
    name_ru: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    official_kk: Mapped[str] = mapped_column(String(200))
    official_ru: Mapped[str] = mapped_column(String(200))
    edition: Mapped[str] = mapped_column(ForeignKey("territory_editions.name"))


class Post(Base):
    """The akim's post of a unit; it closes when its unit ends."""

    __tablename__ = "posts"

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    unit_kato: Mapped[str] = mapped_column(ForeignKey("units.kato"), unique=True)
    kind: Mapped[PostKind] = mapped_column(enum_column(PostKind, "kind"))
    closed_on: Mapped[date | None]


class Official(Base):
    """Who holds a post from a day to a day, both included; at most one holds it without an end."""

    __tablename__ = "officials"
    __table_args__ = (
        UniqueConstraint("post_id", "since_on"),
        CheckConstraint("until_on IS NULL OR until_on >= since_on", name="ends_after_it_begins"),
        Index(
            "uq_officials_present_holder", "post_id", unique=True,
            sqlite_where=text("until_on IS NULL"), postgresql_where=text("until_on IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    surname: Mapped[str] = mapped_column(String(80))
    given_name: Mapped[str] = mapped_column(String(80))
    patronymic: Mapped[str | None] = mapped_column(String(80))
    since_on: Mapped[date]
    until_on: Mapped[date | None]
    manner: Mapped[Manner | None] = mapped_column(enum_column(Manner, "manner"))


class OfficialRevision(Base):
    """What a row of :class:`Official` said before it was corrected."""

    __tablename__ = "official_revisions"

    official_id: Mapped[int] = mapped_column(ForeignKey("officials.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    surname: Mapped[str] = mapped_column(String(80))
    given_name: Mapped[str] = mapped_column(String(80))
    patronymic: Mapped[str | None] = mapped_column(String(80))
    until_on: Mapped[date | None]
    manner: Mapped[Manner | None] = mapped_column(enum_column(Manner, "manner"))
    replaced_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Population(Base):
    """How many live in a unit on a day, by a named source; a correction is a new revision."""

    __tablename__ = "population"
    __table_args__ = (
        CheckConstraint("revision > 0", name="positive_revision"),
        CheckConstraint("residents IS NULL OR residents >= 0", name="residents_not_negative"),
        CheckConstraint("adults IS NULL OR adults >= 0", name="adults_not_negative"),
        CheckConstraint("adults IS NULL OR residents IS NULL OR adults <= residents", name="adults_within"),
    )

    unit_kato: Mapped[str] = mapped_column(ForeignKey("units.kato"), primary_key=True)
    as_of_on: Mapped[date] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    residents: Mapped[int | None]
    adults: Mapped[int | None]
    source: Mapped[str] = mapped_column(String(200))
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PopulationStratum(Base):
    """The adults of a unit by age band and sex, of one revision."""

    __tablename__ = "population_strata"
    __table_args__ = (
        ForeignKeyConstraint(
            ["unit_kato", "as_of_on", "revision"],
            ["population.unit_kato", "population.as_of_on", "population.revision"],
        ),
        CheckConstraint("age_band IN ('18-29', '30-44', '45-59', '60+')", name="age_band"),
        CheckConstraint("sex IN ('f', 'm')", name="sex"),
        CheckConstraint("residents >= 0", name="not_negative"),
    )

    unit_kato: Mapped[str] = mapped_column(String(9), primary_key=True)
    as_of_on: Mapped[date] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    age_band: Mapped[str] = mapped_column(String(5), primary_key=True)
    sex: Mapped[str] = mapped_column(String(1), primary_key=True)
    residents: Mapped[int]
