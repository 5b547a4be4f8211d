"""Generated traders: always the same, each with a wallet of its own."""

import re

from pr3dict.sim.truth.traders import TRADERS, parties_of, trader_of, traders


def test_there_are_so_many_with_wallets_of_their_own():
    wallets = {trader.wallet for trader in traders()}

    assert len(traders()) == len(wallets) == TRADERS
    assert all(re.fullmatch("0x[0-9a-f]{40}", wallet) for wallet in wallets)


def test_a_transaction_always_has_the_same_two_parties():
    for number in range(0, 100_000, 77):
        taker, maker = parties_of(hex(number))
        assert (taker, maker) == parties_of(hex(number))
        assert taker != maker


def test_a_trader_is_found_by_any_writing_of_the_wallet():
    trader = traders()[7]

    assert trader == trader_of("0x" + trader.wallet[2:].upper())
    assert trader_of("0x1") is None
