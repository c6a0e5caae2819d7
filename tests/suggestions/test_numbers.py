"""Case numbers, receipts and query codes survive telephones, tired eyes and a change of keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggestions import numbers
from suggestions.crypto import keyed_hash

years = st.integers(1000, 9999)
serials = st.integers(1, numbers.MAX_SERIAL)


@given(years, serials)
def test_every_number_is_read_back_as_it_was_written(year: int, serial: int) -> None:
    number = numbers.format_case_no(year, serial)
    assert numbers.parse_case_no(number) == number


@given(years, serials, st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(year: int, serial: int, place: int, shift: int) -> None:
    number = numbers.format_case_no(year, serial)
    digits = [c for c in number if c.isdigit()]
    digits[place] = str((int(digits[place]) + shift) % 10)
    assert numbers.parse_case_no("JY" + "".join(digits)) is None


def test_the_check_digit_follows_the_published_example_of_the_standard() -> None:
    # ISO 7064 gives 0794 with check digit 5 for MOD 11,10.
    assert numbers._check_digit("0794") == 5


def test_the_number_of_the_first_case_of_a_year_looks_as_promised() -> None:
    assert numbers.format_case_no(2026, 1234) == "JY2026-0001234-6"


@pytest.mark.parametrize(
    "typed",
    [
        "JY2026-0001234-6",
        "jy2026-0001234-6",
        "  JY2026-0001234-6\n",
        "JY202600012346",
        "2026-0001234-6",
        "ＪＹ２０２６－０００１２３４－６",
        "JY2026—0001234—6",
        "JY 2026 0001234 6",
        "JY2026－1234－6",
        "jy 2026 - 0001234 - 6",
        "JY2026–0001234–6",
    ],
)
def test_a_number_typed_in_any_usual_way_is_understood(typed: str) -> None:
    assert numbers.parse_case_no(typed) == "JY2026-0001234-6"


@pytest.mark.parametrize(
    "typed",
    ["", "JY", "JY2026-0001234", "JY2026-0001234-7", "XY2026-0001234-6", "JY0000-0000000-0", "一二三",
     "JY2026-00012345-6", "JY٢٠٢٦-0001234-6", "JY2026-0001234-6'; DROP", "9" * 10_000, "\ud800", "\x00"],
)  # fmt: skip
def test_what_is_no_number_is_refused_without_an_error(typed: str) -> None:
    assert numbers.parse_case_no(typed) is None


@given(st.text())
def test_no_text_whatever_breaks_the_readers(text: str) -> None:
    numbers.normalise_query_code(text)
    parsed = numbers.parse_case_no(text)
    assert parsed is None or numbers.parse_case_no(parsed) == parsed


@pytest.mark.parametrize(("year", "serial"), [(999, 1), (10_000, 1), (2026, 0), (2026, 10_000_000)])
def test_a_number_that_would_not_fit_is_never_given_out(year: int, serial: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        numbers.format_case_no(year, serial)


def test_the_same_form_sent_twice_leads_to_the_same_receipt_and_code() -> None:
    first, second = numbers.receipt_token_for("form-1"), numbers.receipt_token_for("form-1")
    assert first == second
    assert numbers.query_code_for(first) == numbers.query_code_for(second)


def test_two_forms_share_neither_receipt_nor_code() -> None:
    tokens = {numbers.receipt_token_for(f"form-{n}") for n in range(500)}
    assert len(tokens) == 500
    assert len({numbers.query_code_for(token) for token in tokens}) == 500


def test_receipt_addresses_are_32_characters_that_need_no_escaping() -> None:
    for token in (numbers.new_receipt_token(), numbers.receipt_token_for("form-1")):
        assert len(token) == 32
        assert token.replace("-", "").replace("_", "").isalnum()


def test_query_codes_hold_no_characters_that_look_alike() -> None:
    letters = set("".join(numbers.query_code_for(f"t{n}") for n in range(300)))
    assert letters <= set(numbers.QUERY_CODE_ALPHABET)
    assert not letters & set("0O1IL2Z5SB")
    assert all(len(numbers.query_code_for(f"t{n}")) == 8 for n in range(20))


@pytest.mark.parametrize(
    "spell", [str.lower, lambda c: f" {c[:4]} {c[4:]} ", lambda c: f"{c[:4]}-{c[4:]}"]
)
def test_a_query_code_is_understood_however_it_is_typed(spell) -> None:  # type: ignore[no-untyped-def]
    code = numbers.query_code_for("some-receipt")
    assert numbers.normalise_query_code(spell(code)) == code


def test_a_query_code_typed_in_full_width_is_understood() -> None:
    assert numbers.normalise_query_code("ａｐｋｗ３ｒｈ８") == "APKW3RH8"


def test_a_receipt_shows_its_code_after_the_hash_key_was_changed(settings) -> None:  # type: ignore[no-untyped-def]
    settings.HASH_KEYS = ["old"]
    token = numbers.receipt_token_for("form-1")
    code = numbers.query_code_for(token)
    digest = keyed_hash(numbers.QUERY_CODE_PURPOSE, code)
    settings.HASH_KEYS = ["new", "old"]
    assert numbers.query_code_on_receipt(token, digest) == code
    assert token in numbers.possible_receipt_tokens("form-1")
    settings.HASH_KEYS = ["new"]
    assert numbers.query_code_on_receipt(token, digest) is None
