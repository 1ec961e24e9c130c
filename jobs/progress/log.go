package progress

import (
	"context"
	"io"
	"log/slog"
	"regexp"
)

// sort of value that a key of the log may hold.
type sortOf uint8

const (
	text   sortOf = 1 // masked, cut at maxText
	amount sortOf = 2 // a number, a duration, true or false; a text is masked
	counts sortOf = 3 // a group of amounts with names of the program
)

// allowed are the keys of the log. Any other key is dropped, and the record
// says how many were.
var allowed = map[string]sortOf{
	"run": text, "job": text, "step": text, "state": text, "code": text, "say": text,
	"scheduled_for": text, "as_of": text, "digest": text, "source": text, "flow": text,
	"host": text, "version": text, "snapshot": text, "bundle": text, "unit": text, "err": text,
	"method": text, "route": text, "purpose": text, "role": text,
	"pid": amount, "attempt": amount, "steps": amount, "index": amount, "took": amount,
	"done": amount, "total": amount, "rows": amount, "bytes": amount, "threads": amount,
	"memory_mib": amount, "status": amount, "reused": amount, "synthetic": amount,
	"counts": counts,
}

const maxText = 500

var countName = regexp.MustCompile(`^[a-z][a-z0-9_. -]{0,63}$`)

// NewLogger writes JSON lines of at least the level. Keys that are not on the
// allow-list are dropped, and texts are masked.
func NewLogger(w io.Writer, level slog.Leveler) *slog.Logger {
	return slog.New(&guard{slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})})
}

// guard is the handler that lets through what may be logged.
type guard struct{ to slog.Handler }

func (g *guard) Enabled(ctx context.Context, l slog.Level) bool { return g.to.Enabled(ctx, l) }

func (g *guard) Handle(ctx context.Context, r slog.Record) error {
	out := slog.NewRecord(r.Time, r.Level, clip(r.Message), 0)
	dropped := 0
	r.Attrs(func(a slog.Attr) bool {
		if b, ok := pass(a); ok {
			out.AddAttrs(b)
		} else {
			dropped++
		}
		return true
	})
	if dropped > 0 {
		out.AddAttrs(slog.Int("dropped_keys", dropped))
	}
	return g.to.Handle(ctx, out)
}

func (g *guard) WithAttrs(attrs []slog.Attr) slog.Handler {
	kept := make([]slog.Attr, 0, len(attrs))
	for _, a := range attrs {
		if b, ok := pass(a); ok {
			kept = append(kept, b)
		}
	}
	return &guard{g.to.WithAttrs(kept)}
}

// WithGroup ignores the group: keys are one flat list.
func (g *guard) WithGroup(string) slog.Handler { return g }

func pass(a slog.Attr) (slog.Attr, bool) {
	v := a.Value.Resolve()
	switch allowed[a.Key] {
	case text:
		if err, ok := v.Any().(error); ok {
			_, say := Explain(err)
			return slog.String(a.Key, clip(say)), true
		}
		if v.Kind() == slog.KindAny || v.Kind() == slog.KindGroup {
			return slog.Attr{}, false
		}
		return slog.String(a.Key, clip(v.String())), true
	case amount:
		switch v.Kind() {
		case slog.KindDuration:
			return slog.Float64(a.Key, v.Duration().Seconds()), true
		case slog.KindInt64, slog.KindUint64, slog.KindFloat64, slog.KindBool:
			return slog.Attr{Key: a.Key, Value: v}, true
		case slog.KindString:
			return slog.String(a.Key, clip(v.String())), true
		}
	case counts:
		c, ok := v.Any().(Counts)
		if !ok {
			break
		}
		var group []slog.Attr
		for _, k := range c.keys() {
			if countName.MatchString(k) && Mask(k) == k {
				group = append(group, slog.Int64(k, c[k]))
			}
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(group...)}, true
	}
	return slog.Attr{}, false
}

// clip masks a text and cuts it.
func clip(s string) string {
	s = Mask(s)
	if len(s) > maxText {
		cut := maxText
		for cut > 0 && s[cut]&0xC0 == 0x80 { // not inside a character
			cut--
		}
		s = s[:cut] + "..."
	}
	return s
}

// Log is the listener that writes events to a log. How far a step is goes out
// at debug level.
func Log(l *slog.Logger) Listener {
	return func(e Event) {
		switch e := e.(type) {
		case RunStarted:
			l.Info("run started", "run", e.Run, "job", e.Job)
		case StepStarted:
			l.Info("step started", "run", e.Run, "step", e.Step, "index", e.Index)
		case StepAdvanced:
			l.Debug("step advanced", "step", e.Step, "done", e.Done, "total", e.Total, "unit", e.Unit)
		case StepEnded:
			if e.Code != "" {
				l.Error("step failed", "run", e.Run, "step", e.Step, "took", e.Took, "code", e.Code, "say", e.Say, "counts", e.Summary)
				return
			}
			l.Info("step ended", "run", e.Run, "step", e.Step, "took", e.Took, "reused", e.Reused, "counts", e.Summary)
		case Warning:
			l.Warn("warning", "step", e.Step, "code", e.Code, "say", e.Say)
		case RunEnded:
			level := slog.LevelInfo
			if e.Code != "" {
				level = slog.LevelError
			}
			l.Log(context.Background(), level, "run ended", "run", e.Run, "job", e.Job, "state", e.State, "took", e.Took, "code", e.Code, "say", e.Say)
		}
	}
}
