package ledger

import (
	"database/sql"
	"encoding/json"
	"time"

	"leftshift/jobs/progress"
)

// RunStatus is a run as `status` shows it.
type RunStatus struct {
	ID      string       `json:"id"`
	Job     string       `json:"job"`
	For     time.Time    `json:"scheduled_for,omitzero"` // zero: by hand
	Attempt int          `json:"attempt"`
	State   State        `json:"state"`
	Stale   bool         `json:"stale,omitempty"` // running, but without a sign of life for its lease
	PID     int          `json:"pid"`
	Host    string       `json:"host"`
	Version string       `json:"version"`
	Config  string       `json:"config"`
	Started time.Time    `json:"started"`
	Ended   time.Time    `json:"ended,omitzero"`
	Code    string       `json:"code,omitempty"`
	Say     string       `json:"say,omitempty"`
	Steps   []StepStatus `json:"steps"`

	seq int64
}

// StepStatus is a step of a run.
type StepStatus struct {
	Name    string          `json:"name"`
	State   State           `json:"state"`
	Digest  string          `json:"digest"`
	Started time.Time       `json:"started"`
	Ended   time.Time       `json:"ended,omitzero"`
	Code    string          `json:"code,omitempty"`
	Say     string          `json:"say,omitempty"`
	Counts  progress.Counts `json:"counts"`
}

// Runs lists the newest runs first, at most so many, with their steps in
// order. It needs no lock.
func (l *Ledger) Runs(most int) ([]RunStatus, error) {
	rows, err := l.db.Query(`SELECT seq, id, job, scheduled_for, attempt, state, pid, host, version, config, started, lease, ended, code, say
		FROM run ORDER BY seq DESC LIMIT ?`, most)
	if err != nil {
		return nil, broken("the run ledger cannot be read", err)
	}
	defer rows.Close()
	var out []RunStatus
	now := l.now()
	for rows.Next() {
		var r RunStatus
		var slot, started, lease, ended sql.NullInt64
		if err := rows.Scan(&r.seq, &r.ID, &r.Job, &slot, &r.Attempt, &r.State, &r.PID, &r.Host, &r.Version, &r.Config, &started, &lease, &ended, &r.Code, &r.Say); err != nil {
			return nil, broken("the run ledger cannot be read", err)
		}
		r.For, r.Started, r.Ended = when(slot), when(started), when(ended)
		r.Stale = r.State == Running && !when(lease).After(now)
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		return nil, broken("the run ledger cannot be read", err)
	}
	rows.Close() // the one connection serves the steps next
	for i := range out {
		if out[i].Steps, err = l.steps(out[i].seq); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (l *Ledger) steps(run int64) ([]StepStatus, error) {
	rows, err := l.db.Query("SELECT name, state, digest, started, ended, code, say, counts FROM step WHERE run = ? ORDER BY n", run)
	if err != nil {
		return nil, broken("the run ledger cannot be read", err)
	}
	defer rows.Close()
	out := []StepStatus{}
	for rows.Next() {
		var s StepStatus
		var started, ended sql.NullInt64
		var counts string
		if err := rows.Scan(&s.Name, &s.State, &s.Digest, &started, &ended, &s.Code, &s.Say, &counts); err != nil {
			return nil, broken("the run ledger cannot be read", err)
		}
		s.Started, s.Ended = when(started), when(ended)
		if err := json.Unmarshal([]byte(counts), &s.Counts); err != nil {
			return nil, broken("the run ledger cannot be read", err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		return nil, broken("the run ledger cannot be read", err)
	}
	return out, nil
}
