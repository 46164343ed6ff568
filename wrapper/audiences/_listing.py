"""How far a list has been read, page by page, in constant memory."""

from ._operation import Mark, Page

_PATIENCE = 10
"""Pages in a row that may bring nothing new."""


class Listing:
    """A list that is being read. A provider whose pages do not come to an end is noticed, whatever marks it gives."""

    def __init__(self) -> None:
        self.place: Mark = None
        self.is_over = False
        self.problem = ""
        """What keeps the list from being read on, after the page that was read last."""
        self._anchor: Mark = None
        self._steps, self._power = 0, 1
        self._idle = 0
        self._last: object = None

    def turn(self, page: Page) -> None:
        """Go on after a page."""
        mark, items = page.next, [record.raw for record in page.records]
        self.is_over = mark is None
        goes_back = isinstance(mark, int) and mark <= int(self.place or 0)
        # After Brent: a mark that is kept for twice as many pages each time is met again on any way round.
        if not self.is_over and (goes_back or mark in (self.place, self._anchor)):
            self.problem = "it names a page as the next one that was read before"
        self._steps += 1
        if self._steps == self._power:
            self._anchor, self._steps, self._power = mark, 0, 2 * self._power
        self._idle = self._idle + 1 if not items or items == self._last else 0
        if not self.is_over and self._idle >= _PATIENCE:
            self.problem = f"{_PATIENCE} pages in a row brought nothing new, and yet it names a next one"
        self.place, self._last = mark, items
