"""Runs every notebook of this folder over a small synthetic site and checks what
comes out.

    python run.py BIN [--keep DIR]

BIN is the leftshift program. It makes a site in a temporary folder and runs two
nights of it, a month apart. Every notebook then runs over the snapshot of the
second night, and over copies of it as a site without a fitted model, and one
without people, would have published: there notebooks say what they leave out.
Some of their numbers are held against what `leftshift sql` says.
"""

import argparse
import base64
import csv
import doctest
import hashlib
import html.parser
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import matplotlib.image
import nbformat
import polars as pl
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True
import disclosure  # noqa: E402
import intervals  # noqa: E402
import movement  # noqa: E402
import ranking  # noqa: E402
import snapshot as published  # noqa: E402
import tables  # noqa: E402

FIRST, SECOND = "2026-08-31", "2026-09-30"  # the two nights


class TableText(html.parser.HTMLParser):
    """Rows of cell texts of one HTML table."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.open = [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.open = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.open = False

    def handle_data(self, data):
        if self.open:
            self.rows[-1][-1] += data


def nhs_number(digits):
    """Whether ten digits pass the Modulus 11 check of an NHS number."""
    check = 11 - sum(int(d) * w for d, w in zip(digits, range(10, 1, -1))) % 11
    return check % 11 == int(digits[9]) and check != 10


def identifiers(text, persons):
    """How many NHS numbers and person keys a text holds."""
    numbers = re.findall(r"(?<![\d.])(\d{3}[ -]?\d{3}[ -]?\d{4})(?!\d)", text)
    found = sum(nhs_number(re.sub(r"\D", "", n)) for n in numbers)
    keys = sum(int(n) in persons for n in re.findall(r"\d{9,19}", re.sub(r"(?<=\d),(?=\d{3})", "", text)))
    return found + keys + sum(int(n, 16) in persons for n in re.findall(r"\b[0-9a-f]{12,16}\b", text))


def bounds(cell):
    """The least and greatest count that a printed cell can stand for."""
    if cell == disclosure.STAR:
        return 1, disclosure.SMALL
    n = int(cell.replace(",", ""))
    return (0, 0) if n == 0 else (max(n - 2, disclosure.SMALL + 1), n + 2)


def printed(cells):
    return sum(0 if c == disclosure.STAR else int(c.replace(",", "")) for c in cells)


def check_table(rows, parts, people):
    """Faults of a table that divides people into cells: its totals are not the
    sums of its parts, or its parts cannot be of that many people."""
    body = [r for r in rows[1:] if r[0] != "Total"]
    foot = next((r for r in rows if r[0] == "Total"), None)
    cells = [c for r in body for c in r[1 : 1 + parts]]
    faults = []
    low, high = (sum(x) for x in zip(*map(bounds, cells)))
    if not low <= people <= high:
        faults.append("its cells cannot add up to the rows of the snapshot")
    whole = foot[1] if foot and parts == 1 else foot[1 + parts] if foot else None
    if whole is None or printed([whole]) != printed(cells):
        faults.append("its total is not the sum of its cells")
    if parts > 1 and any(printed([r[1 + parts]]) != printed(r[1 : 1 + parts]) for r in [*body, foot]):
        faults.append("the total of a row is not the sum of the row")
    if any(c != disclosure.STAR and int(c.replace(",", "")) % disclosure.ROUND_TO for c in cells):
        faults.append("a cell is not rounded")
    return faults


class Run:
    """Checks, counted as they are made."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, what, ok, why=""):
        self.passed, self.failed = self.passed + bool(ok), self.failed + (not ok)
        print(f"{'ok  ' if ok else 'FAIL'} {what}" + (f": {why}" if why and not ok else ""), flush=True)


def execute(path, snapshot, export):
    """The notebook after all its cells ran, or the error of the first that did not."""
    os.environ.update(LEFTSHIFT_SNAPSHOT=str(snapshot), LEFTSHIFT_EXPORT=str(export), PYTHONDONTWRITEBYTECODE="1")
    nb = nbformat.read(path, 4)
    NotebookClient(nb, timeout=900, resources={"metadata": {"path": str(HERE)}}).execute()
    return nb


def texts(nb):
    for cell in nb.cells:
        for out in cell.get("outputs", []):
            yield out.get("text", "")
            yield json.dumps(out.get("metadata", {}))
            for kind, data in out.get("data", {}).items():
                if not kind.startswith("image/"):
                    yield data if isinstance(data, str) else json.dumps(data)


def data_of(cell, kind):
    return [o for o in cell.get("outputs", []) if kind in o.get("data", {})]


def blank(png):
    pixels = matplotlib.image.imread(io.BytesIO(base64.b64decode(png)))
    return pixels.shape[0] < 50 or pixels.shape[1] < 50 or float(pixels[..., :3].std()) < 0.01


def check_whole(run, name, nb, snapshot, persons, export):
    """A run over a site that has everything: each tagged cell shows what it should."""
    divided = 0
    for k, cell in enumerate(c for c in nb.cells if c.cell_type == "code"):
        tags = cell.metadata.get("tags", [])
        if "figure" in tags:
            pngs = data_of(cell, "image/png")
            run.check(f"{name}, code cell {k + 1}: figure", pngs and not any(blank(o["data"]["image/png"]) for o in pngs), "there is none, or it is blank")
        if "table" in tags:
            tables = data_of(cell, "text/html")
            run.check(f"{name}, code cell {k + 1}: table", tables and all(len(TableText(o["data"]["text/html"]).rows) > 1 for o in tables), "there is none, or it is empty")
            for out in tables:
                about = out["metadata"]["leftshift"]
                if about["divides"]:
                    divided += 1
                    rows = pl.read_parquet(snapshot / f"{about['divides']}.parquet").height
                    faults = check_table(TableText(out["data"]["text/html"]).rows, about["parts"], rows)
                    run.check(f"{name}, {about['title']}: adds up to {about['divides']}", not faults, "; ".join(faults))
    run.check(f"{name}: tables held against the snapshot", divided > 0, "there is none")
    shown = {o["metadata"]["leftshift"]["title"] for c in nb.cells for o in data_of(c, "text/html") if "leftshift" in o.get("metadata", {})}
    run.check(f"{name}: a CSV file for every table", len(list(export.glob("*.csv"))) == len(shown), f"{len(list(export.glob('*.csv')))} files for {len(shown)} tables")
    held = sum(identifiers(f.read_text(encoding="utf-8"), persons) for f in export.glob("*.csv"))
    run.check(f"{name}: no identifier in the CSV files", held == 0, f"{held} found")
    run.check(f"{name}: nothing left out", not any("Left out" in t for t in texts(nb)), "a section says that it was left out")


class Site:
    """The synthetic site, by the program that made it."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def do(self, *words):
        """Runs a command of the program; whether it ended well."""
        return subprocess.run([self.program, *words], stdout=subprocess.DEVNULL).returncode == 0

    def make(self):
        config = ["--config", str(self.folder / "leftshift.toml")]
        return (self.do("synth", "--people", "3000", "--seed", "7", "--end", SECOND, "--out", str(self.folder))
                and self.do("train", *config) and self.do("run", *config, "--as-of", FIRST) and self.do("run", *config, "--as-of", SECOND))

    def snapshots(self):
        """Those of the two nights, the earlier first."""
        return sorted(p for p in (self.folder / "data/snapshots").glob("2*") if p.is_dir())

    def sql(self, query):
        """Rows of an answer about the current snapshot: dictionaries of text."""
        got = subprocess.run([self.program, "sql", "-q", "--format", "csv", "--config", str(self.folder / "leftshift.toml"), query], capture_output=True, text=True, check=True)
        return list(csv.DictReader(io.StringIO(got.stdout)))


def exported(export, title):
    """Rows of a table that a notebook wrote, the head left out."""
    with open(export / tables.file_name(title), newline="", encoding="utf-8") as f:
        return list(csv.reader(f))[1:]


def check_capacity(run, site, export):
    """The lists of the notebook are the highest risks of each team, counted by SQL."""
    for row in exported(export, "What capacity buys")[1:]:
        n = int(row[0].split()[0])
        got = site.sql(f"""SELECT count(*) AS people, sum(probability) AS events FROM (SELECT s.probability, row_number() OVER (PARTITION BY r.team ORDER BY s.probability DESC, s.person) AS place
            FROM score s JOIN resident r USING (person) WHERE s.model = 'boost_365' AND r.team <> '' AND r.care_home = 0) WHERE place <= {n}""")[0]
        people, events = int(got["people"]), float(got["events"])
        cell = disclosure.count(people)
        run.check(f"capacity of {n}: people and expected admissions are those of SQL", row[1:3] == [str(cell), str(disclosure.expected(cell, events / people))], f"{row[1:3]}")
    shares = [float(row[5].rstrip("%")) for row in exported(export, "What capacity buys")[1:] if row[5] != disclosure.STAR]
    run.check("capacity: more places hold more of the expected admissions", len(shares) > 2 and shares == sorted(shares), f"{shares}")


def check_changes(run, site, export):
    """Joiners, stayers and the people of each band are those of SQL."""
    lists = {(x["list"], x["status"]): int(x["n"]) for x in site.sql("SELECT list, status, count(*) AS n FROM risk_list WHERE rank > 0 GROUP BY ALL")}
    rows = [r for r in exported(export, "Lists: who stayed, joined and left") if r[0] != "Total"]
    run.check("changes: stayers and joiners of each team are those of SQL", rows and all(r[1:3] == [str(disclosure.count(lists.get((r[0], s), 0))) for s in ("stayer", "joiner")] for r in rows))
    now = exported(export, "The two snapshots")
    run.check("changes: with one model and one set of lists, data and time are all of it", {r[0]: r[3] for r in now}["Data and time"] == "all of it" and {r[0]: r[3] for r in now}["Model"] == "none")
    facts = {r[0]: [int(x.replace(",", "")) for x in r[1:4]] for r in exported(export, "Facts known, by source")}
    run.check("changes: every source brought facts, and they add up", facts and all(a + more == b and more > 0 for a, b, more in facts.values()), f"{facts}")


def check_fairness(run, site, export):
    """The length of the list and the people of each practice are those of SQL."""
    got = site.sql("SELECT (SELECT count(DISTINCT person) FROM risk_list WHERE rank > 0) AS listed, (SELECT count(*) FROM resident) AS people")[0]
    title = f"Errors: As long as today's lists ({100 * int(got['listed']) / int(got['people']):.1f} % of people)"
    rows = exported(export, title) if (export / tables.file_name(title)).exists() else []
    run.check("fairness: the list is as long as SQL says", len(rows) > 10)
    for row in rows:
        hidden = disclosure.STAR in row[1:3], disclosure.STAR in row[3:5]
        if any(h and rate != disclosure.STAR for h, rate in zip(hidden, row[5:7])):
            run.check(f"fairness, {row[0]}: a rate with a hidden part is hidden", False, f"{row}")
    practices = {x["practice"]: int(x["n"]) for x in site.sql("SELECT practice, count(*) AS n FROM resident GROUP BY practice")}
    held = {r[0]: r[1:3] for r in exported(export, "People of today who were in the test") if r[0] != "Total"}
    run.check("fairness: every practice has its people", set(held) == set(practices) and all(sum(bounds(c)[0] for c in cells) <= practices[p] <= sum(bounds(c)[1] for c in cells) for p, cells in held.items()))


CHECKS = {"capacity": check_capacity, "what_changed": check_changes, "fair_and_calibrated": check_fairness}


def check_answer(run, name, nb):
    """A notebook that asks a question answers it in two sentences with numbers,
    before any picture."""
    outs = [(k, o) for k, c in enumerate(nb.cells) for o in c.get("outputs", []) if "answer" in o.get("metadata", {}).get("leftshift", {})]
    first = min((k for k, c in enumerate(nb.cells) if data_of(c, "image/png")), default=len(nb.cells))
    ok = len(outs) == 1 and outs[0][0] < first and outs[0][1]["metadata"]["leftshift"]["answer"] == 2 and len(re.findall(r"\d", outs[0][1]["data"]["text/plain"])) > 5
    run.check(f"{name}: an answer of two sentences before the pictures", ok and "nan" not in outs[0][1]["data"]["text/plain"])


def check_exact(run, name, nb, site):
    """No exact count of people of the site, a practice or a band is in an output."""
    counts = {int(x["n"]) for x in site.sql("SELECT count(*) AS n FROM resident UNION SELECT count(*) FROM resident GROUP BY practice UNION SELECT count(*) FROM resident GROUP BY band UNION SELECT count(*) FROM resident GROUP BY sex")}
    exact = {n for n in counts if n > 100 and n % disclosure.ROUND_TO}
    shown = {int(n.replace(",", "")) for t in texts(nb) for n in re.findall(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])|(?<![\d.,])\d{3,6}(?![\d.,])", re.sub(r"<[^>]*>", " ", t))}
    run.check(f"{name}: no exact count of people", exact and not exact & shown, f"{exact & shown or 'there is none to look for'}")


def lesser_copy(snapshot, to, people):
    """The snapshot as a site without a fitted model, or without people too, would
    have published it."""
    shutil.copytree(snapshot, to)
    for name in ("reason", "test_row", "reason_clinician"):
        (to / f"{name}.parquet").unlink(missing_ok=True)

    def rewrite(name, change):
        change(pl.read_parquet(to / f"{name}.parquet")).write_parquet(to / f"{name}.parquet")

    rewrite("score", lambda t: t.filter(pl.col("probability").is_null()) if people else t.clear())
    rewrite("risk_list", pl.DataFrame.clear)
    rewrite("resident", lambda t: t.with_columns(band=pl.lit("")) if people else t.clear())
    if not people:
        rewrite("feature", pl.DataFrame.clear)
    (to / "evaluation.json").write_text("[]", encoding="utf-8")
    manifest = json.loads((to / "manifest.json").read_text(encoding="utf-8"))
    manifest["bundle"] = ""
    manifest["files"] = {
        name: {"bytes": (to / name).stat().st_size, "sha256": hashlib.sha256((to / name).read_bytes()).hexdigest()} for name in manifest["files"] if (to / name).is_file()
    }
    (to / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return to


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("bin", help="the leftshift program")
    args.add_argument("--keep", help="folder for the executed notebooks and their CSV files")
    args = args.parse_args()
    run = Run()
    for module in (disclosure, published, intervals, movement, ranking, tables):
        tried = doctest.testmod(module)
        run.check(f"{module.__name__}.py: {tried.attempted} examples", tried.attempted and not tried.failed)
    run.check("an NHS number and a person key are found in a text", identifiers("943 476 5919, 9434765919, 9434765918, 123456789012345678", {123456789012345678}) == 3)
    with tempfile.TemporaryDirectory(prefix="leftshift-notebooks-") as folder:
        folder = Path(folder)
        site = Site(args.bin, folder / "demo")
        made = site.make()
        run.check("a site and two nights of it", made and len(site.snapshots()) == 2)
        if made and len(site.snapshots()) == 2:
            first, snapshot = site.snapshots()
            os.environ["LEFTSHIFT_BEFORE"] = str(first)
            persons = {p for s in (first, snapshot) for t in ("feature", "resident", "test_row") for p in pl.read_parquet(s / f"{t}.parquet", columns=["person"])["person"]}
            sites = {"whole site": snapshot, "site without a model": lesser_copy(snapshot, folder / "modelless", True), "site without people": lesser_copy(snapshot, folder / "empty", False)}
            for path in sorted(HERE.glob("*.ipynb")):
                committed = nbformat.read(path, 4)
                run.check(f"{path.name}: committed without outputs", not any(c.get("outputs") or c.get("execution_count") for c in committed.cells))
                for where, copy in sites.items():
                    name = f"{path.name}, {where}"
                    out = Path(args.keep or folder / "out").resolve() / where.replace(" ", "-")
                    export = out / path.stem
                    export.mkdir(parents=True, exist_ok=True)
                    try:
                        nb = execute(path, copy, export)
                    except Exception:
                        run.check(f"{name}: runs", False, traceback.format_exc(limit=1))
                        continue
                    run.check(f"{name}: runs", True)
                    if args.keep:
                        nbformat.write(nb, out / path.name)
                    held = sum(identifiers(t, persons) for t in texts(nb))
                    run.check(f"{name}: no identifier in an output", held == 0, f"{held} found")
                    warned = [o for c in nb.cells for o in c.get("outputs", []) if o.get("name") == "stderr"]
                    run.check(f"{name}: no warning", not warned, "".join(o["text"] for o in warned[:1]))
                    if copy == snapshot:
                        check_whole(run, name, nb, snapshot, persons, export)
                        if path.stem in CHECKS:
                            check_answer(run, name, nb)
                            check_exact(run, name, nb, site)
                            CHECKS[path.stem](run, site, export)
                    else:
                        run.check(f"{name}: says what it leaves out", any("Left out" in t for t in texts(nb)))
    print(f"{run.passed} passed, {run.failed} failed")
    return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(main())
