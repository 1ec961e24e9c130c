package worklist

import (
	"context"
	"database/sql"
)

// job is one write that waits for its turn.
type job struct {
	ctx  context.Context
	do   func(*sql.Tx) error
	done chan error
}

// most writes that share one sync: more would keep the first waiting long.
const most = 128

// change runs one write, all or nothing, and returns when it is on disk. Whoever
// gives up waiting before its turn has changed nothing; after that the answer is
// waited for, since it is known within the time that SQLite waits for its lock.
func (s *Store) change(ctx context.Context, do func(*sql.Tx) error) error {
	j := &job{ctx, do, make(chan error, 1)}
	s.mu.RLock()
	if s.shut {
		s.mu.RUnlock()
		return fault("worklist-closed", "the worklist is closed: the program is ending")
	}
	select {
	case s.queue <- j:
		s.mu.RUnlock()
	case <-ctx.Done():
		s.mu.RUnlock()
		return ctx.Err()
	}
	return <-j.done
}

// writer takes what waits, commits it together, and answers.
func (s *Store) writer() {
	for first := range s.queue {
		batch := []*job{first}
	gather:
		for len(batch) < most {
			select {
			case j, ok := <-s.queue:
				if !ok {
					break gather
				}
				batch = append(batch, j)
			default:
				break gather
			}
		}
		s.commit(batch)
	}
}

func (s *Store) commit(batch []*job) {
	const say = "the worklist cannot be written"
	answers := make([]error, len(batch))
	err := func() error {
		tx, err := s.write.Begin()
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		for k, j := range batch {
			if answers[k] = j.ctx.Err(); answers[k] != nil {
				continue
			}
			if _, err := tx.Exec("SAVEPOINT one"); err != nil {
				return err
			}
			if answers[k] = j.do(tx); answers[k] != nil {
				// Where SQLite ended the whole transaction, this fails, and with it all.
				if _, err := tx.Exec("ROLLBACK TO one"); err != nil {
					return err
				}
			}
			if _, err := tx.Exec("RELEASE one"); err != nil {
				return err
			}
		}
		return tx.Commit()
	}()
	for k, j := range batch {
		switch {
		case err != nil: // a refusal may have rested on what is not there now
			j.done <- broken(say, err)
		case answers[k] != nil:
			j.done <- broken(say, answers[k])
		default:
			j.done <- nil
		}
	}
}
