package checkpoint

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nlpodyssey/safetensors"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// file is the bytes of a file with this header and so many bytes of data.
func file(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

func open(t testing.TB, data []byte) (*File, error) {
	path := filepath.Join(t.TempDir(), "x.safetensors")
	require.NoError(t, os.WriteFile(path, data, 0o644))
	f, err := Open(path)
	if err == nil {
		t.Cleanup(func() { f.Close() })
	}
	return f, err
}

// A header is believed only where it fits the file, byte for byte; the error says which tensor is wrong.
func TestHeaderThatDoesNotFitIsRefused(t *testing.T) {
	tensor := func(dtype, shape string, from, to int) string {
		return fmt.Sprintf(`{"dtype":%q,"shape":%s,"data_offsets":[%d,%d]}`, dtype, shape, from, to)
	}
	for name, c := range map[string]struct {
		data []byte
		says string
	}{
		"nothing":          {nil, "it is empty"},
		"too short":        {[]byte{1, 2, 3}, "it has 3 bytes"},
		"header too large": {binary.LittleEndian.AppendUint64(nil, maxHeader+1), "allowed are"},
		"length of a fool": {binary.LittleEndian.AppendUint64(nil, math.MaxUint64), "18446744073709551615"},
		"header cut off": {file(`{"a":`+tensor("F32", "[1]", 0, 4)+`}`, 4)[:20],
			"the file has 20: it was cut short"},
		"not JSON":      {file(`{"a":`, 0), "its header: it ends within an object"},
		"not an object": {file(`[1]`, 0), "does not begin with {"},
		"meta not text": {file(`{"__metadata__":{"a":1}}`, 0), "__metadata__"},
		"no shape":      {file(`{"a":{"dtype":"F32","data_offsets":[0,4]}}`, 4), `tensor "a"`},
		"one offset":    {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}`, 4), "two data_offsets"},
		"unknown field": {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"strides":[1]}}`, 4),
			"strides"},
		"unknown type":      {file(`{"a":`+tensor("Q4", "[1]", 0, 4)+`}`, 4), `dtype "Q4"`},
		"negative shape":    {file(`{"a":`+tensor("F32", "[-1]", 0, 4)+`}`, 4), "shape [-1]"},
		"overflowing shape": {file(`{"a":`+tensor("F32", "[4294967296,4294967296]", 0, 0)+`}`, 0), "cannot be"},
		"endless shape": {file(`{"a":`+tensor("F32", "["+strings.Repeat("1,", 1<<16)+"1]", 0, 4)+`}`, 4),
			"which is not a value of its kind"},
		"shape and offsets": {file(`{"a":`+tensor("F32", "[2]", 0, 4)+`}`, 4), "takes 8 bytes"},
		"backwards":         {file(`{"a":`+tensor("F32", "[1]", 4, 0)+`}`, 4), "data_offsets are 4 and 0"},
		"beyond the file":   {file(`{"a":`+tensor("F32", "[2]", 0, 8)+`}`, 4), `tensor "a" ends at byte 8`},
		"overlap": {file(`{"a":`+tensor("F32", "[2]", 0, 8)+`,"b":`+tensor("F32", "[1]", 4, 8)+`}`, 8),
			`tensor "b" overlaps`},
		"gap": {file(`{"a":`+tensor("F32", "[1]", 0, 4)+`,"b":`+tensor("F32", "[1]", 8, 12)+`}`, 12),
			`tensor "b" begins at byte 8`},
		"a name twice": {file(`{"a":`+tensor("F32", "[1]", 0, 4)+`,"b":`+tensor("F32", "[1]", 4, 8)+`,"a":`+
			tensor("F32", "[1]", 8, 12)+`}`, 12), "its header: a is there twice"},
		"by another spelling": {file(`{"ab":`+tensor("F32", "[1]", 0, 4)+`,"\u0061b":`+tensor("F32", "[1]", 4, 8)+`}`,
			8), "ab is there twice"},
		"a key twice": {file(`{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4),
			`tensor "a": dtype is there twice`},
		"a key in another case": {file(`{"a":{"dtype":"F32","Shape":[1],"data_offsets":[0,4]}}`, 4),
			"Shape is no key of the format; shape is spelt otherwise, and case counts"},
		"a key in both": {file(`{"a":{"dtype":"F32","shape":[1],"SHAPE":[1],"data_offsets":[0,4]}}`, 4),
			"SHAPE is no key"},
		"meta in another case": {file(`{"__Metadata__":{"format":"pt"}}`, 0), "__metadata__ is spelt otherwise"},
		"meta twice": {file(`{"__metadata__":{"a":"1"},"__metadata__":{}}`, 0),
			"__metadata__ is there twice"},
		"a text twice":     {file(`{"__metadata__":{"a":"1","a":"2"}}`, 0), "a is there twice"},
		"no number":        {file(`{"a":`+tensor("F32", "[null]", 0, 4)+`}`, 4), "shape is [null]"},
		"a number as text": {file(`{"a":`+tensor("F32", `["1"]`, 0, 4)+`}`, 4), `shape is ["1"]`},
		"another number":   {file(`{"a":`+tensor("F32", `[1e0]`, 0, 4)+`}`, 4), `shape is [1e0]`},
		"no type":          {file(`{"a":{"dtype":null,"shape":[1],"data_offsets":[0,4]}}`, 4), "dtype is null"},
		"a space before":   {file(` {"a":`+tensor("F32", "[1]", 0, 4)+`}`, 4), "does not begin with {"},
		"more than JSON":   {file(`{"a":`+tensor("F32", "[1]", 0, 4)+`}}`, 4), "its header"},
		"two documents":    {file(`{"a":`+tensor("F32", "[1]", 0, 4)+`}{}`, 4), "more follows"},
		"no text":          {file("{\"a\xff\":"+tensor("F32", "[1]", 0, 4)+`}`, 4), "not text in UTF-8"},
		"a name that acts": {file("{\"a\\n\\u001b[2J\":"+tensor("Q4", "[1]", 0, 4)+`}`, 4), `tensor "a\n\x1b[2J"`},
		"empty overlap": {file(`{"a":`+tensor("F32", "[2]", 0, 8)+`,"b":`+tensor("F32", "[0]", 4, 4)+`}`, 8),
			`tensor "b" overlaps the one before it, "a"`},
		"left over": {file(`{"a":`+tensor("F32", "[1]", 0, 4)+`}`, 5), "1 bytes after the last tensor"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := open(t, c.data)
			require.Error(t, err)
			assert.Contains(t, err.Error(), c.says)
			assert.Contains(t, err.Error(), "x.safetensors")
		})
	}
	f, err := open(t, file(`{"a":`+tensor("F32", "[1]", 0, 4)+`,"none":`+tensor("F32", "[0,7]", 4, 4)+
		`,"__metadata__":null}   `, 4))
	require.NoError(t, err, "padded, with a tensor of nothing")
	assert.Len(t, f.Entries, 2)
	_, err = Open(t.TempDir())
	assert.ErrorContains(t, err, "it is a folder")
}

// What is written here another implementation reads, and the other way round.
func TestFilesAreThoseOfTheFormat(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.safetensors")
	h := Header{Meta: map[string]string{"format": "pt"}, Entries: []Entry{
		{Name: "z", DType: F32, Shape: []int{2, 3}}, {Name: `odd "name"`, DType: BF16, Shape: []int{2}},
		{Name: "a", DType: F32, Shape: []int{1}},
	}}
	w, err := Create(path, h)
	require.NoError(t, err)
	ctx := context.Background()
	require.NoError(t, w.Write(ctx, []float32{1, 2, 3, 4, 5, -6}))
	require.NoError(t, w.Write(ctx, []float32{0.5, -2}))
	require.NoError(t, w.Write(ctx, []float32{7}))
	require.NoError(t, w.Close())
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	other, err := safetensors.Deserialize(data)
	require.NoError(t, err)
	z, ok := other.Tensor("z")
	require.True(t, ok)
	assert.Equal(t, []uint64{2, 3}, z.Shape())
	odd, ok := other.Tensor(`odd "name"`)
	require.True(t, ok)
	assert.Equal(t, safetensors.BF16, odd.DType())
	assert.Equal(t, []byte{0x00, 0x3f, 0x00, 0xc0}, odd.Data())
	assert.Zero(t, (len(data)-len(z.Data())-len(odd.Data())-4)%8, "data is aligned")

	theirs, err := safetensors.Serialize(map[string]safetensors.TensorView{"z": z, "odd": odd},
		map[string]string{"by": "them"})
	require.NoError(t, err)
	f, err := open(t, theirs)
	require.NoError(t, err)
	assert.Equal(t, "them", f.Meta["by"])
	e, ok := f.Find("z")
	require.True(t, ok)
	got := make([]float32, 6)
	require.NoError(t, f.Floats(ctx, got, e))
	assert.Equal(t, []float32{1, 2, 3, 4, 5, -6}, got)
}

func TestFileWithAMissingOrMisshapedTensorIsNotWrittenInSilence(t *testing.T) {
	w, err := Create(filepath.Join(t.TempDir(), "x"),
		Header{Entries: []Entry{{Name: "a", DType: F32, Shape: []int{1}}}})
	require.NoError(t, err)
	assert.ErrorContains(t, w.Close(), `"a" was not written whole`)
	w, err = Create(filepath.Join(t.TempDir(), "x"), Header{Entries: []Entry{{Name: "a", DType: F32, Shape: []int{1}}}})
	require.NoError(t, err)
	assert.ErrorContains(t, w.Write(context.Background(), []float32{1, 2}), "2 elements are too many")
	require.NoError(t, w.f.Close())
}

// Sums of checkpoints are made of it: whatever does not pass there makes a good file a damaged one.
func TestWhoIsGivenTheSameGetsEveryByteOfTheFile(t *testing.T) {
	for _, dtype := range []DType{F32, BF16, F16} {
		path, also := filepath.Join(t.TempDir(), "x"), &bytes.Buffer{}
		w, err := Create(path, Header{Entries: []Entry{{Name: "a", DType: dtype, Shape: []int{2}}}}, also)
		require.NoError(t, err)
		require.NoError(t, w.Write(context.Background(), []float32{1, 2}))
		require.NoError(t, w.Close())
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, data, also.Bytes(), dtype)
	}
}

// Rounding to BF16 takes the nearest of the two neighbours, and the even one in the middle.
func TestBF16IsRoundedToNearestEven(t *testing.T) {
	for in, want := range map[uint32]uint16{
		0x3f800000: 0x3f80, 0x3f808000: 0x3f80, 0x3f808001: 0x3f81, 0x3f818000: 0x3f82, 0x3f817fff: 0x3f81,
		0xbf818000: 0xbf82,
		0x7f7fffff: 0x7f80, 0x7f800000: 0x7f80, 0xff800000: 0xff80, 0x00000001: 0, 0x80000000: 0x8000, 0x00018000: 2,
	} {
		assert.Equal(t, want, bf16(math.Float32frombits(in)), "%08x", in)
	}
	for _, nan := range []uint32{0x7f800001, 0x7fffffff, 0xffc00000} {
		assert.True(t, math.IsNaN(float64(math.Float32frombits(uint32(bf16(math.Float32frombits(nan)))<<16))),
			"%08x stays not a number", nan)
	}
	var b [2]byte
	for i := range 1 << 16 {
		binary.LittleEndian.PutUint16(b[:], uint16(i))
		var x [1]float32
		Decode(x[:], b[:], BF16)
		if x[0] == x[0] {
			Encode(b[:], x[:], BF16)
			require.Equal(t, uint16(i), binary.LittleEndian.Uint16(b[:]), "what is BF16 already stays as it is")
		}
	}
}

// Whatever a file holds, opening it ends with tensors that lie within it, side by side, or with an error.
func FuzzOpen(f *testing.F) {
	f.Add(file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"__metadata__":{"k":"v"}}`, 4))
	f.Add(file(`{"a":{"dtype":"BF16","shape":[],"data_offsets":[0,2]}}`, 2))
	f.Add(file(`{}`, 0))
	f.Add([]byte{255, 255, 255, 255, 255, 255, 255, 127, '{'})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		file, err := open(t, data)
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		var all int64
		for _, e := range file.Entries {
			all += e.Bytes()
			if e.DType == F32 || e.DType == BF16 {
				require.NoError(t, file.Floats(context.Background(), make([]float32, e.Len()), e), e.Name)
			}
		}
		require.Equal(t, int64(len(data)), 8+int64(binary.LittleEndian.Uint64(data))+all)
		again, err := file.encode()
		require.NoError(t, err)
		h, err := parseHeader(bytes.TrimRight(again[8:], " "), all)
		require.NoError(t, err)
		require.Len(t, h.Entries, len(file.Entries))
	})
}

func TestReadingStopsWhenTheUserDoes(t *testing.T) {
	f, err := open(t, file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4))
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	stop()
	assert.ErrorIs(t, f.Floats(ctx, make([]float32, 1), f.Entries[0]), context.Canceled)
	assert.True(t, strings.HasSuffix(f.f.Name(), suffix))
}
