"""Blocks side by side: the same results whoever does the work."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.execution import BackgroundWriter, map_blocks


class Cluster:
    """Hands work over as ``dask.distributed.Client`` does: submit, result, cancel.

    Nothing is done before its result is asked for, so what is never begun shows.
    """

    def __init__(self):
        self.begun, self.cancelled = [], []

    def submit(self, func, *args, key=None, pure=True):
        cluster = self

        class Handed:
            def result(self, timeout=None):
                cluster.begun.append(args)
                return func(*args)

            def cancel(self, force=False):
                cluster.cancelled.append(args)

        return Handed()


SCHEDULERS = {"threads": None, "one thread": ThreadPoolExecutor(1), "other": Cluster()}


def cut(count, size):
    return [slice(start, start + size) for start in range(0, count, size)]


@pytest.mark.parametrize("name", SCHEDULERS)
@given(
    values=st.lists(st.floats(allow_nan=True, width=32), min_size=1, max_size=40),
    size=st.integers(1, 50),
)
def test_one_block_or_many_give_the_same_bits_in_order(name, values, size):
    places = np.float32(values)
    with np.errstate(all="ignore"):
        parts = map_blocks(
            lambda part: np.sqrt(np.abs(places[part])) * np.float32(0.1),
            cut(len(places), size),
            scheduler=SCHEDULERS[name],
        )
        whole = np.sqrt(np.abs(places)) * np.float32(0.1)
    assert np.concatenate(list(parts)).tobytes() == whole.tobytes()


def test_no_blocks_have_no_results():
    assert list(map_blocks(abs, [])) == []


def test_the_shares_done_ascend_to_all():
    shares = []
    list(map_blocks(abs, range(4), progress=shares.append))
    assert shares == [0.25, 0.5, 0.75, 1.0]


def test_the_first_error_is_raised_and_what_has_not_begun_is_cancelled():
    def fail(block):
        if block >= 2:
            raise ValueError(f"block {block}")
        return block

    cluster = Cluster()
    results = map_blocks(fail, range(5), scheduler=cluster)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ValueError, match="block 2"):
        next(results)
    assert cluster.begun == [(0,), (1,), (2,)]
    assert cluster.cancelled == [(3,), (4,)]


def test_of_threads_the_error_of_the_first_block_is_raised_not_of_the_quickest():
    later = threading.Event()

    def fail(block):
        if block == 0:
            later.wait(10)
        later.set()
        raise ValueError(f"block {block}")

    with ThreadPoolExecutor(2) as pool, pytest.raises(ValueError, match="block 0"):
        list(map_blocks(fail, range(8), scheduler=pool))


def test_who_stops_asking_cancels_the_rest():
    cluster = Cluster()
    results = map_blocks(abs, range(3), scheduler=cluster)
    next(results)
    results.close()
    assert cluster.cancelled == [(1,), (2,)]


def test_tasks_in_the_background_are_done_in_order_at_the_end_of_the_block():
    done = []
    with BackgroundWriter() as writer:
        writer.begin(done.append, 1)
        writer.begin(done.append, 2)
    assert done == [1, 2]


def test_what_a_task_in_the_background_raises_is_raised_at_the_end():
    def fail():
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"), BackgroundWriter() as writer:
        writer.begin(fail)


def test_after_an_error_in_the_block_no_task_is_begun_any_more():
    busy, begun, done = Future(), threading.Event(), []

    def work():
        begun.set()
        busy.result(10)

    def use(writer):
        writer.begin(work)
        writer.begin(done.append, "never")
        assert begun.wait(10)
        threading.Timer(0.05, busy.set_result, [None]).start()
        raise KeyError

    with pytest.raises(KeyError), BackgroundWriter() as writer:
        use(writer)
    assert done == []
