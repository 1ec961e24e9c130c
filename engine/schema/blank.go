package schema

import "leftshift/engine"

// The New functions give rows whose optional days are absent. A row made
// without them has day zero, 1970-01-01, where it means "no day".

func NewPersonFact() PersonFact {
	return PersonFact{BirthMonth: engine.NoDay, DeathDay: engine.NoDay}
}

func NewRegistration() Registration {
	return Registration{FromDay: engine.NoDay, ToDay: engine.NoDay}
}

func NewResidence() Residence {
	return Residence{FromDay: engine.NoDay, ToDay: engine.NoDay}
}

func NewEvent(kind engine.EventKind) Event {
	return Event{Kind: kind, Day: engine.NoDay, LastDay: engine.NoDay, EndDay: engine.NoDay}
}

func NewEpisode(kind engine.EpisodeKind) Episode {
	return Episode{Kind: kind, StartDay: engine.NoDay, EndDay: engine.NoDay, SpellStart: engine.NoDay, SpellEnd: engine.NoDay}
}

func NewDocument() Document { return Document{Day: engine.NoDay, EndDay: engine.NoDay} }

func NewOrganisation() Organisation {
	return Organisation{FromDay: engine.NoDay, ToDay: engine.NoDay}
}
