"""People ordered by risk: what lists of a given size hold, and how well a model
did on the rows of the evaluation.

Rows with the same probability have no order among themselves: where a list or a
tenth ends among them, it gets the share of them that it has room for.
"""

import numpy as np
import polars as pl

from disclosure import expected, percent, ratio, weighted


class Ranking:
    """Test rows of positive weight, or people with their expected events,
    highest probability first."""

    def __init__(self, probability, outcome, weight=None):
        p, y = np.asarray(probability, float), np.asarray(outcome, float)
        w = np.ones_like(p) if weight is None else np.asarray(weight, float)
        keep = w > 0
        p, y, w = p[keep], y[keep], w[keep]
        levels, at = np.unique(-p, return_inverse=True)
        self.cut = -levels  # falling
        self.w = np.bincount(at, w, len(levels))
        self.events = np.bincount(at, w * y, len(levels))
        self.expected = np.bincount(at, w * p, len(levels))
        self.rows = len(p)
        self._each = at, w, w * y

    def until(self, share):
        """Weight, events and expected events among the highest `share` of all weight."""
        return self._at(np.clip(share, 0, 1) * self.w.sum())

    def above(self, threshold):
        """The same among those with a probability of threshold or more."""
        k = self.cut >= threshold
        return self.w[k].sum(), self.events[k].sum(), self.expected[k].sum()

    def _at(self, weight):
        edges = np.concatenate([[0], np.cumsum(self.w)])
        return tuple(np.interp(weight, edges, np.concatenate([[0], np.cumsum(v)])) for v in (self.w, self.events, self.expected))

    def resampled(self, shares, replicates, seed):
        """What chance alone could have done: weight and events among the highest
        shares of all weight, in samples of as many rows drawn with replacement.
        Two arrays of one row for each replicate: weights, with all weight as the
        last column, and events, with all events as the last. The same seed gives
        the same numbers.

        >>> r = Ranking([0.9, 0.5, 0.5, 0.1], [1, 0, 1, 0])
        >>> w, e = r.resampled([0.5, 1], 200, seed=1)
        >>> w.shape, bool((w[:, -1] == 4).all()), bool((e[:, 0] <= e[:, -1]).all())
        ((200, 3), True, True)
        >>> bool((e == r.resampled([0.5, 1], 200, seed=1)[1]).all()), 1.8 < float(e[:, -1].mean()) < 2.2
        (True, True)
        """
        rng, (at, w, events) = np.random.default_rng(seed), self._each
        weights, caught = np.empty((replicates, len(shares) + 1)), np.empty((replicates, len(shares) + 1))
        for k in range(replicates):
            drawn = np.bincount(rng.integers(0, self.rows, self.rows), minlength=self.rows)
            lw = np.bincount(at, drawn * w, len(self.cut))
            le = np.bincount(at, drawn * events, len(self.cut))
            upto = np.concatenate([[0], np.cumsum(lw)])
            wanted = np.append(np.clip(shares, 0, 1), 1) * upto[-1]
            weights[k], caught[k] = wanted, np.interp(wanted, upto, np.concatenate([[0], np.cumsum(le)]))
        return weights, caught

    def tenths(self):
        """Weight, events, expected events of each tenth of the weight, lowest risk first."""
        ends = [self.until(1 - k / 10) for k in range(11)]
        return [tuple(a - b for a, b in zip(ends[k], ends[k + 1])) for k in range(10)]

    def auroc(self):
        """The chance that a row with the outcome ranks above one without; equal
        ones count half. NaN without one of either kind."""
        others = self.w - self.events
        if self.events.sum() == 0 or others.sum() == 0:
            return float("nan")
        below = others.sum() - np.cumsum(others) + others / 2
        return float((self.events * below).sum() / self.events.sum() / others.sum())

    def row(self, weight, events):
        """Cells and figures of a list: people, those with the event, sensitivity,
        positive predictive value, people for each event."""
        people, caught, every = weighted(weight), weighted(events), weighted(self.events.sum())
        return people, caught, percent(caught, every), percent(caught, people), ratio(people, caught)


def planned(people, every):
    """Of people with probabilities: the cell of their number, expected events,
    their share of all expected events, and the mean risk."""
    n = weighted(people.height)
    e = expected(n, people["probability"].mean() or 0)
    return n, e, percent(e, every), percent(e, n)


def of_model(rows, model):
    """The ranking of one model's test rows."""
    r = rows.filter((pl.col("model") == model) & (pl.col("weight") > 0))
    return Ranking(r["probability"], r["label"], r["weight"])
