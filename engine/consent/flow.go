package consent

import "leftshift/engine"

// Allow says whether a data set of a flow may be used for a purpose on a day,
// or refuses with a coded Fault: purpose-unknown, purpose-unsigned,
// flow-unknown, flow-expired, basis-expired, dataset-not-covered,
// purpose-not-covered, dataset-sensitive, dataset-direct-care-only. A flow
// and its basis count on their last day and not after it.
func (p *Policy) Allow(flow, dataset, purpose string, on engine.Day) error {
	u, err := p.purpose(purpose)
	if err != nil {
		return err
	}
	var f *Flow
	for i := range p.Flows {
		if p.Flows[i].Name == flow {
			f = &p.Flows[i]
		}
	}
	if f == nil {
		return fault("flow-unknown", "no flow "+flow+" is declared in the policy; a flow needs a legal basis, a controller and an end date before it lands")
	}
	var b *Basis
	for i := range p.Bases {
		if p.Bases[i].ID == f.Basis {
			b = &p.Bases[i]
		}
	}
	ends, ok := engine.ParseDay(f.Ends)
	switch {
	case b == nil:
		return fault("basis-unknown", "flow "+flow+" names a legal basis that the policy does not declare")
	case !ok || on > ends:
		return fault("flow-expired", "flow "+flow+" is past its end date "+f.Ends+"; its controller "+f.Controller+" renews it or it stays out")
	}
	ends, ok = engine.ParseDay(b.Ends)
	switch {
	case !ok || on > ends:
		return fault("basis-expired", "legal basis "+b.ID+" ended on "+b.Ends+"; flow "+flow+" stays out until there is another")
	case !has(f.Datasets, dataset) || !has(b.Covers, dataset):
		return fault("dataset-not-covered", "flow "+flow+" under basis "+b.ID+" does not cover "+dataset+" data; it does not land")
	case !has(f.Purposes, purpose):
		return fault("purpose-not-covered", "flow "+flow+" does not serve the purpose "+purpose)
	case sensitive[dataset] && !has(u.Sensitive, dataset):
		return fault("dataset-sensitive", dataset+" data is off unless a purpose names it under sensitive; "+purpose+" does not")
	case dataset == "gp-connect" && !u.DirectCare:
		return fault("dataset-direct-care-only", "GP Connect data is for direct care only; "+purpose+" is not")
	}
	return nil
}

// Read says whether what was prepared for one purpose may be read for
// another: never. The Fault's code goes to the audit.
func (p *Policy) Read(prepared, reader string) error {
	if _, err := p.purpose(reader); err != nil {
		return err
	}
	if prepared != reader {
		return fault("purpose-crossed", "this was prepared for "+prepared+" and cannot be read for "+reader+"; run it for that purpose, under its own opt-outs")
	}
	return nil
}
