"""Which exchange an order is signed for."""

import json

import pytest
from tests.real.shared import shared_file

from pr3dict.model.errors import OrderError, UnknownTokenError
from pr3dict.venues.polymarket.signing import auth, exchanges

TOKEN = "71321045679252212594626385532706912750332728571942532289631379312455583992563"
POSITION = "456"


def test_a_position_id_is_told_by_its_zero_bits():
    assert exchanges.is_position_id(POSITION)
    assert exchanges.is_position_id(str((7 << 104) + (1 << 40) - 1))
    assert not exchanges.is_position_id(TOKEN)
    assert not exchanges.is_position_id(str(1 << 40))
    assert not exchanges.is_position_id(str(1 << 103))
    with pytest.raises(UnknownTokenError):
        exchanges.is_position_id("0x2a")


@pytest.mark.parametrize("chain_id", [auth.POLYGON, auth.AMOY])
def test_the_token_the_kind_of_market_and_the_chain_choose_the_exchange(chain_id):
    def chosen(token, neg_risk):
        found = exchanges.exchange(token, neg_risk=neg_risk, chain_id=chain_id)
        assert chain_id == found.chain_id
        return found.version

    assert ("2", "2", "3", "3") == (
        chosen(TOKEN, neg_risk=False),
        chosen(TOKEN, neg_risk=True),
        chosen(POSITION, neg_risk=False),
        chosen(POSITION, neg_risk=True),
    )


def test_the_exchanges_are_those_of_the_vectors():
    def domains(name):
        vectors = json.loads(shared_file(f"vectors/polymarket/{name}.json").read_text("utf-8"))
        rows = vectors["vectors"] + vectors.get("exchange_v3", [])
        return {
            (d["version"], d["chainId"], d["verifyingContract"])
            for d in (r["domain"] for r in rows)
        }

    ours = [
        exchanges.exchange(token, neg_risk=neg_risk, chain_id=chain_id)
        for token in (TOKEN, POSITION)
        for neg_risk in (False, True)
        for chain_id in (auth.POLYGON, auth.AMOY)
    ]
    ours += [
        exchanges.exchange_v1(neg_risk=neg_risk, chain_id=auth.AMOY) for neg_risk in (False, True)
    ]
    told = domains("order_v1_signatures") | domains("order_v2_signatures")
    assert told <= {(each.version, each.chain_id, each.contract) for each in ours}
    assert {"Polymarket CTF Exchange"} == {each.name for each in ours}


@pytest.mark.parametrize("chain_id", [0, 1, 8453])
def test_a_chain_without_an_exchange_is_refused(chain_id):
    for choose in (
        lambda: exchanges.exchange(TOKEN, neg_risk=False, chain_id=chain_id),
        lambda: exchanges.exchange_v1(neg_risk=False, chain_id=chain_id),
    ):
        with pytest.raises(OrderError, match=rf"wanted chain 137 or 80002 .*, found {chain_id}"):
            choose()
