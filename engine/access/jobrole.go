package access

import "strings"

// JobRole is a code of the national role-based access control database and the
// role that it gives here unless the configuration says otherwise.
type JobRole struct {
	Code  string // R and four digits
	Title string // as the national list has it
	Role  Role
}

// JobRoles is what the national job role codes mean where a site says nothing.
// Codes and titles are those of the national list of job roles (National RBAC
// Database; read in the copy of the SDS job role list that the childhealth/Zeppo
// repository holds, in sql/Assessments.sql, and for part of them in Care
// Connect's CodeSystem SDSJobRoleName-1). Which role they give is this
// project's choice: the narrowest that lets their holders do their work. A code
// that is not here gives nothing, and nobody becomes an administrator by a
// national code.
func JobRoles() []JobRole {
	return []JobRole{
		{"R0001", "Privacy Officer", PrivacyOfficer},
		{"R0260", "General Medical Practitioner", ClinicalLead},
		{"R0270", "Salaried General Practitioner", ClinicalLead},
		{"R1070", "Paramedic", Ambulance},
		{"R1290", "Pharmacist", Pharmacy},
		{"R1330", "Social Worker", SocialCare},
		{"R1840", "Analyst", Analyst},
		{"R5105", "Caldicott Guardian", IGLead},
		{"R8000", "Clinical Practitioner Access Role", ClinicalLead},
		{"R8001", "Nurse Access Role", Coordinator},
		{"R8003", "Health Professional Access Role", Coordinator},
		{"R8008", "Admin/Clinical Support Access Role", Coordinator},
		{"R8012", "Information Officer Access Role", Analyst},
		{"R8014", "Social Worker Access Role", SocialCare},
		{"R9620", "Home Care organiser", Domiciliary},
	}
}

// JobRoleCode takes the job role from a national role code: the part after the
// last colon of "S8000:G8000:R8000", or the whole of "R8000". "" when that is
// not R and four digits.
func JobRoleCode(code string) string {
	c := strings.TrimSpace(code[strings.LastIndexByte(code, ':')+1:])
	if len(c) != 5 || c[0] != 'R' {
		return ""
	}
	for _, d := range []byte(c[1:]) {
		if d < '0' || d > '9' {
			return ""
		}
	}
	return c
}

func jobRole(code string) (Role, bool) {
	for _, j := range JobRoles() {
		if j.Code == code {
			return j.Role, true
		}
	}
	return "", false
}
