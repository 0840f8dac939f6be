"""The parts of pages: fields, tables, numbers drawn, and what they say to those who cannot see them."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from flask import Flask, render_template_string
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectChoice, SelectMultipleField, StringField, widgets
from wtforms.validators import InputRequired, Optional

from tests.core.bare import bare_app, drawn

PARTS = (
    '{% from "_macros.html" import checklist, empty, error_summary, field, interval_bar, notice, '
    "place_badge, rating_row, steps, table %}"
)


@pytest.fixture
def app(tmp_path):
    app = bare_app(tmp_path)
    yield app
    app.extensions["storage"].engine.dispose()


class Form(FlaskForm):
    name = StringField("Name", [InputRequired("Write a name.")], description="As in the passport.")
    note = StringField("Note", [Optional()])
    stage = RadioField(
        "Stage", choices=[SelectChoice("r", "regional")], validators=[InputRequired("Choose one.")]
    )
    words = SelectMultipleField(
        "Languages", choices=[SelectChoice("kk", "Қазақша")], option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
    )  # fmt: skip
    agreed = BooleanField("I agree", [InputRequired("Agree.")])


def sent(app: Flask, source: str) -> str:
    with app.test_request_context("/?lang=en", method="POST", data={}):
        form = Form(meta={"csrf": False})
        form.validate()
        return render_template_string(PARTS + source, form=form)


def test_a_fault_is_linked_from_the_top_and_described_at_its_field(app):
    page = sent(app, "{{ error_summary(form) }}{{ field(form.name) }}")
    assert re.findall(r'<li><a href="#([\w-]+)">(.*?)</a>', page) == [
        ("name", "Name: Write a name."), ("stage-0", "Stage: Choose one."), ("agreed", "I agree: Agree."),
    ]  # fmt: skip
    control = re.search(r"<input[^>]*>", page)[0]
    assert 'aria-describedby="name-hint name-fault"' in control
    assert 'aria-invalid="true"' in control
    assert re.search(r'id="name-fault">(.*?)<', page)[1] == "Write a name."


def test_a_group_of_choices_is_a_fieldset_and_optional_fields_say_so(app):
    page = sent(app, "{{ field(form.stage) }}{{ field(form.words) }}{{ field(form.note, maxlength=9) }}")
    assert re.findall(r"<legend>(\w+)", page) == ["Stage", "Languages"]
    assert page.count("(optional)") == 2
    assert re.search(r'<input [^>]*maxlength="9"[^>]*>', page)


def test_nothing_wrong_draws_no_summary(app):
    assert drawn(app, PARTS + "{{ error_summary(none) }}").strip() == ""
    page = drawn(app, PARTS + "{{ error_summary(none, [('day', 'Give a day.')]) }}")
    assert re.findall(r'<a href="#day">(.*?)</a>', page) == ["Give a day."]


def test_a_table_names_its_columns_in_every_cell_and_says_demonstration(app):
    page = drawn(app, PARTS + "{{ table(['Unit', ('n', 'number')], [['Ақбұлақ', 12]], 'Turnout') }}")
    assert re.search(r"<caption>(.*?) <", page)[1] == "Turnout"
    assert page.count("DEMONSTRATION") == 1
    assert re.findall(r"<th scope=\"col\"(?: class=\"number\")?>(\w+)", page) == ["Unit", "n"]
    assert re.findall(r'<th scope="row">(.*?)</th>', page) == ["Ақбұлақ"]
    assert re.findall(r'<td data-label="n" class="number">(.*?)</td>', page) == ["12"]


def test_a_table_escapes_what_people_wrote(app):
    page = drawn(app, PARTS + "{{ table(['a', 'b'], [['<b>', '<i>']], 'c') }}")
    assert "<b>" not in page
    assert "<i>" not in page


def test_an_interval_has_its_numbers_in_text_and_a_description(app):
    page = drawn(app, PARTS + "{{ interval_bar(2, 5, 3, 1, 9, 'Place') }}")
    assert re.search(r"<title>(.*?)</title>", page)[1] == "Place"
    assert re.search(r"<desc>(.*?)</desc>", page)[1] == "3, between 2 and 5"
    assert re.search(r"<span>([^<]*)</span></span>", page)[1] == "2–5"
    assert re.findall(r'x1="(\d)" x2="(\d)"', page) == [("1", "9"), ("2", "5"), ("3", "3")]
    assert re.search(r'viewBox="([^"]*)"', page)[1] == "1 0 8 2"


def test_an_interval_of_one_place_can_be_drawn(app):
    assert 'viewBox="1 0 1 2"' in drawn(app, PARTS + "{{ interval_bar(1, 1, 1, 1, 1, 'Place') }}")


def test_a_rating_row_has_five_numbered_choices_and_one_apart(app):
    words = ("fully", "rather", "partly", "rather not", "not at all")
    criteria = SimpleNamespace(scale=words, hard_to_say="hard to say")
    criterion = SimpleNamespace(code="rights", official="Rights", question="Does the akim protect people?")
    page = drawn(app, PARTS + "{{ rating_row(c, 2, '4', s) }}", c=criterion, s=criteria)
    assert re.search(r"<legend>(.*?)</legend>", page)[1] == "2. Rights"
    choices = re.findall(
        r'name="rights"[^>]*value="(.)"( checked)?><span>(?:<b>(\d)</b> )?(.*?)</span>', page
    )
    assert choices == [
        ("5", "", "5", "fully"), ("4", " checked", "4", "rather"), ("3", "", "3", "partly"),
        ("2", "", "2", "rather not"), ("1", "", "1", "not at all"), ("-", "", "", "hard to say"),
    ]  # fmt: skip


def test_a_checklist_gives_the_remedy_of_what_is_missing_only(app):
    items = [
        {"label": "Rules", "done": True, "remedy": "no"},
        {"label": "Quorum", "done": False, "remedy": "R"},
    ]
    page = drawn(app, PARTS + "{{ checklist(items) }}", items=items)
    found = re.findall(r'<li class="(\w+)"><span class="unseen">(.*?)</span> (\w+)(?:<p>(.*?)</p>)?', page)
    assert found == [
        ("done", "Done:", "Rules", ""), ("open", "Missing:", "Quorum", "R"),
    ]  # fmt: skip


def test_steps_mark_the_present_one(app):
    page = drawn(app, PARTS + "{{ steps(['a', 'b', 'c'], 2) }}")
    assert re.findall(r"<li(.*?)>(\w)", page) == [
        (' class="past"', "a"), (' aria-current="step"', "b"), ("", "c"),
    ]  # fmt: skip


def test_places_are_numbers_whatever_their_colour(app):
    page = drawn(app, PARTS + "{{ place_badge(1) }}{{ place_badge(4) }}")
    assert re.findall(r'class="place place-(\d)">(\d+)<', page) == [("1", "1"), ("4", "4")]
    assert "no place" in drawn(app, PARTS + "{{ place_badge(0) }}")


def test_notices_and_empty_states_say_it_in_words(app):
    page = drawn(app, PARTS + "{{ notice('wrong', 'No.') }}")
    said = re.search(r"<strong>(.*?)</strong><p>(.*?)</p>", page)
    assert said.groups() == ("This did not work", "No.")
    page = drawn(app, PARTS + "{{ empty('Here stands the ranking.', ('/method', 'How it is computed')) }}")
    assert re.findall(r'<a href="(.*?)">(.*?)</a>', page) == [("/method", "How it is computed")]


def test_what_somebody_typed_is_escaped_in_a_lazy_message(app):
    with app.test_request_context():
        message = lazy_gettext("“%(code)s” is not a code: check the letters and digits.", code="<b>x</b>")
        drawn_text = render_template_string("{{ message }}", message=message)
    assert "&lt;b&gt;x&lt;/b&gt;" in drawn_text
    assert "<b>" not in drawn_text
