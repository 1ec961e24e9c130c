package stream

// Split is the streams of several kinds of row, two of each: Base of what is
// known by a day, Later of what becomes known after it.
type Split struct {
	Base, Later []*Writer // by kind
	NoLater     bool      // Later is of no day: Close makes no file of it
}

// Write adds a row of a kind.
func (s *Split) Write(kind int, later bool, row []byte) {
	if later {
		s.Later[kind].Write(row)
	} else {
		s.Base[kind].Write(row)
	}
}

// Close ends all streams and returns the first error.
func (s *Split) Close() error {
	var first error
	for i := range s.Base {
		if err := s.Base[i].Close(); first == nil {
			first = err
		}
		if s.NoLater {
			continue
		}
		if err := s.Later[i].Close(); first == nil {
			first = err
		}
	}
	return first
}

// Err is the first error of any stream, nil when all is well.
func (s *Split) Err() error {
	for i := range s.Base {
		if err := s.Base[i].Err(); err != nil {
			return err
		}
		if err := s.Later[i].Err(); err != nil {
			return err
		}
	}
	return nil
}

// Bytes is how much was written, without headers.
func (s *Split) Bytes() (n int64) {
	for i := range s.Base {
		n += s.Base[i].Bytes() + s.Later[i].Bytes()
	}
	return n
}
