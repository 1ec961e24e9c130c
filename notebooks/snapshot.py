"""A published snapshot, opened for reading.

A snapshot is a folder of Parquet tables and JSON files that never changes after
it was published. People in it are pseudonyms of this snapshot alone.
"""

import hashlib
import json
import os
import re
from datetime import date
from functools import cached_property
from pathlib import Path

import polars as pl

SEX = {1: "Male", 2: "Female", 9: "Indeterminate"}
ETHNIC_GROUPS = {"ABC": "White", "DEFG": "Mixed", "HJKL": "Asian or Asian British", "MNP": "Black or Black British", "RS": "Other ethnic groups", "Z": "Not stated"}
BANDS = ["Very high", "High", "Moderate", "Low"]
NOT_KNOWN = "Not known"
VALUE, UNKNOWN, UNSEEN = "value", "unknown", "not observable"  # states of a feature of a person

# What only a site with a fitted model publishes.
WITH_MODEL = {
    "reason": {"person": pl.Int64, "model": pl.String, "rank": pl.UInt8, "feature": pl.String, "contribution": pl.Float64, "text": pl.String},
    "test_row": {"person": pl.Int64, "model": pl.String, "index_date": pl.Date, "probability": pl.Float64, "label": pl.UInt8, "weight": pl.Float64},
}


class SnapshotError(Exception):
    """A snapshot that is not there or not whole; says what to do."""


class Snapshot:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.manifest = self.json("manifest.json")

    @classmethod
    def open(cls, folder=None):
        """Opens the folder given, or that of LEFTSHIFT_SNAPSHOT. A folder of
        snapshots stands for its current one."""
        folder = folder or os.environ.get("LEFTSHIFT_SNAPSHOT")
        if not folder:
            raise SnapshotError("no snapshot: set LEFTSHIFT_SNAPSHOT to the folder of a published snapshot, such as demo/data/snapshots")
        folder = Path(folder)
        pointer = folder / "CURRENT"
        if pointer.exists():
            folder = folder / pointer.read_text(encoding="utf-8").strip()
        if not (folder / "manifest.json").exists():
            raise SnapshotError(f"{folder} holds no published snapshot: it has no manifest.json")
        return cls(folder)

    def json(self, name):
        return json.loads((self.folder / name).read_text(encoding="utf-8"))

    def table(self, name, columns=None):
        """A table, or the columns named. One that a site without a fitted model
        does not publish is empty."""
        path = self.folder / f"{name}.parquet"
        if name in WITH_MODEL and f"{name}.parquet" not in self.manifest["files"]:
            return pl.DataFrame(schema=WITH_MODEL[name])
        return pl.read_parquet(path, columns=columns)

    def columns(self, name):
        return list(pl.read_parquet_schema(self.folder / f"{name}.parquet"))

    def damaged(self):
        """Files that are missing or are not what the manifest says."""
        return [name for name, is_to_be in sorted(self.manifest["files"].items()) if sha256(self.folder / name) != is_to_be["sha256"]]

    @cached_property
    def people(self):
        """One row a person: table resident with labels for tables and charts."""
        r = self.table("resident")
        known = pl.col("age").is_between(0, 130)
        decade = (pl.col("age") // 10 * 10).cast(pl.String) + " to " + (pl.col("age") // 10 * 10 + 9).cast(pl.String)
        ethnic = {letter: name for letters, name in ETHNIC_GROUPS.items() for letter in letters}
        return r.with_columns(
            age_band=pl.when(known & (pl.col("age") >= 90)).then(pl.lit("90 and over")).when(known).then(decade).otherwise(pl.lit(NOT_KNOWN)),
            sex_name=pl.col("sex").replace_strict(SEX, default=NOT_KNOWN, return_dtype=pl.String),
            ethnic_group=pl.col("ethnic_category").fill_null("").replace_strict(ethnic, default=NOT_KNOWN, return_dtype=pl.String),
            decile=pl.when(pl.col("imd_decile").is_between(1, 10)).then(pl.col("imd_decile").cast(pl.String)).otherwise(pl.lit(NOT_KNOWN)),
            core20=pl.when(pl.col("imd_decile").is_between(1, 2)).then(pl.lit("Core20")).when(pl.col("imd_decile").is_between(3, 10)).then(pl.lit("Everyone else")).otherwise(pl.lit(NOT_KNOWN)),
            conditions=pl.when(pl.col("long_term_conditions") < 0).then(pl.lit(NOT_KNOWN)).when(pl.col("long_term_conditions") >= 4).then(pl.lit("4 or more")).otherwise(pl.col("long_term_conditions").cast(pl.String)).fill_null(NOT_KNOWN),
            risk_band=band_name("band"),
            practice=named("practice"),
            team=named("team"),
        )

    @property
    def as_of(self):
        return date.fromisoformat(self.manifest["as_of"])

    @cached_property
    def evaluations(self):
        """Evaluation reports by model."""
        return {e["name"]: e for e in self.json("evaluation.json") or []}

    @cached_property
    def fitted(self):
        """Names of the models that give everyone a probability."""
        s = self.table("score").filter(pl.col("probability").is_not_null() & (pl.col("horizon_days") > 0))
        return s["model"].unique().sort().to_list()

    @cached_property
    def primary(self):
        """The model by which lists are ranked, or None: the one that reasons are
        given for."""
        named = self.table("reason")["model"].unique().sort().to_list()
        for name in [*named, "boost_365", *self.fitted]:
            if name in self.fitted:
                return name
        return None

    @cached_property
    def risks(self):
        """People with their probability by the primary model."""
        s = self.table("score").filter((pl.col("model") == (self.primary or "")) & pl.col("probability").is_not_null())
        return self.people.join(s.select("person", "probability"), on="person", how="inner")

    @cached_property
    def horizon(self):
        days = self.table("score").filter(pl.col("model") == (self.primary or ""))["horizon_days"].unique().to_list()
        return days[0] if days else 0

    @cached_property
    def features(self):
        return {f["id"]: f for f in self.json("feature_columns.json")}

    def title(self, feature):
        if feature == "other_recorded_factors":
            return "Other recorded factors"
        return self.features.get(feature, {}).get("title", feature)


def unseen_kinds():
    """The kinds of record that cannot be seen of each person of table feature: a list."""
    return pl.col("not_observable").fill_null("").str.extract_all(r"\S+")


def state_of(feature, observed):
    """The state of a feature of each person of table feature. observed are the
    kinds of record that it reads, of feature_columns.json (one that is derived
    of others names itself); a feature is not observable where none of them can
    be seen, and with no kinds never so.

    >>> t = pl.DataFrame({"x": [0.0, None, None, None], "not_observable": [None, None, "allergy", "allergy diagnosis problem"]})
    >>> t.select(state_of("x", ["diagnosis", "allergy"])).to_series().to_list()
    ['value', 'unknown', 'unknown', 'not observable']
    >>> t.select(state_of("x", [])).to_series().to_list()
    ['value', 'unknown', 'unknown', 'unknown']
    """
    hidden = pl.all_horizontal([unseen_kinds().list.contains(kind) for kind in observed]) if observed else pl.lit(False)
    return pl.when(pl.col(feature).is_not_null()).then(pl.lit(VALUE)).when(hidden).then(pl.lit(UNSEEN)).otherwise(pl.lit(UNKNOWN))


def sha256(path):
    """Of a file's bytes, in hex; None when there is no such file."""
    if not path.is_file():
        return None
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def named(column):
    c = pl.col(column).fill_null("")
    return pl.when(c == "").then(pl.lit(NOT_KNOWN)).otherwise(c).alias(column)


def band_name(column):
    """Bands in words, whichever way a band is spelt in the table."""
    c = pl.col(column).fill_null("").str.replace("_", " ")
    return pl.when(c == "").then(pl.lit("Not scored")).otherwise(c.str.slice(0, 1).str.to_uppercase() + c.str.slice(1))


def labels(frame, column, first=()):
    """Labels of a column: those of `first` in that order, others sorted (by the
    number they begin with, if any), those that are not known last."""
    found = set(frame[column].unique())
    others = sorted(found - set(first) - {NOT_KNOWN, "Not stated"}, key=lambda x: (int(re.match(r"\d*", x)[0] or -1), x))
    return list(first) + others + [x for x in ("Not stated", NOT_KNOWN) if x in found and x not in first]
