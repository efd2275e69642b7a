package report

import (
	"bytes"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A report's own files may come from anybody: whatever stands in a cell of them, they are refused, or give a report.
func FuzzACellOfAReportIsReadOrRefused(f *testing.F) {
	few := made(f, About{Seeds: 1, Claims: []string{"2", "3b"}, Tasks: []string{"facts"}})
	few.Earlier = few.Results
	names := []string{runsFile, curvesFile, earlierFile}
	tables := map[string][][]string{}
	for _, name := range names {
		rows, err := csv.NewReader(bytes.NewReader(written(f, few, name))).ReadAll()
		require.NoError(f, err)
		tables[name] = rows
	}
	about := written(f, few, aboutFile)
	for _, cell := range []string{"", "-", "- 1", "1e38 1e38 1e38 1e38", "1e-45", "0", "-1", "inf", "x"} {
		for column := range runsHead {
			f.Add(uint8(0), uint8(1), uint8(column), cell)
		}
		f.Add(uint8(1), uint8(2), uint8(9), cell)
	}
	f.Fuzz(func(t *testing.T, file, row, column uint8, cell string) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, aboutFile), about, 0o644))
		for i, name := range names {
			rows := tables[name]
			if i == int(file)%len(names) {
				at := &rows[int(row)%len(rows)][int(column)%len(rows[0])]
				defer func(was string) { *at = was }(*at)
				*at = cell
			}
			var b bytes.Buffer
			require.NoError(t, csv.NewWriter(&b).WriteAll(rows))
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o644))
		}
		if got, err := Open(dir); err == nil {
			require.NoError(t, got.document().page(io.Discard))
		}
	})
}
