//go:build soak

package soak

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A tenth of the steps of docs/million.md: what symmetric copies do does not need the others.
func TestCopiesOfAMillionParametersStayEqualUnlessTheirStatesAreNot(t *testing.T) {
	type arm struct {
		Name   string `json:"name"`
		Pairs  int    `json:"pairs"`
		Locked int    `json:"locked_pairs"`
	}
	got := parsed[struct {
		Arms []arm `json:"arms"`
	}](t, run(t, "run", "million", "--steps", "120", "--quiet", "--json"))
	require.Len(t, got.Arms, 4)
	for _, a := range got.Arms[1:] {
		require.Equal(t, 4*8*64, a.Pairs, a.Name)
		want := 0
		if a.Name == "Copy" {
			want = a.Pairs
		}
		assert.Equal(t, want, a.Locked, a.Name)
	}
}
