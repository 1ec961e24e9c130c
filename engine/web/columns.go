//go:build duckdb_arrow

package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"leftshift/engine/access"
	"leftshift/engine/door"
	"leftshift/engine/risklist"
)

// columnRights says what a column of a list needs. The name is always there: it leads to the person.
var columnRights = map[string]access.Columns{
	"rank": 0, "nhs_number": access.ColumnNHSNumber, "birth": access.ColumnBirth, "practice": 0, "phone": access.ColumnPhone, "risk": access.ColumnRisk,
	"band": access.ColumnRisk, "reasons": access.ColumnReasons, "gaps": access.ColumnGaps, "status": 0, "state": 0, "owner": 0, "next_date": 0, "last": 0,
	"adjustments": access.ColumnAdjustments,
}

// offered are the columns that a list can show to its reader, besides the name.
func offered(l *door.List) []risklist.Column {
	var out []risklist.Column
	for _, c := range risklist.Columns() {
		right, drawn := columnRights[c.ID]
		known := true // the snapshot, or a worklist, tells of it
		switch c.ID {
		case "state", "owner", "next_date", "last":
			known = l.Works
		case "gaps":
			known = l.GapsKnown
		case "adjustments":
			known = l.NeedsKnown
		}
		if drawn && known && l.Columns.Has(right) {
			out = append(out, c)
		}
	}
	return out
}

// columnChoice is a column with whether its reader has it on.
type columnChoice struct {
	risklist.Column
	On bool
}

// columnCookie is the name of a user's own cookie, so that two who share a
// computer do not share their columns. It holds names of columns, nothing else,
// and is checked against what the reader may see each time.
func columnCookie(who access.Principal) string {
	sum := sha256.Sum256([]byte("columns\x00" + who.Organisation + "\x00" + who.User))
	return "columns-" + hex.EncodeToString(sum[:8])
}

// choices are the columns offered, as the reader has chosen, or as they are
// until then.
func (r *Request) choices(l *door.List) []columnChoice {
	var chosen []string
	cookie, err := r.Cookie(columnCookie(r.Who))
	if err == nil {
		chosen = strings.Split(cookie.Value, ".")
	}
	var out []columnChoice
	for _, c := range offered(l) {
		on := c.Default
		if err == nil {
			on = slices.Contains(chosen, c.ID)
		}
		out = append(out, columnChoice{c, on})
	}
	return out
}

// chooseColumns keeps which columns a reader wants.
func chooseColumns(ctx context.Context, r *Request) (Answer, error) {
	if _, err := r.App.opt.Doors.OfferList(ctx, r.Who, r.Where(), access.OpenList, r.PathValue("team")); err != nil {
		return Answer{}, err
	}
	c := &http.Cookie{Name: columnCookie(r.Who), Path: "/lists", MaxAge: 366 * 24 * 3600, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode}
	if r.PostFormValue("standard") != "" {
		c.MaxAge = -1
	}
	var ids []string
	for _, known := range risklist.Columns() {
		if slices.Contains(r.PostForm["column"], known.ID) {
			ids = append(ids, known.ID)
		}
	}
	c.Value = strings.Join(ids, ".")
	return Answer{To: listPath(r.PathValue("team")) + viewQuery(r.view()), Cookie: c}, nil
}
