"""A published snapshot, opened for reading.

A snapshot is a folder of Parquet tables and JSON files that never changes after
it was published. People in it are pseudonyms of this snapshot alone.
"""

import json
import os
import re
from functools import cached_property
from pathlib import Path

import polars as pl

SEX = {1: "Male", 2: "Female", 9: "Indeterminate"}
ETHNIC_GROUPS = {"ABC": "White", "DEFG": "Mixed", "HJKL": "Asian or Asian British", "MNP": "Black or Black British", "RS": "Other ethnic groups", "Z": "Not stated"}
BANDS = ["Very high", "High", "Moderate", "Low"]
NOT_KNOWN = "Not known"


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
        return pl.read_parquet(self.folder / f"{name}.parquet", columns=columns)

    def columns(self, name):
        return list(pl.read_parquet_schema(self.folder / f"{name}.parquet"))

    def damaged(self):
        """Files that are missing or have not the length that the manifest lists."""
        paths = [(self.folder / f["path"], f["bytes"]) for f in self.manifest["files"]]
        return [p.name for p, size in paths if not p.is_file() or p.stat().st_size != size]

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

    @cached_property
    def as_of(self):
        days = self.people["as_of"].drop_nulls().unique().to_list() or self.table("feature", ["as_of"])["as_of"].drop_nulls().unique().to_list()
        return days[0] if days else None

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
        return {f["id"]: f for f in self.json("feature_reference.json")}

    def title(self, feature):
        if feature == "other_recorded_factors":
            return "Other recorded factors"
        return self.features.get(feature, {}).get("title", feature)


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
