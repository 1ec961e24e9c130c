package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Canonical is the configuration as text, one line a value in the order of
// the declaration, defaults filled in: the form that is saved with each run.
// The order of keys in the file, comments and spelling of numbers do not
// change it. What results do not depend on (threads, memory, the schedule) is
// left out, so a run on a larger machine has the same hash.
func (c *Config) Canonical() string {
	var b strings.Builder
	write(&b, reflect.ValueOf(c).Elem(), "")
	return b.String()
}

// Hash is the SHA-256 of Canonical in hex.
func (c *Config) Hash() string {
	sum := sha256.Sum256([]byte(c.Canonical()))
	return hex.EncodeToString(sum[:])
}

func write(b *strings.Builder, v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			sf := v.Type().Field(i)
			if sf.IsExported() && sf.Tag.Get("canon") != "-" {
				write(b, v.Field(i), join(path, sf.Tag.Get("toml")))
			}
		}
	case reflect.Slice:
		fmt.Fprintf(b, "%s# = %d\n", path, v.Len())
		for i := range v.Len() {
			write(b, v.Index(i), path+"["+strconv.Itoa(i)+"]")
		}
	case reflect.String:
		fmt.Fprintf(b, "%s = %s\n", path, strconv.Quote(v.String()))
	case reflect.Float64:
		fmt.Fprintf(b, "%s = %s\n", path, strconv.FormatFloat(v.Float(), 'g', -1, 64))
	default:
		fmt.Fprintf(b, "%s = %v\n", path, v.Interface())
	}
}
