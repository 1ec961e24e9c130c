"""The features of rules.json by Polars, as a peer of the kernel.

    python polars_features.py FORM LAKE PEERS AS_OF THREADS [CHECK]

FORM is one_pass (a filtered aggregate a feature, grouped by person), long
(grouped by person and family, sums over windows), or either with _buckets
(bucket after bucket instead of all files at once). Prints one line of JSON:
wall and processor seconds of the work, peak memory, rows of the result. With a
folder CHECK the results are written there as Parquet.
"""

import json
import os
import resource
import sys
import time
from datetime import date
from pathlib import Path

FORM, LAKE, PEERS, AS_OF, THREADS = sys.argv[1:6]
CHECK = Path(sys.argv[6]) if len(sys.argv) > 6 else None
os.environ["POLARS_MAX_THREADS"] = THREADS  # before the import, which reads it

import polars as pl  # noqa: E402

DAY = date.fromisoformat(AS_OF)
DAYS = (DAY - date(1970, 1, 1)).days
PER_MASK, LARGEST, YEAR = 62, 1 << 20, 365
RULES = json.loads((Path(PEERS) / "rules.json").read_text())
col = pl.col


def known(frame):
    return frame.filter((col("known_from") <= DAY) & (col("known_to").is_null() | (col("known_to") > DAY)))


def age(name, out):
    return (DAYS - col(name).cast(pl.Int32)).alias(out)


def events(files):
    columns = ["person", "day", "last_day", "kind", "code", "value", "status", "mode", "position", "known_from", "known_to"]
    frame = known(pl.scan_parquet(files).select(columns)).filter(col("last_day") <= DAY)
    return frame.select(
        "person", age("day", "age"), age("last_day", "last_age"), col("kind"), "code", "value", "status", "mode",
        pl.min_horizontal("position", pl.lit(2, pl.UInt8)).alias("position"),
    )  # fmt: skip


def spells(files):
    columns = ["person", "kind", "start_day", "specialty", "cis_first", "attended", "known_from", "known_to"]
    frame = known(pl.scan_parquet(files).select(columns)).filter(col("start_day") <= DAY)
    return frame.select(
        "person", age("start_day", "age"), age("start_day", "last_age"), "kind", col("specialty").alias("code"), "cis_first", "attended"
    )


def table(name):
    """A map of codes, its kinds as narrow as the lake's."""
    return pl.scan_parquet(Path(PEERS) / name).with_columns(col("kind").cast(pl.UInt8))


def condition(r):
    """The filter of a rule over rows that the map of codes has joined."""
    parts = []
    if r["source"] == "event":
        parts.append((col(f"m{r['family'] // PER_MASK}") & (1 << (r["family"] % PER_MASK))) != 0)
        if r["modes"]:
            parts.append(col("mode").is_in(r["modes"]))
        if r["positions"]:
            parts.append(col("position").is_in(r["positions"]))
        if r["valued"]:
            parts.append(col("value").is_between(r["from"], r["to"]))
        if r["gap"]:
            parts.append(col("last_age") >= r["gap"])
    else:
        parts.append(col("kind").is_in(r["kinds"]))
        if r["attended"]:
            parts.append(col("attended").is_in(r["attended"]))
        if r["first"]:
            parts.append(col("cis_first") == 1)
        if r["specialties"]:
            parts.append(col("code").is_in(r["specialties"]))
    if r["days"]:
        parts.append(col("age") < r["days"])
    out = parts[0]
    for p in parts[1:]:
        out = out & p
    return out


def distinct(e):
    return e.drop_nulls().n_unique()


def slope(v, u):
    """Change of v a day of falling age u, both null where a row is not read."""
    v, u = v.cast(pl.Float64), u.cast(pl.Float64)
    n, su, sv, suu, suv = u.count(), u.sum(), v.sum(), (u * u).sum(), (u * v).sum()
    return (su * sv - n * suv) / (n * suu - su * su)


def aggregate(r):
    c = condition(r)

    def only(e):
        return pl.when(c).then(e)

    kind, scale = r["aggregate"], r["scale"]
    value = only(col("value"))
    match kind:
        case "count":
            return c.sum()
        case "any":
            return c.any().cast(pl.Int8)
        case "days":
            return distinct(only(col("age")))
        case "distinct_codes":
            return distinct(pl.when(c & (col("code") != 0)).then(col("code")))
        case "days_since":
            return only(col("age")).min()
        case "days_since_first":
            return only(col("last_age")).max()
        case "latest_value":  # age and value packed: the least age wins
            packed = only(col("age").cast(pl.Int64) * (1 << 22) + col("value") + LARGEST).min()
            return (packed % (1 << 22) - LARGEST) / scale
        case "mean":
            return value.mean() / scale
        case "min":
            return value.min() / scale
        case "max":
            return value.max() / scale
        case "spread":
            return pl.when(value.count() >= 3).then(value.std() / scale)
        case "slope":
            u = only(col("age"))
            enough = (distinct(u) >= 3) & (only(col("last_age")).max() - u.min() >= 90)
            return pl.when(enough).then(slope(value, u) * 365.25 / scale)
        case "members":
            return only(col(f"seen{r['family']}")).bitwise_or().bitwise_count_ones()
        case "latest_member" | "latest_is":
            place = 255 - only(col("age") * 256 + 255 - col(f"pick{r['family']}")).min() % 256
            return place + 1 if kind == "latest_member" else (place == r["pick"]).cast(pl.Int8)
        case "acceleration":
            recent = (c & (col("age") < r["recent"])).sum().cast(pl.Float64)
            return recent * YEAR / r["recent"] - (c & (col("age") >= r["recent"])).sum().cast(pl.Float64)
    raise ValueError(kind)


def of(source):
    return [(i, r) for i, r in enumerate(RULES) if r["source"] == source]


def one_pass(event_files, spell_files):
    e = events(event_files).join(table("class.parquet").with_columns(col("status").cast(pl.UInt8)), on=["kind", "code", "status"])
    yield e.group_by("person").agg(aggregate(r).alias(f"f{i}") for i, r in of("event"))
    yield spells(spell_files).group_by("person").agg(aggregate(r).alias(f"f{i}") for i, r in of("spell"))


NEEDS = {"days": "days", "distinct_codes": "codes", "latest_value": "values", "mean": "values", "min": "values", "max": "values",
         "spread": "values", "slope": "values", "members": "group", "latest_member": "group", "latest_is": "group"}  # fmt: skip


def sums(need, rules):
    """Sums over the windows of some rules, named after the window."""
    kinds = {r["aggregate"] for r in rules}
    windows = {r["days"] for r in rules} | {r["recent"] for r in rules if r["recent"]}
    for d in sorted(windows):
        c = col("age") < (d or 1 << 30)

        def only(e, c=c):
            return pl.when(c).then(e)

        value, u = only(col("value")), only(col("age"))
        match need:
            case "rows":
                out = {"n": c.sum(), "newest": u.min(), "first": only(col("last_age")).max()}
            case "days":
                out = {"days": distinct(u)}
            case "codes":
                out = {"codes": distinct(pl.when(c & (col("code") != 0)).then(col("code")))}
            case "group":
                out = {"seen": only(col("bit")).bitwise_or(), "pick": only(col("age") * 256 + 255 - col("member")).min()}
            case "values":
                packed = only(col("age").cast(pl.Int64) * (1 << 22) + col("value") + LARGEST).min()
                out = {"n": value.count(), "newest": packed, "mean": value.mean(), "least": value.min(), "most": value.max()}
                if "spread" in kinds:
                    out["spread"] = value.std()
                if "slope" in kinds:
                    out |= {"slope": slope(value, u), "days": distinct(u), "span": only(col("last_age")).max(), "near": u.min()}
        for name, e in out.items():
            yield e.alias(f"{name}_{d}")


def long(event_files, spell_files):
    needs = ["rows", "days", "codes", "values", "group"]
    route = table("route.parquet").with_columns(bit=pl.lit(2, pl.Int64).pow(col("member").cast(pl.UInt32)))
    for need in needs:
        rules = [r for _, r in of("event") if NEEDS.get(r["aggregate"], "rows") == need]
        if not rules:
            continue
        e = events(event_files).join(route.filter(col("family").is_in(list({r["family"] for r in rules}))), on=["kind", "code"])

        def may(name, bits):
            return col(bits) // (2 ** col(name).cast(pl.Int64)) % 2 == 1

        e = e.filter(
            (col("last_age") >= col("gap")) & may("status", "statuses") & may("mode", "modes") & may("position", "positions")
            & ((col("valued") == 0) | col("value").is_between(col("value_from"), col("value_to")))
        )  # fmt: skip
        yield e.group_by("person", "family").agg(sums(need, rules))
    for need in needs:
        rules = [r for _, r in of("spell") if NEEDS.get(r["aggregate"], "rows") == need]
        if not rules:
            continue
        families = {r["family"]: r | {"days": 0} for r in rules}
        parts = [spells(spell_files).filter(condition(r)).with_columns(family=pl.lit(f)) for f, r in sorted(families.items())]
        yield pl.concat(parts).group_by("person", "family").agg(sums(need, rules))


def work(queries):
    """Rows of what the form gives, all of it made."""
    rows = 0
    every = sorted((Path(LAKE) / "event").glob("*.parquet"))
    batches = [[p] for p in every] if FORM.endswith("_buckets") else [every]
    for k, batch in enumerate(batches):
        for i, q in enumerate(queries(batch, [Path(LAKE) / "spell" / p.name for p in batch])):
            frame = q.collect(engine="streaming")
            rows += frame.height
            if CHECK:
                frame.write_parquet(CHECK / f"{i}-{k}.parquet")
    return rows


def main():
    queries = {"one_pass": one_pass, "long": long}[FORM.removesuffix("_buckets")]
    cpu, start = time.process_time(), time.perf_counter()
    rows = work(queries)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = next(int(x.split()[1]) for x in open("/proc/self/status") if x.startswith("VmHWM:")) / 1024 if os.path.exists("/proc/self/status") else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mib": peak, "rows": rows, "columns": len(RULES), "version": pl.__version__}))


main()
