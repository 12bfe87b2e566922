"""Where something stands now that stood at a place of an earlier text.

A document that cannot be parsed for a moment is shown with the findings of its last good text,
and what editors ask for may be answered from a moment ago.
"""


class Drift:
    """What became of the lines of an earlier text. Lines count from 1, as in findings."""

    def __init__(self, earlier: str, now: str) -> None:
        self._same = earlier == now
        if self._same:
            return
        before, after = earlier.split("\n"), now.split("\n")
        most = min(len(before), len(after))
        head = 0
        while head < most and before[head] == after[head]:
            head += 1
        tail = 0
        while tail < most - head and before[-1 - tail] == after[-1 - tail]:
            tail += 1
        self._head = head
        self._tail_from = len(before) - tail
        self._shift = len(after) - len(before)

    def line(self, number: int) -> int | None:
        """Where a line is now; None if it lies in what was changed."""
        if self._same or number <= self._head:
            return number
        return number + self._shift if number > self._tail_from else None

    def near(self, number: int) -> int:
        """Where a line is now, or about where it was."""
        found = self.line(number)
        if found is not None:
            return found
        return max(1, min(number, self._tail_from + self._shift))
