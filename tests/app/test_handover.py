"""Work handed to another thread."""

import threading

import pytest

from pr3dict.app.handover import handover


def test_the_result_comes_back():
    future, do = handover(threading.current_thread)
    thread = threading.Thread(target=do)
    thread.start()

    assert thread is future.result(5)
    thread.join()


def test_the_error_comes_back():
    future, do = handover(lambda: 1 // 0)
    do()

    with pytest.raises(ZeroDivisionError):
        future.result(0)


def test_what_nobody_waits_for_any_more_is_done_all_the_same():
    done = []
    future, do = handover(lambda: done.append(1))
    assert not future.cancel()
    do()

    assert [1] == done
