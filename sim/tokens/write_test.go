package tokens

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Shards are what was written, and each has room for a row.
func TestShardsAreWhatWasWritten(t *testing.T) {
	const per = MinShard + 10
	for _, format := range Formats {
		for n, want := range map[int][]int64{
			20: {20}, per: {per}, per + 5: {per + 5}, per + MinShard - 1: {per + MinShard - 1},
			per + MinShard: {per, MinShard}, 2*per + 1: {per, per + 1}, 3 * per: {per, per, per},
		} {
			dir := t.TempDir()
			w, err := NewWriter(dir, "train", format, per)
			require.NoError(t, err)
			all := counting(0, n)
			for rest := all; len(rest) > 0; {
				k := min(len(rest), 777)
				require.NoError(t, w.Write(rest[:k]))
				rest = rest[k:]
			}
			names, err := w.Close()
			require.NoError(t, err)
			var sizes []int64
			at := 0
			for _, name := range names {
				s, err := openShard(name, filepath.Join(dir, name))
				require.NoError(t, err)
				assert.Equal(t, format, s.format)
				data := make([]byte, s.tokens*tokenBytes)
				require.NoError(t, s.read(0, data))
				assert.Equal(t, file(t, NanoGPT, all[at:at+int(s.tokens)]...), data)
				at += int(s.tokens)
				sizes = append(sizes, s.tokens)
				require.NoError(t, s.file.Close())
			}
			assert.Equal(t, want, sizes)
			entries, err := os.ReadDir(dir)
			require.NoError(t, err)
			assert.Len(t, entries, len(names), "and nothing else")
		}
	}
	for _, per := range []int64{0, MinShard - 1, MaxShard + 1} {
		_, err := NewWriter(t.TempDir(), "train", LLMC, per)
		assert.ErrorContains(t, err, "allowed are 8192 to")
	}
	_, err := LLMC.header(1 << 31)
	assert.ErrorContains(t, err, "use smaller shards")
}

// Whatever a file holds, it is refused in a sentence, or all of it is what its header says, or two bytes a token.
func FuzzShard(f *testing.F) {
	f.Add(file(f, LLMC, counting(0, 30)...), 50)
	f.Add(file(f, NanoGPT, counting(0, 30)...), 10)
	f.Add([]byte("\x93NUMPY"), 10)
	f.Fuzz(func(t *testing.T, data []byte, symbols int) {
		symbols = 2 + (symbols&0xffff)%(MaxSymbols-1)
		dir := folder(t, map[string][]byte{"a": data, "b": file(t, LLMC, counting(0, 2)...)})
		d, err := Open(t.Context(), dir, spec(symbols, 4, []string{"a"}, []string{"a"}), nil)
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		defer d.Close()
		train, _ := d.Tokens()
		assert.Contains(t, []int64{train * tokenBytes, train*tokenBytes + headerBytes}, int64(len(data)))
		ids, labels := make([]int32, 4), make([]int32, 4)
		for row := range d.Full(4).Rows {
			d.Full(4).Fill(row, ids, labels)
			for i := range ids {
				require.Less(t, int(max(ids[i], labels[i])), symbols)
			}
		}
		require.NoError(t, d.Err())
	})
}
