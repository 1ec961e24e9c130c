"""Runs every notebook of this folder over a small synthetic site and checks what
comes out.

    python run.py BIN [--keep DIR]

BIN is the leftshift program. It makes the site in a temporary folder. Every
notebook then runs over the snapshot that the site published, and over copies of
it as a site without a fitted model, and one without people, would have
published: there notebooks say what they leave out.
"""

import argparse
import base64
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
import snapshot as published  # noqa: E402


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
    for module in (disclosure, published):
        tried = doctest.testmod(module)
        run.check(f"{module.__name__}.py: {tried.attempted} examples", tried.attempted and not tried.failed)
    run.check("an NHS number and a person key are found in a text", identifiers("943 476 5919, 9434765919, 9434765918, 123456789012345678", {123456789012345678}) == 3)
    with tempfile.TemporaryDirectory(prefix="leftshift-notebooks-") as folder:
        folder = Path(folder)
        made = subprocess.run([args.bin, "demo", "--people", "3000", "--seed", "7", "--serve=false", "--out", str(folder / "demo")])
        run.check("demo", made.returncode == 0, f"it ended with {made.returncode}")
        pointer = folder / "demo/data/snapshots/CURRENT"
        if made.returncode == 0 and pointer.exists():
            snapshot = pointer.parent / pointer.read_text(encoding="utf-8").strip()
            persons = set(pl.read_parquet(snapshot / "feature.parquet", columns=["person"])["person"]) | set(pl.read_parquet(snapshot / "resident.parquet")["person"])
            sites = {"whole site": snapshot, "site without a model": lesser_copy(snapshot, folder / "modelless", True), "site without people": lesser_copy(snapshot, folder / "empty", False)}
            for path in sorted(HERE.glob("*.ipynb")):
                committed = nbformat.read(path, 4)
                run.check(f"{path.name}: committed without outputs", not any(c.get("outputs") or c.get("execution_count") for c in committed.cells))
                for where, site in sites.items():
                    name = f"{path.name}, {where}"
                    out = Path(args.keep or folder / "out").resolve() / where.replace(" ", "-")
                    export = out / path.stem
                    export.mkdir(parents=True, exist_ok=True)
                    try:
                        nb = execute(path, site, export)
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
                    if site == snapshot:
                        check_whole(run, name, nb, snapshot, persons, export)
                    else:
                        run.check(f"{name}: says what it leaves out", any("Left out" in t for t in texts(nb)))
        else:
            run.check("the demo published a snapshot", False, "there is no data/snapshots/CURRENT")
    print(f"{run.passed} passed, {run.failed} failed")
    return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(main())
