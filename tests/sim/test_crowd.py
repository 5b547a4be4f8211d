"""Who trades and talks at the simulated venue."""

from pr3dict.sim.crowd import person


def test_the_same_key_is_the_same_person():
    assert person("a") == person("a") != person("b")


def test_a_person_has_a_wallet_and_two_words():
    someone = person("a")

    assert len("0x" + "0" * 40) == len(someone.wallet)
    assert 2 == len(someone.pseudonym.split("-"))


def test_some_give_no_name():
    assert {True, False} == {bool(person(str(n)).name) for n in range(30)}
