"""The address of a district or an oblast leads to its villages, at either door."""

from __future__ import annotations

import pytest

from core import clock
from core.places.models import Unit
from tests.conftest import NOW
from tests.surveys import sample


@pytest.mark.parametrize("door", ["s", "embed"])
def test_a_district_or_oblast_leads_to_its_villages(app, client, keep, monkeypatch, door):
    monkeypatch.setattr(clock, "present", lambda: NOW)

    def act(session):
        katos = sample.katos(session, 2)
        sample.opened(session, katos)
        return session.get_one(Unit, katos[0]).district_kato

    district = keep(act)
    for kato in (district, sample.OBLAST):
        answer = client.get(f"/{door}/{sample.CODE}/{kato}?lang=ru")
        assert (answer.status_code, answer.location.partition("?")[0]) == (302, f"/{door}/{sample.CODE}")
        assert f"in={kato}" in answer.location
        assert client.get(answer.location).status_code == 200
    assert client.get(f"/{door}/{sample.CODE}/{sample.OTHER_OBLAST}").status_code == 404


def test_a_form_of_another_site_is_refused(app, client, keep, monkeypatch):
    monkeypatch.setattr(clock, "present", lambda: NOW)
    kato = keep(lambda session: sample.katos(session, 1)[0])
    keep(lambda session: sample.opened(session, [kato]).id)
    foreign = {"Origin": "https://else.example", "Sec-Fetch-Site": "cross-site"}
    answer = client.post(f"/s/{sample.CODE}/{kato}", data={"rights": "1"}, headers=foreign)
    assert answer.status_code == 403
