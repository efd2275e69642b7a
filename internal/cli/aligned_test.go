package cli

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Names in any script keep the columns of a table below each other on a terminal.
func TestColumnsStandBelowEachOtherInAnyScript(t *testing.T) {
	var out strings.Builder
	table := &aligned{w: &out}
	for _, name := range []string{"arm", "小さい", "نسخة", "Копия 🙂", "e\u0301t\u00e9", "👨‍👩‍👧"} {
		fmt.Fprintf(table, "%s\t12\t1.5\n", name)
	}
	require.NoError(t, table.Flush())
	assert.Equal(t, ""+
		"arm       12  1.5\n"+
		"小さい    12  1.5\n"+
		"نسخة      12  1.5\n"+
		"Копия 🙂  12  1.5\n"+
		"e\u0301t\u00e9       12  1.5\n"+
		"👨‍👩‍👧        12  1.5\n", out.String())

	out.Reset()
	table = &aligned{w: &out, right: true}
	fmt.Fprint(table, "复制\t1\t\na\t22\t\n\nlonger\t3\t\n")
	require.NoError(t, table.Flush())
	assert.Equal(t, "  复制   1\n     a  22\n\n  longer  3\n", out.String(), "an empty line begins another table")
	assert.Equal(t, []string{"小さい 复制", "小さい"}, wrap("小さい 复制 小さい", 11))
}
