//go:build duckdb_arrow

package deliver

// makeDevice is the model, as the performer of every assessment.
func (r *resources) makeDevice() entry {
	m := r.l.Model
	o := object{
		"deviceName": []object{{"name": m.Name, "type": "model-name"}},
		"type":       object{"text": "Statistical model of risk"},
		"status":     "active",
	}
	if m.Version != "" {
		o["version"] = []object{{"type": object{"text": "bundle of models"}, "value": m.Version}}
	}
	return r.made("Device", uuid("Device", r.l.Site, m.Name, m.Version), o)
}

// makeList is the order of the people: the first has the highest risk.
func (r *resources) makeList() entry {
	l := r.l
	id := uuid("List", l.Site, l.Snapshot, l.Team)
	o := object{
		"identifier": []object{{"system": systemURI, "value": "urn:uuid:" + id}},
		"status":     "current",
		"mode":       "snapshot",
		"title":      "Risk list of " + l.Team,
		"code":       object{"text": "Risk list of a care team"},
		"date":       l.AsOf.String(),
		"source":     r.to(r.device),
		"orderedBy":  object{"coding": []object{{"system": systemListOrder, "code": "priority", "display": "Sorted by Priority"}}},
	}
	var notes []object
	if l.Stale != "" {
		notes = append(notes, object{"text": l.Stale})
	}
	for _, s := range l.Sources {
		if s.NewestKnown != "" {
			notes = append(notes, object{"text": "Newest record from " + s.Name + ": " + s.NewestKnown})
		}
	}
	if notes != nil {
		o["note"] = notes
	}
	if len(r.rows) == 0 {
		o["emptyReason"] = object{"text": "nobody is on this list"}
	} else {
		var items []object
		for i, row := range r.rows {
			item := object{"item": r.to(r.persons[i][0])}
			if row.Joiner {
				item["flag"] = object{"text": "new on the list"}
			}
			items = append(items, item)
		}
		o["entry"] = items
	}
	return r.made("List", id, o)
}

// makeGroup is who is on the list, for a receiver that works with cohorts.
func (r *resources) makeGroup() entry {
	id := uuid("Group", r.l.Site, r.l.Snapshot, r.l.Team)
	o := object{
		"identifier": []object{{"system": systemURI, "value": "urn:uuid:" + id}},
		"active":     true,
		"type":       "person",
		"actual":     true,
		"name":       "People on the risk list of " + r.l.Team,
		"quantity":   len(r.rows),
	}
	var members []object
	for _, row := range r.rows {
		members = append(members, object{"entity": person(row)})
	}
	if members != nil {
		o["member"] = members
	}
	return r.made("Group", id, o)
}

// makeProvenance says from what all this was made, and when it was last sent: of
// one snapshot's list there is one, however often that is sent.
func (r *resources) makeProvenance() entry {
	l := r.l
	targets := []object{r.to(r.whole[0]), r.to(r.whole[1])}
	for _, made := range r.persons {
		for _, e := range made {
			targets = append(targets, r.to(e))
		}
	}
	return r.made("Provenance", uuid("Provenance", l.Site, l.Snapshot, l.Team), object{
		"target":           targets,
		"occurredDateTime": l.AsOf.String(),
		"recorded":         instant(l.Taken),
		"agent": []object{{
			"type": object{"coding": []object{{"system": systemAgent, "code": "assembler", "display": "Assembler"}}},
			"who":  r.to(r.device),
		}},
		"entity": []object{{"role": "source", "what": object{"identifier": object{"value": l.Snapshot}, "display": "snapshot of " + l.Site}}},
	})
}
