"""Typed data against the examples of the standards."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pr3dict.model.credentials import Secret
from pr3dict.model.errors import CredentialsError, MissingExtra
from pr3dict.venues.polymarket.signing import eip712

# Publicly known development key (Hardhat account 0): it owns nothing.
KEY = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
ADDRESS = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
ORDER_OF_THE_CURVE = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
CHECKSUMMED = [  # EIP-55, "Test Cases"
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0xde709f2102306220921060314715629080e2fb77",
]


def test_the_example_of_the_standard_is_signed_as_it_stands_there():
    """EIP-712, the example `Mail`; its key is the hash of "cow"."""
    person = "Person(string name,address wallet)"
    mail = "Mail(Person from,Person to,string contents)" + person
    cow, bob = (
        eip712.struct_hash(person, eip712.string(name), eip712.address(wallet))
        for name, wallet in (
            ("Cow", "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"),
            ("Bob", "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"),
        )
    )
    domain = eip712.Domain(
        name="Ether Mail",
        version="1",
        chain_id=1,
        contract="0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
    )
    digest = eip712.digest(domain, eip712.struct_hash(mail, cow, bob, eip712.string("Hello, Bob!")))
    key = Secret(eip712.keccak(b"cow").hex())

    assert (
        "f2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f"
        == eip712.separator(domain).hex()
    )
    assert "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2" == digest.hex()
    assert "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826" == eip712.address_of(key)
    assert (
        "4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d"
        "07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b915621c"
    ) == eip712.sign(digest, key).hex()


@pytest.mark.parametrize("address", CHECKSUMMED)
def test_an_address_gets_the_checksum_of_the_standard(address):
    assert address == eip712.checksummed(address.lower())
    assert bytes(12) + bytes.fromhex(address[2:]) == eip712.address(address)


def test_an_address_whose_checksum_does_not_hold_is_refused():
    assert eip712.address(ADDRESS.lower()) == eip712.address(ADDRESS)
    with pytest.raises(ValueError, match="a checksum that does not hold"):
        eip712.address(ADDRESS.replace("f39F", "f39f"))


@pytest.mark.parametrize("text", ["", "0x", ADDRESS[2:], ADDRESS + "0", "0x" + "g" * 40, "x" * 999])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ValueError, match="wanted an address"):
        eip712.address(text)


@pytest.mark.parametrize("text", ["", "0x0", "0" * 64, "0x" + "g" * 64])
def test_what_is_no_bytes32_is_refused(text):
    with pytest.raises(ValueError, match="wanted 0x and 64 digits"):
        eip712.bytes32(text)


def test_a_number_that_does_not_fit_its_type_is_refused():
    assert bytes(31) + b"\xff" == eip712.uint(255, bits=8)
    for number in (-1, 256):
        with pytest.raises(ValueError, match="wanted a whole number of 8 bits"):
            eip712.uint(number, bits=8)


@pytest.mark.parametrize("key", [KEY, "0x" + KEY, "0X" + KEY.upper(), f" {KEY}\n"])
def test_a_key_is_taken_with_0x_or_without(key):
    assert ADDRESS == eip712.address_of(Secret(key))


@pytest.mark.parametrize(
    "key", ["", "0x", KEY[:-1], KEY + "0", KEY.replace("a", "g"), "0x0x" + KEY, "mnemonic words"]
)
def test_a_key_of_another_form_is_refused_in_a_sentence_without_it(key):
    with pytest.raises(CredentialsError, match="wanted 64 digits of base 16") as raised:
        eip712.address_of(Secret(key))
    assert len(key) < 4 or key not in str(raised.value)
    assert raised.value.__context__ is None


@pytest.mark.parametrize("key", ["00" * 32, ORDER_OF_THE_CURVE, "ff" * 32])
def test_a_key_outside_of_the_curve_is_refused_in_a_sentence_without_it(key):
    with pytest.raises(CredentialsError, match="nobody's key") as raised:
        eip712.sign(bytes(32), Secret(key))
    assert key not in str(raised.value)


@given(st.binary(min_size=32, max_size=32))
def test_a_signature_is_deterministic_low_in_s_and_leads_back_to_its_address(digest):
    from coincurve import PublicKey  # noqa: PLC0415 - an extra

    signature = eip712.sign(digest, Secret(KEY))
    assert signature == eip712.sign(digest, Secret(KEY))
    assert int.from_bytes(signature[32:64], "big") <= int(ORDER_OF_THE_CURVE, 16) // 2
    assert signature[64] in (27, 28)
    compact = signature[:64] + bytes([signature[64] - 27])
    found = PublicKey.from_signature_and_message(compact, digest, hasher=None)
    assert eip712.keccak(found.format(compressed=False)[1:])[-20:].hex() == ADDRESS[2:].lower()


@pytest.mark.parametrize(
    ("module", "package"), [("coincurve", "coincurve"), ("sha3", "safe-pysha3")]
)
def test_without_the_extra_the_command_that_installs_it_is_named(monkeypatch, module, package):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=rf"{package} is not installed: .*pr3dict\[trade\]"):
        eip712.address_of(Secret(KEY))
