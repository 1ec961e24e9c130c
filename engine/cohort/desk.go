package cohort

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"

	"leftshift/engine/disclosure"
)

// Desk counts cohorts of one snapshot, for one who asks. It is safe for concurrent
// use; questions are answered one after the other, for what one may be told
// depends on those before it.
type Desk struct {
	*counter
	who string
}

// counter is what all desks of a snapshot share.
type counter struct {
	Dictionary *Dictionary

	snapshot, asOf string
	ledger         *Ledger
	run            executor

	mu     sync.Mutex
	memory *memory
	seq    int             // of the newest question that memory holds
	asked  map[string]bool // requests that memory holds
}

// For is the desk for somebody else: their questions count as theirs. A desk that
// was opened counts as that of somebody without a name.
func (k *Desk) For(who string) *Desk { return &Desk{k.counter, who} }

// executor decides trees for everyone of a snapshot.
type executor interface {
	decide(ctx context.Context, nodes []Node) ([]decided, error)
}

// Most is how many sets of people one snapshot is counted by, unless Options say
// otherwise: a cohort has one for each step and one of the undecided, of which
// those that were counted before do not count again. MostEach is how many of them
// one person may ask for first: a cohort of five steps that is edited eleven
// times, each time from its first step on; edits of later steps ask for fewer.
// Averages need as many as that for one secret of one person, or somewhat fewer:
// see memory.
const (
	Most     = 512
	MostEach = 72
)

// newDesk makes a desk; most 0 means Most.
func newDesk(d *Dictionary, snapshot, asOf string, pop *population, run executor, ledger *Ledger, rule disclosure.Rule, most int) (*Desk, error) {
	if err := rule.Validate(); err != nil {
		return nil, err
	}
	if most == 0 {
		most = Most
	}
	return &Desk{&counter{Dictionary: d, snapshot: snapshot, asOf: asOf, ledger: ledger, run: run, memory: newMemory(pop, rule, most), asked: map[string]bool{}}, ""}, nil
}

// request is a question as the ledger keeps it.
type request struct {
	A       json.RawMessage `json:"a"`
	B       json.RawMessage `json:"b,omitempty"`
	Compare bool            `json:"compare,omitempty"`
	Within  bool            `json:"within,omitempty"` // B within A by what they ask
	Alone   bool            `json:"alone,omitempty"`  // one set, no steps: a cut-off
}

// reply is what a question's sets were told: what its kind needs.
type reply struct {
	review     *Review
	comparison func(dim int) *Comparison
	workload   func(dim int) *Workload
}

// Count reviews a cohort. It must pass its own tests and be for this as-of date.
func (k *Desk) Count(ctx context.Context, def *Definition) (*Review, error) {
	if err := k.fits(def); err != nil {
		return nil, err
	}
	var out *Review
	err := k.ask(ctx, request{A: raw(def.Where)}, func(r reply) { out = r.review })
	if err != nil {
		return nil, err
	}
	out.Snapshot, out.AsOf, out.Hash = k.snapshot, k.asOf, def.Where.Hash()
	return out, nil
}

// Compare compares two cohorts on the same people, by a dimension's id ("": none).
func (k *Desk) Compare(ctx context.Context, a, b *Definition, by string) (*Comparison, error) {
	for _, def := range []*Definition{a, b} {
		if err := k.fits(def); err != nil {
			return nil, err
		}
	}
	return k.compare(ctx, request{A: raw(a.Where), B: raw(b.Where), Compare: true}, by)
}

// CompareCuts compares two cut-offs of one score, field and least values.
func (k *Desk) CompareCuts(ctx context.Context, score string, one, other float64, by string) (*Comparison, error) {
	low, err := k.cut(score, min(one, other))
	if err != nil {
		return nil, err
	}
	high, err := k.cut(score, max(one, other))
	if err != nil {
		return nil, err
	}
	return k.compare(ctx, request{A: raw(low), B: raw(high), Compare: true, Within: true}, by)
}

func (k *Desk) compare(ctx context.Context, q request, by string) (*Comparison, error) {
	dim := k.dimension(by)
	if by != "" && dim < 0 {
		return nil, fault("cohort-dimension", "there is no such way to divide people: choose one of the make-up tables")
	}
	var out *Comparison
	err := k.ask(ctx, q, func(r reply) { out = r.comparison(dim) })
	if err != nil {
		return nil, err
	}
	out.Snapshot, out.AsOf = k.snapshot, k.asOf
	return out, nil
}

// Workload says what a cut-off of a fitted model's probability would give each
// practice. Expected events are by the model that ranks lists.
func (k *Desk) Workload(ctx context.Context, score string, atLeast float64) (*Workload, error) {
	n, err := k.cut(score, atLeast)
	if err != nil {
		return nil, err
	}
	dim := k.dimension("practice")
	var out *Workload
	if err := k.ask(ctx, request{A: raw(n), Alone: true}, func(r reply) { out = r.workload(dim) }); err != nil {
		return nil, err
	}
	out.Snapshot, out.AsOf = k.snapshot, k.asOf
	return out, nil
}

// Dimensions lists the ways in which people are divided.
func (k *Desk) Dimensions() []string {
	var out []string
	for _, d := range k.memory.pop.dims {
		out = append(out, d.ID)
	}
	return out
}

func (k *Desk) dimension(id string) int {
	for i, d := range k.memory.pop.dims {
		if d.ID == id {
			return i
		}
	}
	return -1
}

func (k *Desk) cut(score string, atLeast float64) (Node, error) {
	f := k.Dictionary.Field(score)
	if f == nil || f.Source != Score {
		return Node{}, fault("cohort-score", "there is no such score in the snapshot: choose a field of the dictionary that is one")
	}
	if f.Unit == "probability" && atLeast > 1 {
		return Node{}, fault("cohort-value", "a chance is at most 1, or 100%%: a cut-off of twenty in a hundred is 0.2, or 20%%")
	}
	return k.Dictionary.ParseNode(map[string]any{"field": score, "op": string(AtLeast), "value": atLeast}, true)
}

func (k *Desk) fits(def *Definition) error {
	if def.AsOf != "" && def.AsOf != k.asOf {
		return fault("cohort-as-of", "the cohort is for another as-of date than this snapshot's, %s: open that snapshot, or take as_of out of the definition", k.asOf)
	}
	return k.Dictionary.Check(def)
}

// ask puts a question to the memory in its turn, after what other processes asked
// since, and keeps it in the ledger before use shows anything.
func (k *Desk) ask(ctx context.Context, q request, use func(reply)) error {
	text, err := json.Marshal(q)
	if err != nil {
		return err
	}
	if len(text) > maxRequest {
		return fault("cohort-too-large", "a cohort's definition has at most %d bytes: divide it", maxRequest)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	var answered reply
	back := func() {}
	err = k.ledger.turn(ctx, k.snapshot, k.seq, question{k.who, text}, func(seq int, before question) error {
		var b request
		if err := json.Unmarshal(before.request, &b); err != nil {
			return fault("cohort-ledger-damaged", "the ledger of cohorts holds what is no question: restore it, or publish again, which begins a new one")
		}
		if _, err := k.answer(ctx, b, before.who, false); err != nil {
			return err
		}
		k.seq, k.asked[string(before.request)] = seq, true
		return nil
	}, func() (bool, error) {
		known := k.asked[string(text)]
		back = k.memory.mark()
		answered, err = k.answer(ctx, q, k.who, !known)
		return !known, err
	})
	if err != nil {
		back() // not kept, so not told, and no other process knows of it
		return err
	}
	if !k.asked[string(text)] {
		k.seq++
		k.asked[string(text)] = true
	}
	use(answered)
	return nil
}

// answer runs a question. bounded refuses one for which there is no room, or that
// comes back to one group of people too often.
func (k *Desk) answer(ctx context.Context, q request, who string, bounded bool) (reply, error) {
	a, err := k.node(q.A)
	if err != nil {
		return reply{}, err
	}
	trees := []Node{a}
	if q.Compare {
		b, err := k.node(q.B)
		if err != nil {
			return reply{}, err
		}
		trees = append(trees, b)
	}
	found, err := k.branches(ctx, trees)
	if err != nil {
		return reply{}, err
	}
	m := k.memory
	m.who = who
	var r reply
	switch {
	case q.Compare:
		one, other := m.reduce(found[0]), m.reduce(found[1])
		both := m.reduce(&branch{group: allGroup, kids: []*branch{found[0], found[1]}})
		m.compare(one, other, both, q.Within, -1)
		r.comparison = func(dim int) *Comparison { return m.compare(one, other, both, q.Within, dim) }
	case q.Alone:
		s := m.reduce(found[0])
		m.take(s)
		r.workload = func(dim int) *Workload { return m.workload(s, dim) }
	default:
		steps, undecided, left := m.steps(found[0])
		r.review = m.review(steps, undecided)
		r.review.LeftOut = left
	}
	if bounded {
		return r, m.bounded(who)
	}
	return r, nil
}

// branches decides the conditions of trees, all in one query.
func (k *Desk) branches(ctx context.Context, trees []Node) ([]*branch, error) {
	var out, leaves []*branch
	var conditions []Node
	for _, n := range trees {
		b, c, l := k.Dictionary.branches(n, "")
		out, conditions, leaves = append(out, b), append(conditions, c...), append(leaves, l...)
	}
	found, err := k.run.decide(ctx, conditions)
	if err != nil {
		return nil, err
	}
	for i, l := range leaves {
		l.fill(found[i], k.Dictionary.Field(conditions[i].Field).public(), k.memory.pop.n)
	}
	return out, nil
}

// node reads back a tree that was checked when it was asked.
func (k *Desk) node(text []byte) (Node, error) {
	var x any
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&x); err != nil {
		return Node{}, err
	}
	return k.Dictionary.ParseNode(x, true)
}

func raw(n Node) json.RawMessage {
	text, err := json.Marshal(n)
	if err != nil {
		panic(err) // values are float64, string or bool
	}
	return text
}
