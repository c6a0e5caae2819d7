"""A password of staff is long, not a common one, and made of several kinds of characters (process.md 9.6)."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError


@pytest.mark.parametrize(
    "password",
    ["zhengjiban-tieba", "ZHENGJIBANTIEBA", "zhengji1234567", "98316-40275-5"],
)
def test_a_password_that_is_too_plain_is_refused_in_words(password: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password)
    assert all("密码" in message for message in refused.value.messages)


@pytest.mark.parametrize("password", ["zhengji-1234-ban", "Zhengji1234ban", "ZHENGJI-1234-ban"])
def test_three_of_four_kinds_of_characters_are_enough(password: str) -> None:
    validate_password(password)
