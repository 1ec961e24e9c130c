package identity

import (
	"leftshift/engine"
)

// People lists whose identities are held, rising. Nothing of an identity is
// opened.
func (v *Vault) People() ([]engine.Person, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	rows, err := v.db.Query(`SELECT person FROM identity ORDER BY person`)
	if err != nil {
		return nil, unread(err)
	}
	defer rows.Close()
	var out []engine.Person
	for rows.Next() {
		var p engine.Person
		if err := rows.Scan(&p); err != nil {
			return nil, unread(err)
		}
		out = append(out, p)
	}
	if err := rows.Err(); err != nil {
		return nil, unread(err)
	}
	return out, nil
}

func unread(err error) error {
	return &engine.Fault{Code: "vault-read", Say: "the vault cannot be read", Err: err}
}

// Forget removes the identities of people, all or none, and says how many were
// there. SQLite overwrites what it removes (secure_delete), in the file and, once
// Close has folded it, in the write-ahead log. Who is not there is passed over, so
// the same again removes nothing. A later Put of one of them starts anew.
func (v *Vault) Forget(people []engine.Person) (removed int, err error) {
	const say = "the vault cannot be written; nobody of this call was removed, run again"
	v.mu.Lock()
	defer v.mu.Unlock()
	tx, err := v.db.Begin()
	if err != nil {
		return 0, &engine.Fault{Code: "vault-write", Say: say, Err: err}
	}
	defer tx.Rollback()
	drop, err := tx.Prepare(`DELETE FROM identity WHERE person = ?`)
	if err != nil {
		return 0, &engine.Fault{Code: "vault-write", Say: say, Err: err}
	}
	defer drop.Close()
	for _, p := range people {
		r, err := drop.Exec(int64(p))
		if err != nil {
			return 0, &engine.Fault{Code: "vault-write", Say: say, Err: err}
		}
		n, err := r.RowsAffected()
		if err != nil {
			return 0, &engine.Fault{Code: "vault-write", Say: say, Err: err}
		}
		removed += int(n)
	}
	if err := tx.Commit(); err != nil {
		return 0, &engine.Fault{Code: "vault-write", Say: say, Err: err}
	}
	return removed, nil
}
