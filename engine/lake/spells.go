//go:build duckdb_arrow

package lake

import (
	"context"

	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/engine/spell"
)

// episodeRow is a version of an episode as episodeSQL gives it.
type episodeRow struct {
	Person          engine.Person      `col:"person"`
	Record          int64              `col:"record"`
	Known           engine.Day         `col:"known"`
	KnownTo         engine.Day         `col:"known_to"`
	KnownBasis      engine.KnownBasis  `col:"known_basis"`
	Kind            engine.EpisodeKind `col:"kind"`
	Spell           int64              `col:"spell"`
	Number          int64              `col:"number"`
	StartDay        engine.Day         `col:"start_day"`
	EndDay          engine.Day         `col:"end_day"`
	SpellStart      engine.Day         `col:"spell_start"`
	SpellEnd        engine.Day         `col:"spell_end"`
	AdmissionMethod string             `col:"admission_method"`
	Classification  uint8              `col:"classification"`
	AdmissionSource string             `col:"admission_source"`
	DischargeMethod string             `col:"discharge_method"`
	Destination     string             `col:"destination"`
	Specialty       engine.Code        `col:"specialty"`
	Attended        uint8              `col:"attended"`
	ArrivalMode     engine.Code        `col:"arrival_mode"`
	Provider        engine.Code        `col:"provider"`
	Source          string             `col:"source"`
}

func (r *episodeRow) episode() spell.Episode {
	return spell.Episode{Source: r.Source, KnownTo: r.KnownTo, Episode: schema.Episode{
		Version: schema.Version{Record: r.Record, Known: r.Known, KnownBasis: r.KnownBasis},
		Kind:    r.Kind, Spell: r.Spell, Number: r.Number, StartDay: r.StartDay, EndDay: r.EndDay, SpellStart: r.SpellStart, SpellEnd: r.SpellEnd,
		AdmissionMethod: r.AdmissionMethod, Classification: r.Classification, AdmissionSource: r.AdmissionSource,
		DischargeMethod: r.DischargeMethod, Destination: r.Destination, Specialty: r.Specialty, Attended: r.Attended,
		ArrivalMode: r.ArrivalMode, Provider: r.Provider,
	}}
}

// spells streams a bucket's episodes by person through package spell into the
// curated table.
func (c *Curation) spells(ctx context.Context, db *DB, query, path string) (err error) {
	w := &schema.File{Path: path, Table: schema.CuratedTable("spell")}
	if err := w.Make(); err != nil {
		return err
	}
	reader, err := db.Arrow(ctx, query)
	if err != nil {
		return err
	}
	defer reader.Release()
	bind, err := schema.Bind(episodeRow{}, reader.Schema())
	if err != nil {
		return err
	}
	var person engine.Person
	var episodes []spell.Episode
	flush := func() error {
		if len(episodes) == 0 {
			return nil
		}
		for _, s := range spell.Build(person, episodes) {
			if err := w.Append(&s); err != nil {
				return err
			}
		}
		episodes = episodes[:0]
		return nil
	}
	var row episodeRow
	for reader.Next() {
		batch := reader.RecordBatch()
		for i := range int(batch.NumRows()) {
			bind.Read(batch, i, &row)
			if row.Person != person {
				if err := flush(); err != nil {
					return err
				}
				person = row.Person
			}
			episodes = append(episodes, row.episode())
		}
	}
	if err := reader.Err(); err != nil {
		return err
	}
	if err := flush(); err != nil {
		return err
	}
	_, _, err = w.Close()
	return err
}
