"""Criteria sets: the shipped one is the announcement's, and a faulty one is refused by name."""

from __future__ import annotations

from dataclasses import asdict
from fractions import Fraction

import pytest

from surveys.criteria import SHIPPED, criteria_from_json, read_criteria, shipped, shipped_codes

TEXT = (SHIPPED / "2020-six.toml").read_text("utf-8")


def changed(old: str, new: str) -> str:
    assert TEXT.count(old) >= 1
    return TEXT.replace(old, new, 1)


def test_shipped_set_holds_the_six_criteria_of_the_announcement():
    six = shipped("2020-six")
    assert six.codes == ("rights", "services", "families", "employment", "infrastructure", "community")
    assert six.weights == (1,) * 6
    assert six.minimum_answered == Fraction(1, 2)
    assert six.criteria[1].official.ru == "Оказание государственных услуг"
    assert six.scale[0].kk == "толық қанағаттанамын"
    assert six.scale[4].kk == "мүлдем қанағаттанбаймын"
    assert six.hard_to_say.ru == "затрудняюсь ответить"


@pytest.mark.parametrize("code", shipped_codes())
def test_every_question_has_at_most_twelve_words_in_each_language(code: str):
    for criterion in shipped(code).criteria:
        assert {
            lang: len(text.split())
            for lang, text in asdict(criterion.question).items()
            if len(text.split()) > 12
        } == {}


def test_kept_text_gives_the_same_set_and_fingerprint():
    six = shipped("2020-six")
    assert criteria_from_json(six.as_json()) == six
    assert criteria_from_json(six.as_json()).fingerprint == six.fingerprint


def test_fingerprint_ignores_layout_and_sees_a_changed_letter():
    six = shipped("2020-six")
    assert read_criteria("# a remark\n" + TEXT, place="x").fingerprint == six.fingerprint
    assert (
        read_criteria(changed("Public services", "Public service"), place="x").fingerprint != six.fingerprint
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (changed('en = "Public services"\n', ""), "x, criterion 2, official: the text in 'en'"),
        (changed('code = "services"', 'code = "rights"'), "'rights' stands there twice"),
        (changed("weight = 1", "weight = 0"), "criterion 1: the weight is 0"),
        (changed("[scale.3]", "[scale.6]"), "the scale needs words for 5, 4, 3, 2 and 1"),
        (changed("minimum_answered = 0.5", "minimum_answered = 1.5"), "minimum_answered is 1.5"),
        (changed("Does the akim help people find work?", "word " * 13), "question, en: more than 12 words"),
        ("criteria = []", "give 1 to 24 criteria"),
        ("code = ", "x: Invalid value"),
    ],
)  # fmt: skip
def test_a_faulty_set_is_refused_naming_the_place(text: str, fault: str):
    with pytest.raises(ValueError) as refused:
        read_criteria(text, place="x")
    assert fault in str(refused.value)
    assert str(refused.value).startswith("x")


def test_a_set_that_is_not_shipped_is_refused_naming_those_that_are():
    with pytest.raises(ValueError, match="'2030-ten': choose one of 2020-six"):
        shipped("2030-ten")
