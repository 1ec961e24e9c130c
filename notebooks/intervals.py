"""Intervals and joined tenths, made of counts as they may be shown.

>>> low, high = wilson(count(20), count(100))
>>> f"{low:.1f} {high:.1f}"
'13.3 28.9'
>>> wilson(count(3), count(100)) is None, wilson(count(0), count(0)) is None
(True, True)
>>> low, high = byar(count(100))
>>> f"{low:.1f} {high:.1f}"
'81.4 121.6'
>>> byar(count(7)) is None, [f"{x:.1f}" for x in byar(count(0))]
(True, ['0.0', '3.7'])
>>> joined_up([(10, 3, 1)] * 10)[0]
[1, 4, 40, 12, 4]
"""

from disclosure import count, weighted


def wilson(part, whole, z=1.96):
    """95 % interval of a proportion of two cells, in per cent; None where one is
    hidden or there is nobody. (Wilson 1927, J Am Stat Assoc 22:209.)"""
    if part.hidden or whole.hidden or not whole.value:
        return None
    p, n = min(1, part.value / whole.value), whole.value
    mid, half = (p + z * z / (2 * n)) / (1 + z * z / n), z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    return max(0, 100 * (mid - half)), min(100, 100 * (mid + half))


def byar(events, z=1.96):
    """95 % interval of a count of events that come by chance, from its cell; None
    where it is hidden. (Byar's approximation, Breslow and Day 1987, page 69; of no
    events the exact upper limit.)"""
    if events.hidden:
        return None
    n = events.value
    low = n * (1 - 1 / (9 * n) - z / (3 * n**0.5)) ** 3 if n else 0.0
    m = n + 1
    return low, m * (1 - 1 / (9 * m) + z / (3 * m**0.5)) ** 3 if n else 3.689


def joined_up(tenths):
    """Tenths of (weight, events, expected) from the highest risk down, each joined
    with the next lower ones until its events may be shown; [first, last, weight,
    events, expected], lowest risk first."""
    out, last, sums = [], 10, [0, 0, 0]
    for k in range(10, 0, -1):
        sums = [a + b for a, b in zip(sums, tenths[k - 1])]
        if not weighted(sums[1]).hidden and sums[1] > 0:
            out.append([k, last, *sums])
            last, sums = k - 1, [0, 0, 0]
    if last and out:
        out[-1] = [1, out[-1][1], *(a + b for a, b in zip(out[-1][2:], sums))]
    return out[::-1] or [[1, 10, *sums]]
