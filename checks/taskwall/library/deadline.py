"""A limit of time for code that is not ours."""

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class TooSlowError(Exception):
    """That something took longer than it may."""


class _Interrupt(BaseException):
    """What is raised in the thread that takes too long: no `except Exception` may catch it."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Give up what runs inside after some seconds.

    It is interrupted between two steps of Python: what waits in a function of another language is
    not.

    Raises:
        TooSlowError: it took longer.
    """
    thread, lock, ended = threading.get_ident(), threading.Lock(), False

    def interrupt() -> None:
        with lock:
            if not ended:
                raised = ctypes.py_object(_Interrupt)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)

    timer = threading.Timer(seconds, interrupt)
    timer.daemon = True
    timer.start()
    try:
        try:
            yield
        finally:  # where the interrupt may come as well
            with lock:
                ended = True
            timer.cancel()
    except _Interrupt:
        raise TooSlowError(f"took longer than {seconds:g} seconds") from None
