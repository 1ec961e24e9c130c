package report

import "strings"

// Silence is a kind of record that some practices' people do not have though
// others' do.
type Silence struct {
	Kind      string // in words
	Practices int
}

// unseen says what no source could show, nil when everything could be seen.
func (b *builder) unseen() *block {
	n := b.night
	if len(n.Unseen)+len(n.Silent) == 0 {
		return nil
	}
	out := &block{Heading: "Not observable here", Text: []string{
		"No record of these kinds can be seen, so having none says nothing of anyone: features that read them are not observable, which is not zero."}}
	if len(n.Unseen) > 0 {
		out.Items = append(out.Items, "Of anyone: "+strings.Join(n.Unseen, ", ")+".")
	}
	for _, s := range n.Silent {
		out.Items = append(out.Items, "Of the people of "+counted(s.Practices, "practice")+": "+s.Kind+".")
	}
	return out
}

func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return things(n) + " " + noun
}
