"""Passwords, codes of an authenticator and sealed secrets, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from argon2 import PasswordHasher

from core.accounts.factors import (
    enrolment_address,
    enrolment_picture,
    hash_password,
    is_outdated,
    is_password,
    matching_step,
    new_secret,
    open_secret,
    refuse_weak,
    seal_secret,
    token_hash,
)
from core.errors import BadInput, Unavailable

# RFC 6238, appendix B: the secret "12345678901234567890" and the last six of its eight digits (SHA-1).
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC = ((59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"),
       (2000000000, "279037"), (20000000000, "353130"))  # fmt: skip


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(("seconds", "code"), RFC)
def test_matching_step_agrees_with_rfc_6238(seconds: int, code: str):
    assert matching_step(SECRET, code, now=at(seconds), after=None) == seconds // 30


@pytest.mark.parametrize(("offset", "found"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_code_holds_for_one_step_either_way(offset: int, found: bool):
    now = at(1_800_000_000)
    code = pyotp.TOTP(SECRET).at(now + timedelta(seconds=offset))
    step = (1_800_000_000 + offset) // 30
    assert matching_step(SECRET, code, now=now, after=None) == (step if found else None)


def test_a_code_of_a_used_step_is_refused_and_a_later_one_taken():
    now = at(1_800_000_000)
    step = 1_800_000_000 // 30
    assert matching_step(SECRET, pyotp.TOTP(SECRET).at(now), now=now, after=step) is None
    later = pyotp.TOTP(SECRET).at(now + timedelta(seconds=30))
    assert matching_step(SECRET, later, now=now, after=step) == step + 1


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "287082\0"])
def test_what_is_no_code_matches_nothing(code: str):
    assert matching_step(SECRET, code, now=at(59), after=None) is None


def test_spaces_in_a_code_are_forgiven():
    assert matching_step(SECRET, " 287 082 ", now=at(59), after=None) == 1


def test_a_password_is_recognised_and_another_is_not():
    kept = hash_password("a horse, a lamp, a river")
    assert kept.startswith("$argon2id$")
    assert is_password(kept, "a horse, a lamp, a river")
    assert not is_password(kept, "a horse, a lamp, a rivet")


def test_nobodys_password_is_never_right_and_is_compared_all_the_same(monkeypatch: pytest.MonkeyPatch):
    compared = []
    verify = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda *a: compared.append(a[1]) or verify(*a))
    assert not is_password(None, "anything at all")
    assert len(compared) == 1
    assert compared[0].startswith("$argon2id$v=19$m=47104,t=2,p=1$")


def test_a_hash_of_other_parameters_is_outdated():
    assert is_outdated(PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("x"))
    assert not is_outdated(hash_password("x"))


@pytest.mark.parametrize(
    "password", ["short", "x" * 201, "aigul and more", "aaaaaaaaaaaaaaaa", "ababababababab"]
)
def test_weak_passwords_are_refused_without_being_repeated(password: str):
    with pytest.raises(BadInput) as refused:
        refuse_weak(password, login="aigul")
    assert password not in str(refused.value)


def test_a_secret_is_sealed_differently_each_time_and_opens_under_its_key_alone():
    secret = new_secret()
    assert len(secret) == 32
    sealed = seal_secret("k" * 40, secret)
    assert sealed != seal_secret("k" * 40, secret)
    assert secret.encode() not in sealed
    assert len(sealed) <= 128
    assert open_secret("k" * 40, sealed) == secret
    with pytest.raises(Unavailable):
        open_secret("l" * 40, sealed)


def test_the_address_for_the_authenticator_names_issuer_and_login():
    address = enrolment_address(SECRET, login="aigul", issuer="Auyl Uni")
    assert address == f"otpauth://totp/Auyl%20Uni:aigul?secret={SECRET}&issuer=Auyl%20Uni"


def test_the_picture_is_a_titled_svg_without_inline_style():
    picture = enrolment_picture(enrolment_address(SECRET, login="aigul", issuer="x"), title="Read me")
    assert picture.startswith("<svg ")
    assert "<title>Read me</title>" in picture
    assert "style" not in picture
    assert "xmlns" not in picture


def test_a_token_is_kept_as_its_digest():
    assert token_hash("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
