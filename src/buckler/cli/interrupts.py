"""Ctrl-C: the first ends the command, and more of them while it ends change nothing."""

from __future__ import annotations

import signal
import sys
import time
from types import FrameType, TracebackType
from typing import Any, Final

PATIENCE_S: Final = 5.0
"""A command that has not ended so long after Ctrl-C is interrupted again."""


class Interrupts:
    """While it is entered, it notes whether Ctrl-C was pressed.

    A library may make another error of the KeyboardInterrupt that ends it (numba, in the middle of compiling, does), or print one that is
    raised where nothing can be: with `pressed`, neither is anybody's fault.
    """

    def __init__(self) -> None:
        self.pressed = False
        self._again_s = 0.0

    def __enter__(self) -> Interrupts:
        # Started in the background of a shell, Python ignores it: so does a command.
        self._ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        self._usual_hook = sys.unraisablehook
        if self._ours:
            signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        sys.unraisablehook = self._usual_hook
        if self._ours:
            # Once it was pressed, the process is about to end by itself: another must not kill it on the way out.
            signal.signal(signal.SIGINT, signal.SIG_IGN if self.pressed else signal.default_int_handler)

    def _press(self, number: int, frame: FrameType | None) -> None:
        now_s = time.monotonic()
        if self.pressed and now_s < self._again_s:
            return
        self.pressed, self._again_s = True, now_s + PATIENCE_S
        sys.unraisablehook = self._hide
        raise KeyboardInterrupt

    def _hide(self, unraisable: Any) -> None:
        if unraisable.exc_type is not KeyboardInterrupt:
            self._usual_hook(unraisable)
