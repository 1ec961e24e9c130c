//go:build duckdb_arrow

package web

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"leftshift/engine/door"
	"leftshift/engine/worklist"
)

// setLength sets how many people a team's next list shall hold.
func setLength(ctx context.Context, r *Request) (Answer, error) {
	set := door.Setting{Key: r.PostFormValue("key")}
	if r.PostFormValue("standard") == "" {
		n, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("people")))
		if err != nil || n < worklist.LeastCapacity || n > worklist.MostCapacity {
			return list(ctx, r, "list", []Fault{{"people", fmt.Sprintf("Give a whole number from %d to %d", worklist.LeastCapacity, worklist.MostCapacity)}})
		}
		set.People = n
	}
	err := r.App.opt.Doors.SetCapacity(ctx, r.Who, r.Where(), r.PathValue("team"), set)
	if err != nil {
		faults := refusals(err)
		if faults == nil {
			return Answer{}, err
		}
		return list(ctx, r, "list", faults)
	}
	return Answer{To: listPath(r.PathValue("team")) + "?done=length#length"}, nil
}

// listDone says on a list what was done, by the word in the path.
func listDone(code string) string {
	if code == "length" {
		return "Saved. It holds from the next list"
	}
	if say := doneWords(code); say != "" {
		return say + ". Nobody comes after in this list"
	}
	return ""
}
