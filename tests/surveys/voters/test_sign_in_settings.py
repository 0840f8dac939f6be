"""The service of verified surveys is set wholly or not at all, and never over an open line."""

from __future__ import annotations

import pytest

from core.settings import SettingError, SignInService, read_settings
from tests.conftest import SECRET

WHOLE = {
    "AUYL_OIDC_ISSUER": "https://id.example/", "AUYL_OIDC_CLIENT_ID": "auyl",
    "AUYL_OIDC_CLIENT_SECRET": "between two", "AUYL_OIDC_NAME": "Sample ID",
}  # fmt: skip


def read(**changes: str):
    return read_settings({"AUYL_SECRET_KEY": SECRET, **WHOLE, **changes}).sign_in


def test_a_whole_service_is_read_and_none_without_an_issuer():
    assert read() == SignInService(
        issuer="https://id.example", client_id="auyl", client_secret="between two", name="Sample ID"
    )
    assert read(AUYL_OIDC_UNIT_CLAIM="kato").unit_claim == "kato"
    assert read(AUYL_OIDC_ISSUER="") is None


@pytest.mark.parametrize("missing", ["AUYL_OIDC_CLIENT_ID", "AUYL_OIDC_CLIENT_SECRET", "AUYL_OIDC_NAME"])
def test_half_a_service_is_refused_by_the_name_of_what_lacks(missing: str):
    with pytest.raises(SettingError, match=missing):
        read(**{missing: ""})


def test_an_issuer_over_an_open_line_is_refused():
    with pytest.raises(SettingError, match="AUYL_OIDC_ISSUER is 'http://id.example'.*https://"):
        read(AUYL_OIDC_ISSUER="http://id.example")
