// Package lake keeps the record in Parquet files and is the only user of the
// DuckDB driver. Landed batches come in, curated tables in buckets by person
// go out, each in a total order, so that the same input gives the same bytes.
package lake
