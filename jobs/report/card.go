package report

// The intended purpose, where the card gives none of its own.
var (
	isFor = []string{
		"Supports a care team in choosing whom to review first.",
		"Gives analysts the make-up of a population by risk, in aggregate.",
	}
	isNotFor = []string{
		"It does not diagnose and does not decide treatment.",
		"It raises no alarm and says nothing about what is urgent today.",
		"No decision about a person's care rests on the score alone: a person reviews every row.",
		"A low score is no reason to refuse anyone care.",
	}
)

func (b *builder) card() section {
	c := b.night.Card
	s := section{ID: "model", Title: "What the model is for"}
	if c.Model != "" {
		s.Lead = append(s.Lead, "Model: "+c.Model+".")
	}
	if c.Outcome != "" {
		s.Lead = append(s.Lead, c.Outcome)
	}
	if len(c.For) == 0 {
		c.For = isFor
	}
	if len(c.NotFor) == 0 {
		c.NotFor = isNotFor
	}
	s.Blocks = []block{{Heading: "For", Items: c.For}, {Heading: "Not for", Items: c.NotFor}}
	if len(c.Limits) > 0 {
		s.Blocks = append(s.Blocks, block{Heading: "Known limits", Items: c.Limits})
	}
	if len(c.Facts) > 0 {
		s.Blocks = append(s.Blocks, block{Heading: "How it was made", Facts: c.Facts})
	}
	return s
}
