package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/lecture"
)

// TestTheNamedRunComesOutAsItIsKept makes the run anew. Where sums are taken as in the kept one every digit is the
// same; elsewhere what the lecture says of the lock is.
func TestTheNamedRunComesOutAsItIsKept(t *testing.T) {
	kept := lecture.Named()
	now, err := made()
	require.NoError(t, err)
	if now.Arithmetic == kept.Arithmetic {
		data, err := document(now)
		require.NoError(t, err)
		file, err := os.ReadFile("../runs.json")
		require.NoError(t, err)
		assert.Equal(t, string(file), string(data))
	}
	for _, r := range []lecture.Run{kept, now} {
		for _, a := range r.Arms {
			switch a.Name {
			case "copy":
				assert.Equal(t, a.Pairs, a.Locked, "a pair of Copy has parted")
			case "asymmetric", "sparkling":
				assert.Zero(t, a.Locked, "a pair of %s is still locked", a.Name)
			}
		}
		for _, u := range r.Updates {
			parted := false
			for _, l := range u.Lines {
				memory := l.Name == "m" && l.Stage == "First moment"
				switch {
				case u.Arm == "copy":
					assert.True(t, l.Same, "%s of Copy differs in the two halves", l.Name)
				case !parted && !memory:
					assert.True(t, l.Same, "%s differs before the memory does", l.Name)
				case memory:
					assert.False(t, l.Same, "the memory of the copy is not empty")
					assert.Equal(t, "0", l.Values[1])
					parted = true
				}
			}
			assert.Equal(t, u.Arm == "asymmetric", parted)
			assert.False(t, parted && u.Lines[len(u.Lines)-1].Same, "the update left the two weights equal")
		}
	}
}
