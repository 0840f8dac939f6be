from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from core.measures import Estimate, Evidence, Measurement, MeasureTable, Period, Subject

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))


def row(reference: str, value: str | None = "71.25", **changes) -> Measurement:
    made = Measurement(
        Subject("unit", reference),
        "survey",
        YEAR,
        None if value is None else Decimal(value),
        None if value is None else Decimal("2.50"),
        40 if value is not None else None,
        "survey:codes",
    )
    return replace(made, **changes)


def test_table_is_in_the_order_of_the_subjects_whatever_the_rows_order():
    rows = [row("751210000"), row("751110000"), row("391010000", None)]
    table = MeasureTable("survey", YEAR, rows)
    assert [r.subject.reference for r in table] == ["391010000", "751110000", "751210000"]
    assert table == MeasureTable("survey", YEAR, reversed(rows))
    assert hash(table) == hash(MeasureTable("survey", YEAR, reversed(rows)))


def test_table_knows_its_measure_period_and_rows():
    table = MeasureTable("survey", YEAR, [row("751110000")])
    assert (table.measure, table.period, len(table)) == ("survey", YEAR, 1)
    assert table.get(Subject("unit", "751110000")) == row("751110000")
    assert table.get(Subject("official", "751110000")) is None
    assert Subject("unit", "751110000") in table
    assert table.subjects == (Subject("unit", "751110000"),)


def test_table_gives_arrays_with_nan_for_the_unknown():
    arrays = MeasureTable("survey", YEAR, [row("2"), row("1", None)]).as_arrays()
    assert arrays.subjects == (Subject("unit", "1"), Subject("unit", "2"))
    np.testing.assert_array_equal(arrays.values, [np.nan, 71.25])
    np.testing.assert_array_equal(arrays.standard_errors, [np.nan, 2.5])
    np.testing.assert_array_equal(arrays.n, [np.nan, 40])


def test_empty_table_gives_empty_arrays_of_floats():
    arrays = MeasureTable("survey", YEAR).as_arrays()
    assert arrays.values.dtype == float
    assert arrays.values.shape == arrays.standard_errors.shape == arrays.n.shape == (0,)


def test_table_refuses_a_subject_twice():
    with pytest.raises(ValueError, match="unit 751110000 is twice in the table of survey"):
        MeasureTable("survey", YEAR, [row("751110000"), row("751110000", "10")])


@pytest.mark.parametrize(
    "changes", [{"measure": "ethics"}, {"period": Period(date(2025, 1, 1), date(2025, 12, 31))}]
)
def test_table_refuses_rows_of_another_measure_or_period(changes):
    with pytest.raises(ValueError, match="unit 1: .* does not belong to survey"):
        MeasureTable("survey", YEAR, [row("1", **changes)])


def test_table_and_rows_cannot_be_changed():
    table = MeasureTable("survey", YEAR, [row("1")])
    with pytest.raises(AttributeError, match="cannot be changed"):
        table.measure = "ethics"
    with pytest.raises(AttributeError, match="cannot be changed"):
        del table.period
    with pytest.raises(FrozenInstanceError):
        next(iter(table)).value = Decimal(99)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"value": 71.25}, "the value is a finite Decimal or None, not 71.25"),
        ({"value": Decimal("NaN")}, "the value is a finite Decimal"),
        ({"standard_error": Decimal("-1")}, "standard error is -1; it cannot be negative"),
        ({"n": -3}, "n is -3"),
    ],
)
def test_measurement_refuses_what_cannot_be_published(changes, message):
    with pytest.raises(ValueError, match=f"survey of unit 1: .*{message}"):
        replace(row("1"), **changes)


def test_subject_period_and_evidence_refuse_nonsense():
    with pytest.raises(ValueError, match="not 'village'"):
        Subject("village", "1")
    with pytest.raises(ValueError, match="not ''"):
        Subject("unit", "")
    with pytest.raises(ValueError, match="cannot end on 2026-01-01, before its start on 2026-12-31"):
        Period(date(2026, 12, 31), date(2026, 1, 1))
    with pytest.raises(ValueError, match="not 'gossip'"):
        Evidence(Subject("unit", "1"), "gossip", {})


def test_evidence_keeps_its_own_payload():
    payload = {"conclusion": "complies"}
    evidence = Evidence(Subject("official", "17"), "conclusion", payload)
    payload["conclusion"] = "does not comply"
    assert dict(evidence.payload) == {"conclusion": "complies"}
    with pytest.raises(TypeError):
        evidence.payload["conclusion"] = "does not comply"


def test_estimate_holds_floats():
    assert Estimate(50.0, 2.0, 30) == Estimate(value=50.0, standard_error=2.0, n=30)
