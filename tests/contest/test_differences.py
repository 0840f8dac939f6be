"""A correction's difference in words: places and values as a person reads them, in three languages."""

from __future__ import annotations

from flask import Flask

from contest.contests.differences import PARTS, Change, changes_between
from contest.rulebook_differences import differences
from contest.rulebook_reading import read_rulebook, shipped_text

TEXT = shipped_text("2026")
BOOK = read_rulebook(TEXT)


def changes(app: Flask, text: str, language: str = "en") -> list[tuple[str, str, str]]:
    with app.test_request_context(headers={"Accept-Language": language}):
        found = changes_between(BOOK, read_rulebook(text))
        assert all(isinstance(one, Change) for one in found)
        return [(one.place, one.before, one.after) for one in found]


#: A text of the book, what a correction puts in its place, and the one change that everybody reads.
CASES = (
    (
        "objection_days = 5", "objection_days = 7",
        ("Objections and appeals → days for an objection", "5", "7"),
    ),
    (
        'estimator = "shrunken"', 'estimator = "plain"',
        ("Survey → how the score enters",
         "drawn towards the common mean, the more so the less sure it is", "as it is"),
    ),
    (
        "until = 2026-09-11", "until = 2026-09-12",
        ("Calendar “National stage” → last day", "September 11, 2026", "September 12, 2026"),
    ),
    (
        'cascade = ["survey", "project", "ethics"]', 'cascade = ["project", "survey"]',
        ("Regional stage → what tells equal points apart, in order",
         "Residents' survey, Project defence, Anonymous ethics questionnaire",
         "Project defence, Residents' survey"),
    ),
    ('beside = ["open"]\n', "", ("Survey → answers that are shown beside",
     "open: anyone could answer, also from elsewhere", "–")),
    ("conclusion = true\n", "", ("Ethics → conclusion of the commissioner", "yes", "–")),
    (
        'code = "open"\ndecided = "formula"', 'code = "open"\ndecided = "both"',
        ("Special nominations “Open to the people” → how it is decided", "decided by the numbers alone",
         "the numbers propose, a vote of the national commission confirms"),
    ),
    (
        'kk = "Ситуациялық кейстер"', 'kk = "Кейстер"',
        ("National stage → Component “Situational cases” → title → in Kazakh", "Ситуациялық кейстер",
         "Кейстер"),
    ),
    (
        "[[stages.regional.conflicts]]\ncode = \"district\"\nderived = \"district\"",
        "[[stages.regional.conflicts]]\ncode = \"district\"",
        ("Regional stage → Conflict of interests “From the same district” → also found from",
         "the district", "–"),
    ),
)  # fmt: skip


def test_a_change_is_told_in_words(app: Flask):
    for old, new, expected in CASES:
        assert old in TEXT
        assert changes(app, TEXT.replace(old, new, 1)) == [expected]


def test_moved_weights_are_two_changes_in_percent(app: Flask):
    text = TEXT.replace("weight = 0.40", "weight = 0.35", 1).replace("weight = 0.25", "weight = 0.30", 1)
    assert changes(app, text) == [
        ("Regional stage → Component “Anonymous ethics questionnaire” → weight", "25\u00a0%", "30\u00a0%"),
        ("Regional stage → Component “Residents' survey” → weight", "40\u00a0%", "35\u00a0%"),
    ]
    assert changes(app, text, "ru")[1][0] == "Региональный этап → Составляющая «Опрос жителей» → вес"
    assert changes(app, text, "kk")[1][0] == "Өңірлік кезең → Құрамдас «Тұрғындар сауалнамасы» → салмағы"


def test_an_added_rule_is_named_and_renames_no_other(app: Flask):
    ground = '[[exclusion]]\ncode = "fraud"\n[exclusion.title]\nkk = "Алдау"\nru = "Обман"\nen = "Fraud"\n\n'
    found = changes(app, TEXT.replace("[[exclusion]]", ground + "[[exclusion]]", 1))
    assert {place for place, _, _ in found} == {
        "Grounds of exclusion → what the list holds, in order",
        "Grounds of exclusion “Fraud” → code",
        *(f"Grounds of exclusion “Fraud” → title → in {one}" for one in ("Kazakh", "Russian", "English")),
    }
    assert [before for place, before, _ in found if "“Fraud”" in place] == ["–"] * 4


def test_every_part_of_every_path_has_words(app: Flask):
    """The whole book of 2020 against that of 2026 goes through every kind of rule that both use."""
    other = read_rulebook(shipped_text("2020"))
    with app.test_request_context():
        found = changes_between(BOOK, other)
    assert len(found) == len(differences(BOOK, other))
    names = {name for path, _, _ in differences(BOOK, other) for name in path.replace("]", "").split(".")}
    assert {name.partition("[")[0] for name in names} <= set(PARTS)
