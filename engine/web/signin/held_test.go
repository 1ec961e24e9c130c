package signin

import (
	"context"
	"database/sql"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// While another program has the file locked, those who are signed in go on and
// wait for nothing in line; what would change who is signed in is refused.
func TestG20AFileThatIsHeldKeepsNobodyInLine(t *testing.T) {
	folder := t.TempDir()
	clock := newClock()
	s, err := OpenStore(folder, clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx := context.Background()
	var secrets []string
	for range 40 {
		one, err := s.Begin(ctx, Identity{Issuer: "i", Subject: "s", User: "u", Choices: []Choice{{ID: "1"}}}, "1", "")
		if err != nil {
			t.Fatal(err)
		}
		secrets = append(secrets, one)
	}
	db, err := sql.Open("sqlite3", filepath.Join(folder, "signin.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	other, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.ExecContext(ctx, "BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	clock.move(5 * time.Minute) // each is due to be noted
	// One behind the other these would wait 80 seconds, which is more than this.
	soon, cancel := context.WithTimeout(ctx, 40*time.Second)
	defer cancel()
	var all sync.WaitGroup
	for _, x := range secrets {
		all.Go(func() {
			if got, err := s.Find(soon, x, Lasts{}, true); err != nil || got.User != "u" {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	all.Wait()
	if soon.Err() != nil {
		t.Error("they waited in line")
	}
	if _, err := s.Begin(ctx, Identity{User: "v"}, "", ""); code(err) != "sessions-unusable" {
		t.Errorf("a sign-in: %v", err)
	}
	if _, err := other.ExecContext(ctx, "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	got, err := s.Find(ctx, secrets[0], Lasts{}, true)
	if err != nil {
		t.Fatal(err)
	}
	if got, err = s.Find(ctx, secrets[0], Lasts{}, true); err != nil || !got.Seen.Equal(clock.Now().UTC()) {
		t.Errorf("seen at %v, %v", got.Seen, err)
	}
	// What was not noted idles out, on the early side.
	clock.move(11 * time.Minute)
	if _, err := s.Find(ctx, secrets[1], Lasts{}, true); code(err) != "session-idle" {
		t.Error(err)
	}
}
