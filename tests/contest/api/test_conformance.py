"""The description is true: generated requests, good and bad, are answered as it says.

Schemathesis makes them from the document, and holds every answer against it with all its checks. The number
of requests is bounded, and they are the same on every run.
"""

from __future__ import annotations

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings

from contest.api.description import describe

schema = schemathesis.openapi.from_dict(describe(public_url="http://127.0.0.1", note=None))


@schema.parametrize()
@settings(
    max_examples=10, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
def test_every_address_answers_as_it_is_described(site: Flask, case: schemathesis.Case):
    case.operation.schema.app = site
    # In-process answers are not unpacked before they are read.
    case.call_and_validate(app=site, headers={"Accept-Encoding": "identity"})
