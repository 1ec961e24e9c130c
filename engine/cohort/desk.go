package cohort

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"

	"leftshift/engine/disclosure"
)

// Desk counts cohorts of one snapshot. It is safe for concurrent use; questions
// are answered one after the other, for what one may be told depends on those
// before it.
type Desk struct {
	Dictionary *Dictionary

	snapshot, asOf string
	ledger         *Ledger
	run            executor

	mu     sync.Mutex
	memory *memory
	seq    int             // of the newest question that memory holds
	asked  map[string]bool // requests that memory holds
}

// executor decides trees for everyone of a snapshot.
type executor interface {
	decide(ctx context.Context, nodes []Node) ([]decided, error)
}

// Most is how many sets of people one snapshot is counted by, unless Options say
// otherwise: a cohort has one for each step and one of the undecided.
const Most = 512

// newDesk makes a desk; most 0 means Most.
func newDesk(d *Dictionary, snapshot, asOf string, pop *population, run executor, ledger *Ledger, rule disclosure.Rule, most int) (*Desk, error) {
	if err := rule.Validate(); err != nil {
		return nil, err
	}
	if most == 0 {
		most = Most
	}
	return &Desk{Dictionary: d, snapshot: snapshot, asOf: asOf, ledger: ledger, run: run, memory: newMemory(pop, rule, most), asked: map[string]bool{}}, nil
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
	if f := k.Dictionary.Field(score); f == nil || f.Source != Score {
		return Node{}, fault("cohort-score", "there is no such score in the snapshot: choose a field of the dictionary that is one")
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
	var forget, had int
	err = k.ledger.turn(ctx, k.snapshot, k.seq, text, func(seq int, before []byte) error {
		var b request
		if err := json.Unmarshal(before, &b); err != nil {
			return fault("cohort-ledger-damaged", "the ledger of cohorts holds what is no question: restore it, or publish again, which begins a new one")
		}
		if _, err := k.answer(ctx, b, false); err != nil {
			return err
		}
		k.seq, k.asked[string(before)] = seq, true
		return nil
	}, func() (bool, error) {
		known := k.asked[string(text)]
		forget, had = len(k.memory.sets), k.memory.asked
		answered, err = k.answer(ctx, q, !known)
		return !known, err
	})
	if err != nil {
		if forget > 0 { // not kept, so not told, and no other process knows of it
			k.memory.sets, k.memory.asked = k.memory.sets[:forget], had
		}
		return err
	}
	if !k.asked[string(text)] {
		k.seq++
		k.asked[string(text)] = true
	}
	use(answered)
	return nil
}

// answer runs a question. bounded refuses one for which there is no room.
func (k *Desk) answer(ctx context.Context, q request, bounded bool) (reply, error) {
	var nodes []Node
	a, err := k.node(q.A)
	if err != nil {
		return reply{}, err
	}
	nodes = a.Steps()
	sets := len(nodes) + 1
	if q.Compare || q.Alone {
		nodes, sets = []Node{a}, 1
	}
	if q.Compare {
		b, err := k.node(q.B)
		if err != nil {
			return reply{}, err
		}
		nodes, sets = append(nodes, b), 6
	}
	if bounded && !k.memory.room(sets) {
		return reply{}, fault("cohort-ledger-full", "this snapshot has been counted by as many cohorts as it may be: more would let small numbers be worked out; wait for the next snapshot, or look at what has been counted")
	}
	found, err := k.decide(ctx, nodes)
	if err != nil {
		return reply{}, err
	}
	var r reply
	switch {
	case q.Compare:
		k.memory.compare(found[0].scope(), found[1].scope(), q.Within, -1)
		r.comparison = func(dim int) *Comparison {
			return k.memory.compare(found[0].scope(), found[1].scope(), q.Within, dim)
		}
	case q.Alone:
		k.memory.take(found[0].scope())
		r.workload = func(dim int) *Workload { return k.memory.workload(found[0].scope(), dim) }
	default:
		r.review = k.memory.review(found)
	}
	return r, nil
}

// decide runs trees, and beside each its outline.
func (k *Desk) decide(ctx context.Context, nodes []Node) ([]decided, error) {
	both := nodes
	for _, n := range nodes {
		both = append(both[:len(both):len(both)], k.Dictionary.outline(n))
	}
	found, err := k.run.decide(ctx, both)
	if err != nil {
		return nil, err
	}
	out := found[:len(nodes)]
	for i := range out {
		o := found[len(nodes)+i]
		out[i].certain, out[i].possible = o.yes, o.yes.or(o.unsure)
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
