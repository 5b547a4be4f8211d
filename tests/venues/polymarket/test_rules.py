"""Facts of the venue: ids that can be ids, and what the ends of a connection mean."""

import pytest

from pr3dict.model.errors import UnknownTokenError
from pr3dict.model.links import Closed, Pace
from pr3dict.venues.polymarket import rules

TOKEN = "71321045679252212594626385532706912750332728571942532289631379312455583992563"
CONDITION = "0xbd31dc8a20211944f6b70f31557f1001557b59905b7738480ca09bd4532f84af"


@pytest.mark.parametrize("text", [TOKEN, "1", "0", "9" * 78])
def test_a_token_id_is_digits(text):
    assert text == rules.token_id(text)


def test_a_condition_id_is_told_from_a_token_id():
    with pytest.raises(UnknownTokenError) as raised:
        rules.token_id(CONDITION)
    assert (
        f"{CONDITION} is a condition id (it names a market); wanted the token id (asset id) of one"
        " of its outcomes, a long decimal number: see clobTokenIds of the market"
    ) == str(raised.value)


@pytest.mark.parametrize(
    "text", ["", "9" * 79, "12a", " 12", "12\n", "-1", "1.0", "\uff11\uff12", "../x"]
)
def test_anything_else_is_refused_with_what_was_found(text):
    with pytest.raises(UnknownTokenError, match="wanted a token id, 1 to 78 decimal digits, found"):
        rules.token_id(text)


def test_a_refusal_does_not_repeat_a_novel():
    with pytest.raises(UnknownTokenError) as raised:
        rules.token_id("x" * 100_000)
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize("text", [CONDITION, "0x" + "a" * 62])
def test_a_condition_id_is_hexadecimal(text):
    assert text == rules.condition_id(text)


def test_a_token_id_is_told_from_a_condition_id():
    with pytest.raises(UnknownTokenError, match=r"^wanted a condition id .* a token id \(it names"):
        rules.condition_id(TOKEN)


@pytest.mark.parametrize("check", [rules.token_id, rules.condition_id])
@pytest.mark.parametrize("other", [None, 7, b"0x12", ["1"]])
def test_what_is_no_text_is_refused_in_a_sentence(check, other):
    with pytest.raises(UnknownTokenError, match="as text, found"):
        check(other)


@pytest.mark.parametrize("text", ["", "0x", TOKEN, "0xg", CONDITION + "00", "0x12/../book"])
def test_what_is_no_condition_id_never_becomes_part_of_an_address(text):
    with pytest.raises(UnknownTokenError):
        rules.condition_id(text)


@pytest.mark.parametrize(
    ("code", "reason", "name", "pace"),
    [
        (1000, "all subscribed assets resolved", "resolved", Pace.IDLE),
        (1000, "", "closed_1000", Pace.QUICK),
        (1001, "", "closed_1001", Pace.QUICK),
        (1006, "", "dropped", Pace.QUICK),
        (1011, "", "closed_1011", Pace.QUICK),
        (1012, "", "closed_1012", Pace.QUICK),
        (1013, "slow consumer: send buffer full", "slow_consumer", Pace.PATIENT),
        (1008, "invalid subscription payload", "refused", Pace.SLOW),
        (1002, "", "closed_1002", Pace.SLOW),
        (1009, "", "closed_1009", Pace.SLOW),
        (4001, "", "closed_4001", Pace.SLOW),
        (3000, "", "closed_3000", Pace.PATIENT),
    ],
)
def test_the_end_of_a_connection_has_a_name_and_a_pace(code, reason, name, pace):
    verdict = rules.verdict(Closed(code, reason))
    assert (name, pace) == (verdict.name, verdict.pace)
    assert verdict.sentence.endswith(f"({code} {reason})" if reason else f"({code})")
