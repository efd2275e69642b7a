package browser

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/testneed"
)

// The same page gives the same bytes whenever it is printed: what is released does not depend on the time.
func TestAPrintedPageSaysNoTime(t *testing.T) {
	tab, err := Open(t.Context(), testneed.Browser(t), t.TempDir(), Desktop, nil)
	require.NoError(t, err)
	defer tab.Close()
	require.NoError(t, tab.Navigate("data:text/html,<title>Printed</title><p>words <math><mi>x</mi></math>"))
	pdf, err := tab.PDF()
	require.NoError(t, err)
	times := dated.FindAllSubmatch(pdf, -1)
	require.Len(t, times, 2)
	for _, found := range times {
		assert.Equal(t, never, string(found[2]))
	}
	earlier := "/CreationDate (D:20010203040506-07'30')\n/ModDate (D:20010203040506-07'30')>>"
	later := "/CreationDate (D:20261129075513+00'00')\n/ModDate (D:20261129075513+00'00')>>"
	assert.Equal(t, undated([]byte(earlier)), undated([]byte(later)))
	assert.Len(t, undated([]byte(later)), len(later), "all that follows stays where it was")
}

// A Chromium counts the parts of all that it has printed.
func TestPartsOfAPDFAreCountedFromItsOwnFirst(t *testing.T) {
	assert.Equal(t, "(node00000001) (node00000000) (node00000001)",
		string(undated([]byte("(node00002790) (node00002786) (node00002790)"))))
}
