"""What stood between two snapshots, as far as their manifests tell."""

# What a manifest says a score came of, and how that is called.
CAUSES = {
    "as_of": "data and time",
    "bundle": "model",
    "catalogue": "definitions of features",
    "codelists": "code lists",
    "config": "settings of the site",
}


class NotComparable(Exception):
    """Two snapshots that may not be held against each other; says why."""


def causes(before, now):
    """What differs between two manifests, in words; in none of them may a score
    differ without one of these.

    >>> a = {"site": "x", "purpose": "p", "as_of": "2026-08-31", "bundle": "1", "catalogue": "2", "codelists": "3", "config": "4"}
    >>> causes(a, {**a, "as_of": "2026-09-30"})
    ['data and time']
    >>> causes(a, {**a, "as_of": "2026-09-30", "bundle": "9"})
    ['data and time', 'model']
    >>> causes(a, a)
    []
    >>> causes(a, {**a, "purpose": "q"})
    Traceback (most recent call last):
    movement.NotComparable: the snapshots serve two purposes, whose people may not be joined
    """
    if before["purpose"] != now["purpose"] or before["site"] != now["site"]:
        raise NotComparable("the snapshots serve two purposes, whose people may not be joined" if before["purpose"] != now["purpose"] else "the snapshots are of two sites")
    return [words for key, words in CAUSES.items() if before[key] != now[key]]


def part(cause, found):
    """What can be said of the part of one cause in what moved, when these were found.

    >>> part("model", ["data and time"]), part("data and time", ["data and time"])
    ('none', 'all of it')
    >>> part("model", ["data and time", "model"])
    'not known: together with data and time'
    """
    if cause not in found:
        return "none"
    others = [c for c in found if c != cause]
    return "not known: together with " + " and ".join(others) if others else "all of it"


def redefined(before, now):
    """Features of both (feature_columns.json by id) whose definition differs, and
    those that only one of them has.

    >>> f = lambda **d: {k: {"definition_hash": v} for k, v in d.items()}
    >>> redefined(f(a="1", b="2", c="3"), f(a="1", b="9", d="4"))
    (['b'], ['c', 'd'])
    """
    both = sorted(set(before) & set(now))
    return [f for f in both if before[f]["definition_hash"] != now[f]["definition_hash"]], sorted(set(before) ^ set(now))
