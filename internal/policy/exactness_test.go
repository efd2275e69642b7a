package policy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every row of the table of what is exact names a test that is there, or says that none holds it.
func TestTheTableOfWhatIsExactNamesTheTestOfEveryRow(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, "docs/exactness.md"))
	require.NoError(t, err)
	_, table, ok := strings.Cut(string(data), "|---|---|---|\n")
	require.True(t, ok)
	table, _, _ = strings.Cut(table, "\n\n")
	rows := strings.Split(table, "\n")
	assert.Greater(t, len(rows), 12)
	for _, row := range rows {
		cells := strings.Split(row, "|")
		require.Len(t, cells, 5, row)
		tests := linked.FindAllStringSubmatch(cells[3], -1)
		if len(tests) == 0 {
			assert.True(t, strings.HasPrefix(cells[3], " none"), "no test: %s", row)
		}
		for _, m := range tests {
			assert.True(t, strings.HasPrefix(m[1], "Test"), "%s is no test", m[1])
			_, ok := comment(t, m[2], m[1])
			assert.True(t, ok, "%s is not in %s", m[1], m[2])
		}
	}
}
