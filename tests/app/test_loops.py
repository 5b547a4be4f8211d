"""Loops on threads of their own."""

import asyncio

from pr3dict.app.loops import first_of, loop_factory, soon


def test_a_group_of_errors_is_told_by_what_it_began_with():
    inner = ValueError("first")
    group = BaseExceptionGroup("many", [BaseExceptionGroup("inside", [inner]), KeyError("second")])
    assert inner is first_of(group)
    assert inner is first_of(inner)


def test_a_closed_loop_takes_no_calls():
    loop = asyncio.new_event_loop()
    called = []
    assert soon(loop, lambda: called.append(1))
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    assert [1] == called
    assert not soon(loop, lambda: called.append(2))


def test_a_loop_can_be_made():
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(asyncio.sleep(0))
