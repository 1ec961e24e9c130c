package config

import (
	"strings"
	"testing"
)

// Nothing leaves where nothing is said, and nothing where it is only named.
func TestG36NothingIsDeliveredUnlessItIsSwitchedOn(t *testing.T) {
	c, err := Parse([]byte("[site]\nname = \"s\"\nsynthetic = true\n[[deliver.fhir]]\nname = \"gp\"\nurl = \"https://gp.example/fhir\"\nteams = [\"all\"]\n[[deliver.file]]\nname = \"files\"\nteams = [\"north\"]\nshapes = [\"csv\"]\n"), "")
	if err != nil {
		t.Fatal(err)
	}
	if d := c.Deliver; d.FHIR[0].Enabled || d.FHIR[0].Flag || d.File[0].Enabled {
		t.Errorf("%+v", d)
	}
	if !Covers(c.Deliver.FHIR[0].Teams, "anything") || Covers(c.Deliver.File[0].Teams, "south") || !Covers(c.Deliver.File[0].Teams, "north") {
		t.Error("which teams")
	}
}

// The address in notices is one that people can open.
func TestTheAddressOfTheApplication(t *testing.T) {
	for text, want := range map[string]string{
		"": "http://127.0.0.1:8080",
		"[serve]\nredirect = \"https://ls.example/a/sign-in/callback\"\n":                                      "https://ls.example/a",
		"[deliver]\naddress = \"https://ls.example/b/\"\n[serve]\nredirect = \"https://x/sign-in/callback\"\n": "https://ls.example/b",
	} {
		c, err := Parse([]byte("[site]\nname = \"s\"\nsynthetic = true\n"+text), "")
		if err != nil || c.Address() != want {
			t.Errorf("%q: %v, %v", text, c.Address(), err)
		}
	}
	_, err := Parse([]byte("[site]\nname = \"s\"\nsynthetic = true\n[serve]\nlisten = \"0.0.0.0:443\"\ncertificate = \"c\"\nkey = \"k\"\n[[deliver.webhook]]\nname = \"h\"\nurl = \"https://h.example\"\nsecret_file = \"s/h\"\nteams = [\"all\"]\n"), "")
	if err == nil || !strings.Contains(err.Error(), "deliver.address") {
		t.Error(err)
	}
}

// Where something is sent does not change what a night makes.
func TestDeliveryIsNotInTheHash(t *testing.T) {
	a, _ := Parse([]byte("[site]\nname = \"s\"\nsynthetic = true\n"), "")
	b, err := Parse([]byte("[site]\nname = \"s\"\nsynthetic = true\n[[deliver.referral]]\nname = \"Falls\"\nods = \"X1\"\nendpoint = \"https://f.example\"\n"), "")
	if err != nil || a.Hash() != b.Hash() {
		t.Error("the hash changed", err)
	}
}
