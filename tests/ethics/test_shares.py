"""The three shares: any two make the key, one does not, and each wrong one is named."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.public import PrivateKey

from core.codes import ALPHABET
from ethics.answers import SEALED_LENGTH, SpoiledEnvelope, open_answer, seal_answer
from ethics.share_words import CONSONANTS, VOWELS, from_words, in_cyrillic, in_latin, to_words
from ethics.shares import ShareFault, Wrong, derive_key, join_shares, make_shares


def texts(made) -> list[str]:
    return [share.text for share in made.shares]


@given(st.integers(min_value=1, max_value=2**32 - 1))
@settings(max_examples=20)
def test_any_two_shares_in_any_order_make_the_key(number: int):
    made = make_shares(number)
    for pair in itertools.permutations(texts(made), 2):
        joined = join_shares(pair, number=number, public_key=made.public_key)
        assert bytes(PrivateKey(joined.private_key).public_key) == made.public_key
        assert [texts(made)[index - 1] for index in joined.indices] == list(pair)


@given(st.integers(min_value=1, max_value=2**32 - 1))
@settings(max_examples=20)
def test_words_and_groups_are_the_same_share_in_either_script(number: int):
    made = make_shares(number)
    first, second, third = made.shares
    assert {len(share.words) for share in made.shares} == {13}
    key = join_shares(texts(made)[:2], number=number, public_key=made.public_key).private_key
    latin = in_latin(" ".join(second.words))
    for pair in (
        (first.text, " ".join(second.words)),
        (" ".join(first.words).upper(), latin),
        ("-".join(third.words), "".join(second.words)),
        (" ".join(third.words), f"  {first.text.lower()} "),
    ):
        assert join_shares(pair, number=number, public_key=made.public_key).private_key == key


@given(st.integers(0, 2), st.integers(0, 64), st.sampled_from(CONSONANTS + VOWELS))
@settings(max_examples=100)
def test_a_mistyped_letter_names_its_share_and_word(which: int, place: int, wrong: str):
    made = make_shares(12)
    typed = in_latin("".join(made.shares[which].words))
    if typed[place] == wrong:
        return
    mistyped = typed[:place] + wrong + typed[place + 1 :]
    with pytest.raises(ShareFault) as refused:
        join_shares([mistyped, texts(made)[(which + 1) % 3]], number=12, public_key=made.public_key)
    fault = refused.value
    assert (fault.wrong, fault.position, fault.group) == (Wrong.WORD, 1, place // 5 + 1)


def test_a_word_too_few_two_wrong_words_and_a_strange_letter_are_told_apart():
    made = make_shares(12)
    words, other = [in_latin(word) for word in made.shares[1].words], texts(made)[0]

    def refused(typed: list[str]) -> tuple[Wrong, int, int]:
        with pytest.raises(ShareFault) as fault:
            join_shares([other, " ".join(typed)], number=12, public_key=made.public_key)
        return fault.value.wrong, fault.value.position, fault.value.group

    assert refused(words[:-1]) == (Wrong.LENGTH, 2, 0)
    assert refused([*words[:4], words[4][:-1], *words[5:]]) == (Wrong.WORD, 2, 5)
    assert refused([*words[:6], "қ" + words[6][1:], *words[7:]]) == (Wrong.WORD, 2, 7)
    # The first two words hold the number, 12; where they change places no single letter mends that.
    assert refused([words[1], words[0], *words[2:]]) == (Wrong.WORD, 2, 0)


def test_words_are_those_of_the_published_examples():
    # The examples of the proquint paper (arXiv:0901.4024), internet addresses as words.
    examples = {
        (127, 0, 0, 1): "lusab-babad", (63, 84, 220, 193): "gutih-tugad", (63, 118, 7, 35): "gutuk-bisog",
        (140, 98, 193, 141): "mudof-sakat", (64, 255, 6, 200): "haguz-biram",
    }  # fmt: skip
    for numbers, words in examples.items():
        assert "-".join(to_words(bytes(numbers))) == words
        assert from_words(words.split("-")) == bytes(numbers)
    assert in_cyrillic("haguz") == "хагуз"
    assert in_latin("ХАГУЗ") == "haguz"


def test_one_share_does_not_open():
    made = make_shares(7)
    share = texts(made)[0]
    with pytest.raises(ShareFault) as twice:
        join_shares([share, share.lower()], number=7, public_key=made.public_key)
    assert (twice.value.wrong, twice.value.position) == (Wrong.TWICE, 2)
    with pytest.raises(ValueError, match="1 shares were given; give 2"):
        join_shares([share], number=7, public_key=made.public_key)


@given(st.integers(0, 2), st.integers(0, 47), st.sampled_from(ALPHABET))
@settings(max_examples=100)
def test_a_mistyped_character_names_its_share_and_group(which: int, place: int, wrong: str):
    made = make_shares(12)
    typed = texts(made)[which].replace(" ", "")
    if typed[place] == wrong:
        return
    other = texts(made)[(which + 1) % 3]
    mistyped = typed[:place] + wrong + typed[place + 1 :]
    with pytest.raises(ShareFault) as refused:
        join_shares([other, mistyped], number=12, public_key=made.public_key)
    fault = refused.value
    assert (fault.wrong, fault.position, fault.group) == (Wrong.GROUP, 2, place // 6 + 1)


def test_hand_written_shares_are_forgiven_their_look():
    made = make_shares(12)
    first, second, _ = texts(made)
    # Small letters, dashes, a Latin o for zero, and Cyrillic letters that look like Latin ones.
    typed = [first.lower().replace(" ", "-").replace("0", "o"), second.replace("K", "К").replace("H", "Н")]
    assert join_shares(typed, number=12, public_key=made.public_key)


def test_foreign_swapped_and_short_shares_are_named():
    mine, other, again = make_shares(1), make_shares(2), make_shares(1)

    def refused(given_: list[str]) -> tuple[Wrong, int]:
        with pytest.raises(ShareFault) as fault:
            join_shares(given_, number=1, public_key=mine.public_key)
        return fault.value.wrong, fault.value.position

    assert refused([texts(mine)[0], texts(other)[1]]) == (Wrong.FOREIGN, 2)
    assert refused([texts(again)[0], texts(mine)[1]]) == (Wrong.KEY, 1)
    assert refused([texts(mine)[0], texts(mine)[1][:-1]]) == (Wrong.LENGTH, 2)
    assert refused([" ".join(other.shares[0].words), texts(mine)[1]]) == (Wrong.FOREIGN, 1)
    assert refused([texts(mine)[0], " ".join(again.shares[1].words)]) == (Wrong.KEY, 2)
    assert refused([texts(mine)[0], " ".join(mine.shares[0].words)]) == (Wrong.TWICE, 2)


def test_the_key_differs_by_questionnaire_and_by_seed():
    assert len({derive_key(seed, number) for seed in (b"a" * 16, b"b" * 16) for number in (1, 2)}) == 4


def test_seals_have_one_length_and_open_with_their_own_key_and_number_alone():
    made, other = make_shares(7), make_shares(8)
    private = join_shares(texts(made)[:2], number=7, public_key=made.public_key).private_key
    sealed = [seal_answer(text, number=7, public_key=made.public_key) for text in ("4", "4" * 40, "4")]
    assert {len(one) for one in sealed} == {SEALED_LENGTH}
    opened = [open_answer(one, number=7, private_key=private) for one in sealed]
    assert [one.given for one in opened] == ["4", "4" * 40, "4"]
    assert len({one.mark for one in opened}) == 3
    with pytest.raises(SpoiledEnvelope, match="another questionnaire"):
        open_answer(sealed[0], number=8, private_key=private)
    foreign = join_shares(texts(other)[:2], number=8, public_key=other.public_key).private_key
    with pytest.raises(SpoiledEnvelope, match="does not open"):
        open_answer(sealed[0], number=7, private_key=foreign)
    with pytest.raises(SpoiledEnvelope, match="does not open"):
        open_answer(sealed[0][:-1] + bytes([sealed[0][-1] ^ 1]), number=7, private_key=private)
