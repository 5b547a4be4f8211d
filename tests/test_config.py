"""Settings: from arguments, from the environment, from a file; and what is said of wrong ones."""

import re
from pathlib import Path

import msgspec
import pytest

from pr3dict.config import PREFIX, Config, from_environment, read_dotenv, variable_of
from pr3dict.model.errors import ConfigError

NAMES = [field.name for field in msgspec.structs.fields(Config)]


def sentence(**environ: str) -> str:
    with pytest.raises(ConfigError) as raised:
        from_environment(environ, None)
    return str(raised.value)


def test_an_empty_environment_gives_the_defaults():
    assert Config() == from_environment({}, None)


def test_the_default_addresses_are_those_of_production():
    assert (
        "wss://ws-subscriptions-clob.polymarket.com/ws/market",
        "https://clob.polymarket.com",
    ) == (Config().polymarket_market_ws_url, Config().polymarket_clob_url)


@pytest.mark.parametrize(
    "variable",
    [
        "PR3DICT_POLYMARKET_MARKET_WS_URL",
        "PR3DICT_POLYMARKET_CLOB_URL",
        "PR3DICT_POLYMARKET_USER_WS_URL",
        "PR3DICT_POLYMARKET_GAMMA_URL",
        "PR3DICT_POLYMARKET_DATA_URL",
        "PR3DICT_POLYMARKET_RTDS_URL",
        "PR3DICT_POLYMARKET_POLYBOLT_URL",
        "PR3DICT_POLYMARKET_SPORTS_URL",
        "PR3DICT_KALSHI_WS_URL",
        "PR3DICT_KALSHI_REST_URL",
        "PR3DICT_MANIFOLD_WS_URL",
        "PR3DICT_MANIFOLD_REST_URL",
    ],
)
def test_every_venue_address_is_a_setting(variable):
    setting = variable.removeprefix(PREFIX).lower()
    scheme = "ws" if getattr(Config(), setting).startswith("wss") else "http"
    address = f"{scheme}://127.0.0.1:8001/here"
    assert address == getattr(from_environment({variable: address}, None), setting)


def test_texts_become_values_of_their_type():
    config = from_environment(
        {
            "PR3DICT_PING_EVERY_S": " 2.5 ",
            "PR3DICT_TOKENS_PER_LINK": "50",
            "PR3DICT_PROVE": "false",
            "PR3DICT_REST": "0",
            "PR3DICT_CORE": "reference",
        },
        None,
    )
    assert (2.5, 50, False, False, "reference") == (
        config.ping_every_s,
        config.tokens_per_link,
        config.prove,
        config.rest,
        config.core,
    )


def test_an_empty_value_means_the_default():
    assert Config() == from_environment({"PR3DICT_PING_EVERY_S": "  "}, None)


def test_other_variables_are_nobodys_business():
    assert Config() == from_environment({"PATH": "x", "PING_EVERY_S": "3"}, None)


@pytest.mark.parametrize(
    ("variable", "text", "wanted"),
    [
        ("PING_EVERY_S", "soon", "seconds, more than 0 and at most 86400"),
        ("PING_EVERY_S", "0", "seconds, more than 0 and at most 86400"),
        ("PING_EVERY_S", "nan", "seconds, more than 0 and at most 86400"),
        ("PING_EVERY_S", "inf", "seconds, more than 0 and at most 86400"),
        ("TOKENS_PER_LINK", "501", "a whole number from 1 to 500, the venue's limit"),
        ("TOKENS_PER_LINK", "2.5", "a whole number from 1 to 500, the venue's limit"),
        ("PROVE", "perhaps", "true or false"),
        ("CORE", "rust", "auto, native or reference"),
        ("CORE", "\udcff", "auto, native or reference"),
        ("TRANSPORT", "aiohttp", "auto, picows or websockets"),
        ("POLYMARKET_CLOB_URL", "clob", "an address that begins with http(s)://"),
        ("POLYMARKET_MARKET_WS_URL", "https://x", "an address that begins with ws(s)://"),
        ("FRAME_BYTES_MAX", "-1", "a whole number of bytes, at least 1024"),
        ("CLOCK_OFFSET_MS", "1e9", "milliseconds, at most an hour either way"),
    ],
)
def test_a_wrong_value_is_told_in_one_sentence(variable, text, wanted):
    name = f"PR3DICT_{variable}"
    assert f"{name}: wanted {wanted}, found {text!r}" == sentence(**{name: text})


ADDRESSES = [name for name in NAMES if name.endswith("_url")]
NO_HOSTS = [
    "host:99999999",
    "host:port",
    "host:0",
    "[::1",
    "a..b",
    "a" * 64 + ".example",
    ":80",
    ".",
    "a\x00b",
    "ho$t",
    "host/\x01",
    "host/#part",
    "user@host",
]


def scheme_of(name: str) -> str:
    return str(getattr(Config(), name)).partition(":")[0]


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize("host", NO_HOSTS)
def test_an_address_that_can_be_none_is_told_in_one_sentence(name, host):
    address = f"{scheme_of(name)}://{host}"
    with pytest.raises(ConfigError) as raised:
        Config(**{name: address})
    assert (
        f"{name}: wanted an address like {scheme_of(name)}://host:8443/path, with a host that can"
        f" be one and a port from 1 to 65535, found {address!r}: correct it, or leave the setting"
        " out"
    ) == str(raised.value)


def test_a_wrong_address_of_the_environment_names_the_variable():
    found = sentence(PR3DICT_POLYMARKET_CLOB_URL="http://host:port")
    assert found.startswith("PR3DICT_POLYMARKET_CLOB_URL: wanted an address like http://host:8443/")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8377/ws/market",
        "localhost",
        "host:65535",
        "host:",
        "[::1]:80/x?y=z",
        "[fe80::1%25eth0]",
        "b\u00fccher.example/\u00e9",
        "my_proxy.internal.:9",
        "user:password@host",
        "a" * 63 + ".example",
    ],
)
@pytest.mark.parametrize("name", ["polymarket_market_ws_url", "polymarket_clob_url"])
def test_an_address_of_any_usual_form_is_taken(name, host):
    address = f"{scheme_of(name)}://{host}"
    assert address == getattr(Config(**{name: address}), name)


def test_a_misspelt_name_is_not_passed_over():
    assert (
        "PR3DICT_TOKEN_PER_LINK: no setting has this name; did you mean PR3DICT_TOKENS_PER_LINK?"
    ) == sentence(PR3DICT_TOKEN_PER_LINK="100")


def test_a_wrong_argument_is_told_like_a_wrong_variable():
    with pytest.raises(ConfigError, match=r"ping_every_s: wanted seconds, .* found 'soon'"):
        Config(ping_every_s="soon")
    with pytest.raises(ConfigError, match="prove: wanted true or false, found 'true'"):
        Config(prove="true")


def test_a_cap_below_the_base_is_refused():
    with pytest.raises(ConfigError, match=r"backoff_cap_s: wanted at least .* 61\.0, found 60\.0"):
        Config(backoff_base_s=61.0)


def test_a_config_does_not_change():
    with pytest.raises(AttributeError):
        Config().strict = True  # type: ignore[misc]


def test_a_file_gives_what_the_environment_does_not(tmp_path: Path):
    path = tmp_path / ".env"
    path.write_text("PR3DICT_PING_EVERY_S=3\nPR3DICT_STRICT='true' # why not\nOTHER=$HOME\n")
    config = from_environment({"PR3DICT_PING_EVERY_S": "4"}, str(path))
    assert (4.0, True) == (config.ping_every_s, config.strict)


def test_a_wrong_value_in_the_file_names_the_variable_and_the_file(tmp_path: Path):
    path = tmp_path / ".env"
    path.write_text("PR3DICT_STRICT=mostly\n")
    wanted = f"^PR3DICT_STRICT in {re.escape(str(path))}: wanted true or false, found 'mostly'"
    with pytest.raises(ConfigError, match=wanted):
        from_environment({}, str(path))
    with pytest.raises(ConfigError, match=r"^PR3DICT_STRICT: wanted"):
        from_environment({"PR3DICT_STRICT": "perhaps"}, str(path))


def test_a_directory_in_its_place_is_told(tmp_path: Path):
    with pytest.raises(ConfigError, match="found a directory"):
        from_environment({}, str(tmp_path))


def test_a_file_that_is_not_there_is_no_error(tmp_path: Path):
    assert Config() == from_environment({}, str(tmp_path / ".env"))


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path):
    path = tmp_path / ".env"
    path.write_bytes(b"PR3DICT_STRICT=\xff\xfe\n")
    with pytest.raises(ConfigError, match=f"^{re.escape(str(path))}: wanted a file of NAME=value"):
        from_environment({}, str(path))


def test_reads_the_environment_of_the_process(monkeypatch):
    monkeypatch.setenv("PR3DICT_PING_EVERY_S", "7")
    assert 7.0 == from_environment(dotenv_path=None).ping_every_s


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_can_be_had_from_the_environment(name):
    default = getattr(Config(), name)
    text = str(default).lower() if isinstance(default, bool) else str(default)
    assert default == getattr(from_environment({variable_of(name): text}, None), name)


@pytest.mark.parametrize("name", [n for n in NAMES if isinstance(getattr(Config(), n), float)])
def test_a_measure_names_its_unit(name):
    assert name.endswith(("_s", "_ms"))


@pytest.mark.parametrize(
    "line",
    [
        "POLYGON_WALLET_PRIVATE_KEY 0xac0974bec39a17e36ba4a6b4d238ff944bacb478",
        "0xac0974bec39a17e36ba4a6b4d238ff944bacb478 is my key",
        "ac0974bec39a17e36ba4a6b4d238ff944bacb478 is my key",
        "CLOB_SECRET: ac0974bec39a17e36ba4a6b4d238ff944bacb478",
    ],
)
def test_a_line_that_sets_nothing_is_told_without_what_may_be_a_secret(tmp_path, line):
    (tmp_path / ".env").write_text(line + "\n", "utf-8")
    values, odd = read_dotenv(str(tmp_path / ".env"))
    assert {} == values
    assert ["is left out"] == [sentence[-11:] for sentence in odd]
    assert "ac0974" not in odd[0]
