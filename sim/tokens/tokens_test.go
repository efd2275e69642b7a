package tokens

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/task"
)

// file is one of a format, byte by byte.
func file(t testing.TB, f Format, tokens ...uint16) []byte {
	data, err := f.header(int64(len(tokens)))
	require.NoError(t, err)
	for _, id := range tokens {
		data = binary.LittleEndian.AppendUint16(data, id)
	}
	return data
}

// counting are n tokens from one on.
func counting(from, n int) (all []uint16) {
	for i := range n {
		all = append(all, uint16(from+i))
	}
	return all
}

// folder writes files.
func folder(t testing.TB, files map[string][]byte) string {
	dir := t.TempDir()
	for name, data := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o644))
	}
	return dir
}

// spec is a task of some tokens.
func spec(symbols, seq int, train, validation []string) task.Spec {
	return task.Spec{Kind: task.KindTokens, Symbols: symbols, TrainFiles: train, ValidationFiles: validation, Seq: seq,
		Batch: 4}
}

func opened(t testing.TB, dir string, s task.Spec) *Data {
	require.NoError(t, s.Validate())
	d, err := Open(t.Context(), dir, s, nil)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, d.Close()) })
	return d
}

// three shards of both formats, and their validation file; token 100·k + i is the i-th of shard k.
func three(t testing.TB, seq int) *Data {
	dir := folder(t, map[string][]byte{
		"a.bin": file(t, NanoGPT, counting(100, 40)...), "b.bin": file(t, LLMC, counting(200, 9)...),
		"more/c.bin": file(t, NanoGPT, counting(300, 17)...), "val.bin": file(t, LLMC, counting(400, 90)...),
	})
	return opened(t, dir, spec(512, seq, []string{"a.bin", "b.bin", "more/c.bin"}, []string{"val.bin"}))
}

// Rows are windows of one shard each, every window of every shard comes, and labels are what follows.
func TestRowsAreWindowsOfOneShard(t *testing.T) {
	const seq = 8
	d := three(t, seq)
	train, validation := d.Tokens()
	assert.Equal(t, []int64{66, 90}, []int64{train, validation})
	seen := map[int32]int{}
	ids, labels := make([]int32, 4*seq), make([]int32, 4*seq)
	for step := range 1000 {
		d.Batch(7, step, seq, ids, labels)
		for row := 0; row < len(ids); row += seq {
			seen[ids[row]]++
			for i := range seq {
				require.Equal(t, ids[row]+int32(i), ids[row+i], "a window crosses no border")
				require.Equal(t, ids[row+i]+1, labels[row+i])
			}
		}
	}
	assert.Len(t, seen, 40-seq+9-seq+17-seq, "every place is drawn")
	for at, n := range seen {
		assert.InDelta(t, 4000./42, n, 50, "place %d", at)
	}
	assert.NoError(t, d.Err())
	assert.Equal(t, 512, d.Vocab())
	assert.Equal(t, "317", d.Symbol(317))
}

// The numbers that PCG draws from (seed, step), and thereby the order of the data, are the same on every machine and in
// every version: these were written down once.
func TestTheOrderOfTheDataIsWrittenDown(t *testing.T) {
	const seq = 8
	d := three(t, seq)
	ids, labels := make([]int32, 4*seq), make([]int32, 4*seq)
	d.Batch(7, 3, seq, ids, labels)
	first := func(ids []int32) (all []int32) {
		for row := 0; row < len(ids); row += seq {
			all = append(all, ids[row])
		}
		return all
	}
	want := first(ids)
	assert.Equal(t, []int32{121, 108, 114, 117}, want)
	d.Batch(7, 3, seq, ids[:2*seq], labels[:2*seq])
	assert.Equal(t, want[:2], first(ids[:2*seq]), "row i is the same however many rows there are")
}

func TestABatchAllocatesNothing(t *testing.T) {
	d := three(t, 8)
	ids, labels := make([]int32, 32), make([]int32, 32)
	assert.Zero(t, testing.AllocsPerRun(100, func() { d.Batch(1, 2, 8, ids, labels) }))
}

// The live windows are spread over the file from its first token to its last, those of the end do not overlap.
func TestValidationReadsItsOwnFiles(t *testing.T) {
	const seq = 8
	d := three(t, seq)
	begin := func(s task.Set) (all []int32) {
		ids, labels := make([]int32, s.Seq), make([]int32, s.Seq)
		for row := range s.Rows {
			s.Fill(row, ids, labels)
			assert.Equal(t, ids[1:], labels[:seq-1])
			all = append(all, ids[0])
		}
		return all
	}
	live := begin(d.Live(seq))
	require.Len(t, live, task.ValWindows)
	assert.Equal(t, []int32{400, 400 + 90 - seq - 1}, []int32{live[0], live[len(live)-1]})
	assert.Equal(t, []int32{400, 408, 416, 424, 432, 440, 448, 456, 464, 472, 480}, begin(d.Full(seq)))

	ids, labels := make([]int32, 2*seq), make([]int32, 2*seq)
	d.Sample(seq, ids, labels)
	assert.Equal(t, []int32{400, 481}, []int32{ids[0], ids[seq]})
	assert.Zero(t, d.Questions().Rows)
}

// Of much validation data a part is read, that is spread over all of it.
func TestTheFullValidationIsBounded(t *testing.T) {
	const seq = 4096
	big := make([]byte, 3*task.FullTokens*tokenBytes)
	for i := range big[:len(big)/2] {
		binary.LittleEndian.PutUint16(big[2*i:], uint16(i/seq)) // the number of the window
	}
	dir := folder(t, map[string][]byte{"train.bin": file(t, NanoGPT, make([]uint16, seq+1)...), "val.bin": big})
	d := opened(t, dir, spec(1<<16, seq, []string{"train.bin"}, []string{"val.bin"}))
	s := d.Full(seq)
	assert.Equal(t, task.FullTokens/seq, s.Rows)
	ids, labels := make([]int32, seq), make([]int32, seq)
	last := int32(-1)
	for row := range s.Rows {
		s.Fill(row, ids, labels)
		assert.Greater(t, ids[0], last, "no two are the same")
		last = ids[0]
	}
	assert.Greater(t, last, int32(3*task.FullTokens/seq-5))
}

func TestEveryFileIsCheckedBeforeTheFirstStep(t *testing.T) {
	good := file(t, NanoGPT, counting(0, 50)...)
	head := func(i int, n uint32) []byte {
		data := file(t, LLMC, counting(0, 50)...)
		binary.LittleEndian.PutUint32(data[4*i:], n)
		return data
	}
	for want, data := range map[string][]byte{
		"no such file":                                            nil,
		"it is empty":                                             {},
		"99 bytes, an odd number":                                 good[:99],
		"version 2 of llm.c's files; version 1":                   head(1, 2),
		"has 49 tokens, which make 1122 bytes; it ha":             head(2, 49),
		"has 51 tokens, which make 1126 bytes; it ha":             head(2, 51),
		"has 0 tokens; at least one":                              head(2, 0),
		"has -1 tokens; at least one":                             head(2, 1<<32-1),
		"its tokens have 32 bits":                                 head(0, magicWide),
		"begins with the number 20240522 and version 1, as llm":   head(0, 20240522), // questions of an evaluation
		"begins with the number 20250101 and version 1, as llm":   head(0, 20250101),
		"600 bytes; the header of llm.c's":                        head(2, 50)[:600],
		"8 tokens; rows of 8 need at least 9":                     file(t, LLMC, counting(0, 8)...),
		"it is a NumPy array":                                     append([]byte("\x93NUMPY\x01\x00"), good...),
		"it is the index of Megatron's":                           append([]byte("MMIDIDX\x00\x00\x01"), good...),
		"the token 50 at position 50; with task.symbols 50 allow": file(t, LLMC, counting(0, 51)...),
		"the token 65535 at position 49; with":                    file(t, NanoGPT, append(counting(0, 49), 65535)...),
	} {
		for _, bad := range []string{"train/2.bin", "val.bin"} {
			files := map[string][]byte{"train/1.bin": good, "train/2.bin": good, "val.bin": good}
			files[bad] = data
			if data == nil {
				delete(files, bad)
			}
			dir := folder(t, files)
			s := spec(50, 8, []string{"train/1.bin", "train/2.bin"}, []string{"val.bin"})
			_, err := Open(t.Context(), dir, s, nil)
			require.ErrorContains(t, err, want)
			assert.ErrorContains(t, err, "the token file "+bad)
			assert.NotContains(t, err.Error(), "\n")
			assert.NotContains(t, err.Error(), dir, "a name is the document's")
		}
	}
	dir := folder(t, map[string][]byte{"a": good})
	_, err := Open(t.Context(), filepath.Dir(dir), spec(50, 8, []string{filepath.Base(dir)}, []string{"b"}), nil)
	assert.ErrorContains(t, err, "it is a folder")
}

// Tokens that begin as a day of llm.c's does, and go on as no header would, are tokens.
func TestTokensThatBeginLikeADayAreTokens(t *testing.T) {
	tokens := append([]uint16{20240522 & 0xffff, 20240522 >> 16}, counting(70, 1000)...)
	dir := folder(t, map[string][]byte{"a": file(t, NanoGPT, tokens...), "b": file(t, NanoGPT, tokens...)})
	d := opened(t, dir, spec(1<<16, 8, []string{"a"}, []string{"b"}))
	assert.EqualValues(t, len(tokens), d.train.shards[0].tokens)
}

// A token that is too high is found wherever it is, and who gives up does not wait for the end of large files.
func TestTheCheckReadsAllTellsHowFarItIsAndCanBeStopped(t *testing.T) {
	all := make([]uint16, 3*chunk/tokenBytes+7)
	all[len(all)-1] = 9
	dir := folder(t, map[string][]byte{"a": file(t, LLMC, all...), "b": file(t, LLMC, all[:50]...)})
	s := spec(10, 8, []string{"a"}, []string{"b"})
	var told []int64
	d, err := Open(t.Context(), dir, s, func(done, all int64) { told = append(told, done, all) })
	require.NoError(t, err)
	require.NoError(t, d.Close())
	size := int64(3*chunk + 14 + 100)
	assert.Equal(t, []int64{chunk, size, 2 * chunk, size, 3 * chunk, size, 3*chunk + 14, size, size, size}, told)

	s.Symbols = 9
	_, err = Open(t.Context(), dir, s, nil)
	assert.ErrorContains(t, err, fmt.Sprintf("the token 9 at position %d", len(all)-1))

	ctx, stop := context.WithCancel(t.Context())
	_, err = Open(ctx, dir, s, func(int64, int64) { stop() })
	assert.ErrorIs(t, err, context.Canceled)
}

// broken is a file that fails from some read on.
type broken struct {
	source
	err error
}

func (b *broken) ReadAt(p []byte, at int64) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	return b.source.ReadAt(p, at)
}

// What a file suffers in the middle of a run is known after the batch, and what was filled does no harm.
func TestAFileThatFailsInMidRunIsSaid(t *testing.T) {
	dir := folder(t, map[string][]byte{"a": file(t, LLMC, counting(0, 50)...), "b": file(t, LLMC, counting(0, 50)...)})
	ids, labels := make([]int32, 8), make([]int32, 8)
	for want, harm := range map[string]func(d *Data){
		"the token file a has become shorter": func(*Data) {
			require.NoError(t, os.Truncate(filepath.Join(dir, "a"), 1030))
		},
		"the token file a has the token 65535 at": func(*Data) {
			data := file(t, LLMC, counting(0, 50)...)
			for i := headerBytes; i < len(data); i++ {
				data[i] = 0xff
			}
			require.NoError(t, os.WriteFile(filepath.Join(dir, "a"), data, 0o644))
		},
		"the token file a cannot be used: the disk is gone": func(d *Data) {
			f := d.train.shards[0]
			f.file = &broken{f.file, &os.PathError{Op: "read", Path: "a", Err: errors.New("the disk is gone")}}
		},
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "a"), file(t, LLMC, counting(0, 50)...), 0o644))
		d := opened(t, dir, spec(50, 8, []string{"a"}, []string{"b"}))
		harm(d)
		d.Batch(1, 2, 8, ids, labels)
		require.ErrorContains(t, d.Err(), want)
		assert.Equal(t, d.Err(), task.Err(d))
		assert.Equal(t, make([]int32, 8), ids)
		d.Live(8).Fill(0, ids, labels)
		assert.ErrorContains(t, d.Err(), want, "the first error stays")
	}
}

// Data is told from other data by what is in it, not by how it is kept.
func TestDataHasAFingerprint(t *testing.T) {
	print := func(f Format, val ...uint16) string {
		dir := folder(t, map[string][]byte{"a": file(t, f, counting(0, 50)...), "b": file(t, f, val...)})
		return opened(t, dir, spec(60, 8, []string{"a"}, []string{"b"})).Fingerprint()
	}
	want := print(LLMC, counting(0, 9)...)
	assert.Equal(t, want, print(NanoGPT, counting(0, 9)...))
	assert.NotEqual(t, want, print(LLMC, counting(1, 9)...))
	assert.NotEqual(t, want, print(LLMC, counting(0, 10)...))
}
