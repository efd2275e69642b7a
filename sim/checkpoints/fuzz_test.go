package checkpoints

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
)

// Names that are read lie in the folder itself.
func FuzzSums(f *testing.F) {
	sum := strings.Repeat("0a", 32)
	for _, name := range []string{"a", "../a", "/a", "SHA256SUMS", ".a", "a\x00", ""} {
		f.Add([]byte(sum + "  " + name + "\n"))
	}
	f.Add([]byte(sum + "  a\n" + sum + "  a\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := parseSums(data)
		for name, sum := range list {
			require.NoError(t, err)
			assert.True(t, filepath.IsLocal(name))
			assert.Equal(t, name, filepath.Base(name))
			assert.Len(t, sum, 64)
		}
	})
}

// A position that is read is one that a run can be at.
func FuzzPosition(f *testing.F) {
	good, err := Position{Step: 7, Widenings: 1, Places: []int{0}, LossSum: 2, LossWeight: 1,
		Experiment: twice(tiny(model.Inner, "sparkling"))}.encode()
	require.NoError(f, err)
	f.Add(good)
	f.Add([]byte(`{"step": 1, "places": null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, err := parsePosition(data); err == nil {
			require.NoError(t, p.check())
			again, err := p.encode()
			require.NoError(t, err)
			q, err := parsePosition(again)
			require.NoError(t, err)
			assert.Equal(t, p.Step, q.Step)
			_, ok := placed(p.place().String())
			assert.True(t, ok)
		}
	})
}
