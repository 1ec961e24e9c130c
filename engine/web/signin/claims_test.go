package signin

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
)

func TestRoleTitles(t *testing.T) {
	for in, want := range map[string]string{
		`"Support":"Systems Support":"Systems Support Access Role"`: "Systems Support Access Role",
		"Nurse": "Nurse", "": "", `""`: "", "a:b:": "", "Clinical\u202ePractitioner\x00": "ClinicalPractitioner",
	} {
		if got := roleTitle(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestLevelsOfAssurance(t *testing.T) {
	for in, want := range map[string]level{`"3"`: 3, `2`: 2, `"0"`: 0, `4`: 0, `-1`: 0, `"high"`: 0, `null`: 0, `true`: 0, `3.0`: 0, `{}`: 0, `"03"`: 3} {
		var s struct {
			L level `json:"l"`
		}
		if err := json.Unmarshal([]byte(`{"l":`+in+`}`), &s); err != nil || s.L != want {
			t.Errorf("%s: %d, %v", in, s.L, err)
		}
	}
}

// Whatever an issuer says, it is refused with a code or gives an identity that
// pages and the audit can hold.
func FuzzClaims(f *testing.F) {
	f.Add([]byte(`{"sub":"s","uid":"u","authentication_assurance_level":"3","id_assurance_level":3,"tid":"t","oid":"o","roles":["a"],"groups":["b"]}`),
		[]byte(`{"sub":"s","nhsid_useruid":"u","name":"A B","nhsid_nrbac_roles":[{"person_roleid":"1","org_code":"A81001","role_code":"S8000:G8000:R8000","role_name":"\"x\":\"y\""}]}`))
	f.Add([]byte(`{"sub":"s","tid":"t","_claim_names":{"groups":"src1"}}`), []byte(`[]`))
	f.Add([]byte(`{"sub":"s","selected_roleid":"1","tid":"t","oid":"\u202e"}`), []byte(`{"sub":"s","uid":"u","nhsid_nrbac_roles":null}`))
	f.Fuzz(func(t *testing.T, id, info []byte) {
		c, err := parseIDClaims(id)
		if err != nil {
			if code(err) != "sign-in-claims" {
				t.Fatal(err)
			}
			return
		}
		config := Config{Tenants: map[string]string{"t": "QK1"}}
		one, errOne := fromCIS2(config, c, info)
		two, errTwo := fromEntra(config, c)
		for _, x := range []struct {
			id  Identity
			err error
		}{{one, errOne}, {two, errTwo}} {
			if x.err != nil {
				if !strings.HasPrefix(code(x.err), "sign-in-") && code(x.err) != "entra-groups-overage" {
					t.Fatal(x.err)
				}
				continue
			}
			if x.id.User == "" || !shows(x.id.User) || x.id.Subject == "" || len(x.id.Choices) > mostChoices || !shows(x.id.Name) {
				t.Fatalf("%+v", x.id)
			}
			seen := map[string]bool{}
			for _, k := range x.id.Choices {
				if k.ID == "" || k.Code == "" || k.Organisation == "" || seen[k.ID] || len(k.ID) > longestText || !shows(k.ID+k.Code+k.Title+k.Organisation) {
					t.Fatalf("%+v", x.id)
				}
				seen[k.ID] = true
			}
		}
	})
}

func shows(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.In(r, unicode.Cf) })
}
