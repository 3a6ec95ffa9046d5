"""Cut a connection from outside: when the user stops, or when a step takes too long.

A limit on the next bytes does not end a server that sends one byte at a time, so
each step (the answer's headers, the end of its body) also has a limit in all.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_POLL_S = 0.05


class Watch:
    """Looks at a connection while another thread waits for its bytes.

    Parameters
    ----------
    stop : threading.Event
        Cuts the connection at once.
    clock : callable
        Monotonic seconds.

    Attributes
    ----------
    stop : threading.Event
        As given.
    overdue : str
        Why the connection was cut, as the middle of a sentence; empty when it was
        not, or when the user stopped it.
    """

    def __init__(self, stop: threading.Event, clock: Callable[[], float]) -> None:
        self.stop = stop
        self.overdue = ""
        self._clock = clock
        self._lock = threading.Lock()
        self._cut: Callable[[], None] | None = None
        self._step: tuple[float, str] | None = None

    @property
    def is_over(self) -> bool:
        """True when nothing that is read from now on counts."""
        return self.stop.is_set() or bool(self.overdue)

    def allow(self, seconds: float, words: str) -> None:
        """Give the step that begins now so many seconds in all.

        Parameters
        ----------
        seconds : float
            Then the connection is cut.
        words : str
            What was not done by then, as the middle of a sentence.
        """
        with self._lock:
            self._step = (
                self._clock() + seconds,
                f"{words} within {seconds:,g} s",
            )

    def lift(self) -> None:
        """Set no limit from now on."""
        with self._lock:
            self._step = None

    def look_at(self, cut: Callable[[], None]) -> None:
        """Look at a new connection in place of the one before.

        Parameters
        ----------
        cut : callable
            Wakes whoever waits for its bytes; an ``OSError`` means that it is cut
            already.
        """
        with self._lock:
            self._cut = cut
        self.check()

    def check(self) -> None:
        """Cut the connection if it is time."""
        with self._lock:
            if self._step and not self.overdue and self._clock() >= self._step[0]:
                self.overdue = self._step[1]
            if self.is_over and self._cut is not None:
                with suppress(OSError):
                    self._cut()

    @contextmanager
    def going(self) -> Iterator[None]:
        """Look every 50 ms until the block ends."""
        done = threading.Event()

        def look() -> None:
            while not done.wait(_POLL_S):
                self.check()

        watcher = threading.Thread(target=look, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()
