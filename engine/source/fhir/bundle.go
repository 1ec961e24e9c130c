package fhir

import (
	"strings"

	"github.com/zeebo/xxh3"

	"leftshift/engine"
)

// index finds the resources of a Bundle by fullUrl and by "Type/id".
type index struct {
	outer *index
	at    map[string]int32
	// assembled is the day of the document: of its Composition, else of the
	// Bundle. NoDay when the Bundle is no document.
	assembled engine.Day
	stamp     int64 // the Bundle's timestamp, when its entries are one version
}

// bundle lands the entries of a Bundle. at is the position of every entry;
// 0 numbers them from 1 in the order in which they stand, those of an inner
// Bundle after their wrapper.
func (x *extractor) bundle(root Element, at int64) error {
	entries := root.Get("entry")
	for _, f := range x.doc.soft {
		if x.entryOf(entries, f.at) == 0 {
			return fault("bundle-malformed")
		}
	}
	outer, scope := x.index, x.scope
	defer func() { x.index, x.scope = outer, scope }()
	x.index = x.indexOf(root)
	if x.opt.BundleScope {
		x.scope = scopeOf(root)
	}
	for e := entries.First(); e.Is(); e = e.Next() {
		if x.units&1023 == 0 && x.ctx.Err() != nil {
			return x.ctx.Err()
		}
		position := at
		if at == 0 {
			position = x.units + 1
		}
		if err := x.entry(e, position, at); err != nil {
			return err
		}
	}
	return nil
}

// entryOf gives the item of a list within which an offset lies, 0 for none.
func (x *extractor) entryOf(entries Element, offset int) int32 {
	for e := entries.First(); e.Is(); e = e.Next() {
		n := e.node()
		if offset >= int(n.off) && offset < int(n.off+n.size) {
			return e.i
		}
	}
	return 0
}

func (x *extractor) entry(e Element, position, at int64) error {
	x.doc.trouble = flaw{}
	if n := e.node(); len(x.doc.soft) > 0 && e.kind() == object {
		inner := e.Get("resource").Text("resourceType") == "Bundle"
		for _, f := range x.doc.soft {
			if !inner && f.at >= int(n.off) && f.at < int(n.off+n.size) {
				return x.quarantine(position, f.code, "")
			}
		}
	}
	if e.kind() != object {
		return x.quarantine(position, "type-wrong", "entry")
	}
	res := e.Get("resource")
	if !res.Is() {
		return x.deletion(e, position)
	}
	if res.kind() == object && res.Text("resourceType") == "Bundle" {
		x.units++
		x.typed("Bundle")
		x.b.Reference("reference:Bundle")
		return x.bundle(res, at)
	}
	return x.resource(res, position, e.Text("fullUrl"))
}

// deletion is an entry without a resource. A deleted Patient ends what the
// record said of that person; of any other type the entry does not say whom
// it is about.
func (x *extractor) deletion(e Element, position int64) error {
	request := e.Get("request")
	if request.Text("method") != "DELETE" {
		return x.quarantine(position, "resource-missing", "resource")
	}
	kind, id := tail(request.Text("url"))
	if kind != "Patient" {
		return x.quarantine(position, "deletion-without-subject", "request.url")
	}
	x.units++
	x.typed(kind)
	x.b.Note("deleted")
	key := x.scope + kind + "/" + id
	day, stamp := x.updated(e.Get("response"), "lastModified")
	r := x.b.Open(position, x.b.Subject(key), key, e.Raw(), stamp, day, engine.NoDay)
	return r.Close(patientTables)
}

func (x *extractor) indexOf(root Element) *index {
	ix := &index{outer: x.index, at: map[string]int32{}, assembled: engine.NoDay}
	put := func(key string, at int32) {
		if _, ok := ix.at[key]; !ok && key != "" {
			ix.at[key] = at
		}
	}
	document := false
	switch root.Text("type") {
	case "document":
		document = true
		fallthrough
	case "message":
		if t, ok := engine.ParseMoment(root.Text("timestamp")); ok {
			ix.stamp = t.UnixMicro()
		}
	}
	for e := root.Get("entry").First(); e.Is(); e = e.Next() {
		if e.kind() != object || e.Get("resource").kind() != object {
			continue
		}
		res := e.Get("resource")
		put(urlKey(e.Text("fullUrl")), res.i)
		if id := res.Text("id"); id != "" {
			put(res.Text("resourceType")+"/"+id, res.i)
		}
		if document && res.Text("resourceType") == "Composition" && ix.assembled == engine.NoDay {
			if _, last, ok := engine.ParsePartial(res.Text("date")); ok {
				ix.assembled = last
			}
		}
	}
	if document && ix.assembled == engine.NoDay {
		if _, last, ok := engine.ParsePartial(root.Text("timestamp")); ok {
			ix.assembled = last
		}
	}
	x.doc.trouble = flaw{} // entries are blamed when their turn comes
	return ix
}

// urlKey is the form in which a fullUrl is looked up: UUIDs do not depend on
// letter case.
func urlKey(s string) string {
	if len(s) > 9 && strings.EqualFold(s[:9], "urn:uuid:") {
		return strings.ToLower(s)
	}
	return s
}

// scopeOf names a Bundle: by its identifier, else its id, else its content.
func scopeOf(root Element) string {
	if id := root.Get("identifier"); id.Text("value") != "" {
		return "Bundle/" + id.Text("system") + "|" + id.Text("value") + "/"
	}
	if id := root.Text("id"); id != "" {
		return "Bundle/" + id + "/"
	}
	h := xxh3.Hash128(root.Raw()).Bytes()
	return "Bundle/" + string(h[:]) + "/"
}
