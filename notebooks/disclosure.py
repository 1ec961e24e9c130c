"""The one door through which counts of people leave a notebook.

A count of people passes `count` once and becomes a Cell: 0 stays 0, 1 to 7
becomes "*", any other is rounded to the nearest 5. Totals are sums of cells as
shown, and percentages come from cells as shown, so no total or percentage can
say more than the cells beside it. Tables and charts take cells, never counts.

The rule is that of NHS England for sub-national hospital data and the same as
that of the package engine/disclosure. It does not hide a change of one person
between two runs of the same table, and counts of things that are not people
(practices, lists, files) need no control: see `things`.

>>> [str(count(n)) for n in (0, 1, 7, 8, 12, 13, 1234)]
['0', '*', '*', '10', '10', '15', '1,235']
>>> str(total([count(3), count(8), count(13)]))
'25'
>>> str(total([count(3), count(0)])), str(total([])), str(total([count(0), count(0)]))
('*', '0', '0')
>>> str(expected(count(51), 0.5)), str(expected(count(3), 0.5)), str(total([expected(count(10), 0.1), expected(count(3), 0.5)]))
('25', '*', '1.0')
>>> str(percent(count(21), count(99))), str(percent(count(3), count(99))), str(percent(count(0), count(0)))
('20.0%', '*', '–')
>>> str(measure(0.1234, people=8)), str(measure(0.1234, people=7)), str(measure(float("nan"), people=50))
('0.123', '*', '–')
>>> str(weighted(0.2)), str(weighted(7.4)), str(weighted(7.6)), str(weighted(0))
('*', '*', '10', '0')
>>> count(-1)
Traceback (most recent call last):
ValueError: a count of people is 0 or more
>>> count(2.5)
Traceback (most recent call last):
TypeError: a count of people is a whole number; use weighted for a sum of weights
"""

import math
from dataclasses import dataclass
from numbers import Integral

SMALL, ROUND_TO = 7, 5
STAR, NONE = "*", "–"


@dataclass(frozen=True)
class Cell:
    """What may be shown of a count of people. There is no way back to the count."""

    value: int | None  # rounded; None when hidden

    def __str__(self):
        return STAR if self.value is None else f"{self.value:,}"

    @property
    def height(self):
        """Of the bar in a chart: 0 where the cell is hidden (charts write a star)."""
        return self.value or 0

    @property
    def hidden(self):
        return self.value is None


@dataclass(frozen=True)
class Figure:
    """A number that is no count, as it may be shown: None when it is hidden,
    NaN when it has no meaning here."""

    value: float | None
    text: str

    def __str__(self):
        return self.text

    @property
    def height(self):
        return math.nan if self.value is None else self.value

    @property
    def hidden(self):
        return self.value is None


def count(n):
    """What may be shown of n people."""
    if isinstance(n, bool) or not isinstance(n, Integral):
        raise TypeError("a count of people is a whole number; use weighted for a sum of weights")
    if n < 0:
        raise ValueError("a count of people is 0 or more")
    if 0 < n <= SMALL:
        return Cell(None)
    return Cell(int((n + ROUND_TO // 2) // ROUND_TO * ROUND_TO))


def weighted(w):
    """What may be shown of a sum of weights: as the nearest whole number, which
    is never 0 when w is above 0."""
    if not (w >= 0) or math.isinf(w):
        raise ValueError("a weighted count is a finite number of 0 or more")
    return count(max(round(w), 1) if w > 0 else 0)


def expected(people, mean):
    """Events to be expected among people (a cell), who have this mean risk. It is
    made of the cell, so that it says no more than the cell and the mean do."""
    if people.hidden or people.value == 0:
        return people
    return _events(people.value * mean)


def _events(value):
    return Figure(value, f"{value:,.{0 if value >= 10 else 1}f}")


def total(parts):
    """The sum of the parts as shown; hidden when it is 0 and a part is hidden."""
    parts = list(parts)
    shown = sum(p.value or 0 for p in parts)
    if any(isinstance(p, Figure) for p in parts):
        return _events(shown)
    return Cell(None if shown == 0 and any(p.hidden for p in parts) else shown)


def ratio(part, whole):
    """Part over whole, both as shown."""
    if part.hidden or whole.hidden:
        return Figure(None, STAR)
    if whole.value == 0:
        return Figure(math.nan, NONE)
    return Figure(part.value / whole.value, f"{part.value / whole.value:.2f}")


def percent(part, whole, digits=1):
    """100 times part over whole, both as shown."""
    r = ratio(part, whole)
    if r.hidden or math.isnan(r.value):
        return r
    return Figure(100 * r.value, f"{100 * r.value:.{digits}f}%")


def measure(value, people, digits=3, unit=""):
    """A mean, a rate or a statistic over people; hidden over 1 to 7 of them."""
    if 0 < people <= SMALL:
        return Figure(None, STAR)
    if people == 0 or value is None or math.isnan(value):
        return Figure(math.nan, NONE)
    return Figure(value, f"{value:,.{digits}f}{unit}")


def things(n):
    """A count of what is not people: rows of a reference, practices, lists."""
    return Figure(n, f"{n:,}")


def text_of(item):
    """The text of a table cell. Refuses a bare number: it has not passed the rule."""
    if isinstance(item, (Cell, Figure, str)):
        return str(item)
    raise TypeError(f"a {type(item).__name__} has not passed disclosure control; give a Cell, a Figure or text")
