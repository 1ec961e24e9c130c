"""Tables as an analyst reads them, made only of what passed disclosure control."""

import csv
import html
import os
import re
from pathlib import Path

from IPython.display import display

import disclosure
from disclosure import count, percent, total

NOT_KNOWN = "Not known"


def group_counts(frame, by, labels):
    """Cells by label, in the order of labels. Every row of frame must have one
    of the labels: a table that loses people is an error, not a smaller table."""
    got = dict(frame.group_by(by).len().iter_rows())
    lost = set(got) - set(labels)
    if lost:
        raise ValueError(f"{by} has {len(lost)} labels that the table has no row for; add them, so that nobody is left out")
    return [count(got.get(label, 0)) for label in labels]


def cross_counts(frame, row, rows, column, columns):
    """Cells by row label and column label; everybody is in exactly one."""
    got = {(a, b): n for a, b, n in frame.group_by(row, column).len().iter_rows()}
    lost = [k for k in got if k[0] not in rows or k[1] not in columns]
    if lost:
        raise ValueError(f"{len(lost)} pairs of {row} and {column} have no place in the table; add their labels, so that nobody is left out")
    return [[count(got.get((a, b), 0)) for b in columns] for a in rows]


def with_total(labels, cells, name="People"):
    """Head and rows of a one-way table: label, cell, percentage of the total."""
    whole = total(cells)
    rows = [[label, c, percent(c, whole)] for label, c in zip(labels, cells)]
    return ["", name, f"% of {name.lower()}"], rows + [["Total", whole, percent(whole, whole)]]


def with_totals(corner, rows, columns, cells):
    """Head and rows of a two-way table with totals of the cells as shown."""
    out = [[label, *line, total(line)] for label, line in zip(rows, cells)]
    foot = ["Total", *(total(column) for column in zip(*cells)), total(c for line in cells for c in line)]
    return [corner, *columns, "Total"], out + [foot]


def answer(*sentences):
    """Displays the answer to the question of a notebook, in its sentences. Numbers
    in them are texts of cells and figures, or of things."""
    words = " ".join(sentences)
    display({"text/markdown": f"> {words}", "text/plain": words}, raw=True, metadata={"leftshift": {"answer": len(sentences)}})


def listed(words, most=4):
    """Words as a sentence lists them.

    >>> listed(["a"]), listed(["a", "b", "c"]), listed("abcdefg", 3), listed([])
    ('a', 'a, b and c', 'a, b, c and 4 others', 'none')
    """
    words = list(words)
    if len(words) > most + 1:
        words = [*words[:most], f"{len(words) - most} others"]
    return " and ".join(x for x in (", ".join(words[:-1]), words[-1]) if x) if words else "none"


def file_name(title):
    """Of the CSV file of a table.

    >>> file_name("Risk, by age (years)")
    'risk-by-age-years.csv'
    """
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") + ".csv"


def show(title, head, rows, note="", divides="", parts=0):
    """Displays a table, and writes it as CSV to the folder named by
    LEFTSHIFT_EXPORT, if any. A last row that starts with "Total" is set apart.

    divides names the published table whose every row is one person in one cell
    of the first `parts` columns of counts: the tests hold the cells against it.
    """
    lines = [[disclosure.text_of(item) for item in row] for row in rows]
    whole = sum(t in ("0.0%", "100.0%") for line in lines if line[0] != "Total" for t in line[1:])
    if whole:
        note = f"{note} Review before it leaves your team: cells of 0 or 100 %: {whole}.".strip()
    if any(len(line) != len(head) for line in lines):
        raise ValueError(f"table {title!r} has rows that do not fit its head")
    out = [f'<table class="leftshift"><caption style="caption-side:top;text-align:left;font-weight:bold">{html.escape(title)}</caption><thead><tr>']
    for j, h in enumerate(head):
        out.append(f'<th scope="col" style="text-align:{"right" if j else "left"};vertical-align:bottom;max-width:9em;white-space:normal">{html.escape(h)}</th>')
    out.append("</tr></thead><tbody>")
    for line in lines:
        last = ";border-top:1px solid;font-weight:bold" if line[0] == "Total" else ""
        out.append(f'<tr><th scope="row" style="text-align:left;font-weight:normal{last}">{html.escape(line[0])}</th>')
        out += [f'<td style="text-align:right{last}">{html.escape(t)}</td>' for t in line[1:]]
        out.append("</tr>")
    out.append("</tbody></table>")
    if note:
        out.append(f'<p style="font-size:smaller;max-width:50em">{html.escape(note)}</p>')
    plain = "\n".join(" | ".join(line) for line in [[title], head, *lines])
    meta = {"leftshift": {"title": title, "divides": divides, "parts": parts}}
    display({"text/html": "".join(out), "text/plain": plain}, raw=True, metadata=meta)
    if folder := os.environ.get("LEFTSHIFT_EXPORT"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        with open(Path(folder) / file_name(title), "w", newline="", encoding="utf-8") as f:
            csv.writer(f).writerows([head, *lines])
