"""Loops on threads of their own."""

import asyncio
import threading

import pytest
from tests.engine.waiting import DEADLINE_S

from pr3dict.app import worker as workers
from pr3dict.app.worker import Worker, first_of, loop_factory, soon
from pr3dict.model.errors import FeedError


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


class Life:
    """A worker whose life waits for its end, or fails at once."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault, self.failed = fault, []
        self.worker = Worker("the work", "pr3dict-work", self.live, self.failed.append, self.stop)

    async def live(self) -> None:
        self.ending = asyncio.Event()
        if self.fault is not None:
            raise self.fault
        self.worker.takes_commands()
        await self.ending.wait()

    def stop(self) -> bool:
        return self.worker.end(self.ending.set, 5.0)


def test_a_worker_does_what_it_is_told_on_a_thread_of_its_own_until_its_end():
    life = Life()
    life.worker.start()
    assert life.worker.running
    assert "pr3dict-work" == life.worker.call(lambda: threading.current_thread().name).result(5)
    assert life.stop()
    assert (False, False) == (life.worker.running, life.stop())  # once
    with pytest.raises(FeedError, match=r"^the work is not running: start it first$"):
        life.worker.call(lambda: None)


def test_what_a_command_raises_is_told_to_whoever_gave_it():
    life = Life()
    life.worker.start()
    with pytest.raises(ZeroDivisionError):
        life.worker.call(lambda: 1 // 0).result(5)
    assert life.worker.running
    assert life.stop()


def test_a_life_that_fails_is_told_with_what_it_began_with():
    fault = RuntimeError("on purpose")
    life = Life(fault)
    with pytest.raises(RuntimeError, match="on purpose"):
        life.worker.start()
    assert [fault] == life.failed == [life.worker.failure]


class Slow(Life):
    """A life that does not take commands before it may."""

    def __init__(self) -> None:
        super().__init__()
        self.entered, self.gate = threading.Event(), threading.Event()

    async def live(self) -> None:
        self.entered.set()
        assert self.gate.wait(DEADLINE_S)
        await super().live()

    def end(self) -> None:
        self.ending.set()


def begun(life: Life) -> threading.Thread:
    """Start a worker on a thread, which may wait; what the start raises is kept."""

    def start() -> None:
        try:
            life.worker.start()
        except FeedError as error:
            life.failed.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    return thread


def test_an_end_that_comes_while_its_life_begins_is_not_lost():
    life = Slow()
    starting = begun(life)
    assert life.entered.wait(DEADLINE_S)
    assert life.worker.end(life.end, 0.0)
    assert not life.worker.running
    life.gate.set()
    for thread in (starting, life.worker._thread):  # noqa: SLF001 - what must not be left
        thread.join(DEADLINE_S)
        assert not thread.is_alive()


def test_an_end_before_the_start_is_the_end():
    life = Life()
    assert life.worker.end(lambda: None, 0.0)
    with pytest.raises(FeedError, match=r"^the work was stopped before it began$"):
        life.worker.start()
    assert not life.worker.running


def test_a_thread_that_gets_no_turn_is_one_sentence_and_ends_when_it_does(monkeypatch):
    monkeypatch.setattr(workers, "START_S", 0.01)
    life = Slow()
    with pytest.raises(FeedError, match=r"^wanted the work within 0.01 s, found no turn"):
        life.worker.start()
    assert life.entered.wait(DEADLINE_S)
    assert life.worker.end(life.end, 0.0)
    life.gate.set()
    life.worker._thread.join(DEADLINE_S)  # noqa: SLF001 - what must not be left
    assert not life.worker._thread.is_alive()  # noqa: SLF001
