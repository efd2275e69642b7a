package torch_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/checkpoint/torch"
)

// dict is one of these keys and values.
func dict(items ...any) *torch.Dict {
	d := torch.NewDict()
	for i := 0; i < len(items); i += 2 {
		d.Set(items[i], items[i+1])
	}
	return d
}

func list(items ...any) *torch.List { return &torch.List{Items: items} }

// counting fills tensors with 0, 1, 2 ... over all of them.
func counting(t *testing.T) func(x *torch.Tensor, w io.Writer) error {
	next := 0
	return func(x *torch.Tensor, w io.Writer) error {
		v := make([]float32, x.Len())
		for i := range v {
			v[i], next = float32(next), next+1
		}
		b := make([]byte, x.Bytes())
		if x.DType.Float() {
			checkpoint.Encode(b, v, x.DType)
		}
		_, err := w.Write(b)
		assert.NoError(t, err)
		return err
	}
}

// written is a file with a tree.
func written(t *testing.T, root any) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "optimizer.pt")
	require.NoError(t, torch.Write(path, root, counting(t)))
	return path
}

func opened(t *testing.T, path string) *torch.File {
	t.Helper()
	f, err := torch.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}

func floats(t *testing.T, f *torch.File, x *torch.Tensor) []float32 {
	t.Helper()
	r, err := f.Reader(x)
	require.NoError(t, err)
	defer r.Close()
	v := make([]float32, x.Len())
	half := len(v) / 2
	require.NoError(t, r.Floats(t.Context(), v[:half]))
	require.NoError(t, r.Floats(t.Context(), v[half:]))
	assert.ErrorContains(t, r.Floats(t.Context(), make([]float32, 1)), "more is asked for")
	return v
}

// What was written is read: every kind of value, and tensors of every type.
func TestWhatIsWrittenIsRead(t *testing.T) {
	f32 := torch.NewTensor(checkpoint.F32, []int{2, 3})
	bf16, f16 := torch.NewTensor(checkpoint.BF16, []int{4}), torch.NewTensor(checkpoint.F16, []int{2})
	step := torch.NewTensor(checkpoint.F32, []int{})
	f := opened(t, written(t, dict("numbers", torch.Tuple{int64(0), int64(300), int64(-1), int64(1 << 40),
		int64(math.MinInt64), 0.001, true, false, nil}, int64(7), list("a", list(), torch.Tuple{}), "tensors",
		list(f32, bf16, f16, step), "dtype", torch.Name("torch.float32"), "é", dict())))
	root := f.Root.(*torch.Dict)
	assert.Equal(t, []any{"numbers", int64(7), "tensors", "dtype", "é"}, root.Keys)
	assert.Equal(t, torch.Tuple{int64(0), int64(300), int64(-1), int64(1 << 40), int64(math.MinInt64), 0.001, true,
		false, nil}, root.Get("numbers"))
	assert.Equal(t, list("a", list(), torch.Tuple(nil)), root.Get(int64(7)))
	assert.Equal(t, torch.Name("torch.float32"), root.Get("dtype"))
	next := float32(0)
	for i, x := range root.List("tensors").Items {
		for _, v := range floats(t, f, x.(*torch.Tensor)) {
			require.Equal(t, next, v, "tensor %d", i)
			next++
		}
	}
	assert.EqualValues(t, 13, next)
}

// Storages begin at multiples of 64 bytes, as PyTorch's own do, so that they can be mapped.
func TestStoragesAreAligned(t *testing.T) {
	path := written(t, list(torch.NewTensor(checkpoint.F32, []int{1}), torch.NewTensor(checkpoint.BF16, []int{7}),
		torch.NewTensor(checkpoint.F32, []int{40})))
	z, err := zip.OpenReader(path)
	require.NoError(t, err)
	defer z.Close()
	for _, e := range z.File {
		at, err := e.DataOffset()
		require.NoError(t, err)
		assert.Zero(t, at%64, e.Name)
		assert.Equal(t, zip.Store, e.Method)
	}
}

// archived is a file whose pickle and other entries are given.
func archived(t *testing.T, method uint16, pickle string, entries ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	add := func(name, data string) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: "x/" + name, Method: method})
		require.NoError(t, err)
		_, err = io.WriteString(w, data)
		require.NoError(t, err)
	}
	add("data.pkl", pickle)
	for i := 0; i < len(entries); i += 2 {
		add(entries[i], entries[i+1])
	}
	require.NoError(t, z.Close())
	path := filepath.Join(t.TempDir(), "x.pt")
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o644))
	return path
}

// tensor is the pickle of one tensor of a storage of n floats.
func tensor(n, first int, shape, strides string) string {
	return "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n" +
		"X\x01\x00\x00\x000X\x03\x00\x00\x00cpuK" + string(rune(n)) + "tQK" + string(rune(first)) + shape + strides +
		"\x89ccollections\nOrderedDict\n)RtR"
}

// A compressed archive, and a tensor that is a part of a storage, are read too.
func TestCompressedFilesAndPartsOfStoragesAreRead(t *testing.T) {
	data, err := binary.Append(nil, binary.LittleEndian, []float32{0, 1, 2, 3, 4, 5, 6, 7})
	require.NoError(t, err)
	for _, method := range []uint16{zip.Store, zip.Deflate} {
		f := opened(t, archived(t, method, "\x80\x02"+tensor(8, 2, "(K\x02K\x03t", "(K\x03K\x01t")+".", "data/0",
			string(data)))
		x := f.Root.(*torch.Tensor)
		assert.Equal(t, []int{2, 3}, x.Shape)
		assert.Equal(t, []float32{2, 3, 4, 5, 6, 7}, floats(t, f, x))
	}
}

// What lies before a part of a compressed storage is read up to there, and that can be ended.
func TestReadingUpToAPartCanBeEnded(t *testing.T) {
	f := opened(t, archived(t, zip.Deflate, "\x80\x02"+tensor(8, 2, "(K\x02K\x03t", "(K\x03K\x01t")+".", "data/0",
		string(make([]byte, 32))))
	ctx, stop := context.WithCancel(t.Context())
	r, err := f.Reader(f.Root.(*torch.Tensor))
	require.NoError(t, err)
	defer r.Close()
	stop()
	assert.ErrorIs(t, r.Copy(ctx, io.Discard), context.Canceled)
}

// What does more than make values is refused by name, and so is what is broken, too deep or too large; nothing is
// allocated for it.
func TestOtherPicklesAreRefused(t *testing.T) {
	data := strings.Repeat("\x00", 32)
	for name, test := range map[string]struct{ pickle, want string }{
		"a call":            {"\x80\x02cposix\nsystem\nX\x02\x00\x00\x00ls\x85R.", "posix.system, which is not among"},
		"a builtin":         {"\x80\x02cbuiltins\neval\n.", "builtins.eval"},
		"a name of a stack": {"\x80\x04\x8c\x02os\x8c\x06system\x93.", "os.system"},
		"a shard": {"\x80\x02ctorch.distributed.tensor\nDTensor\n.",
			"shards of one process. Gather them: python3 examples/pytorch/gather.py"},
		"deepspeed":       {"\x80\x02cdeepspeed.x\nY\n.", "ds_to_universal"},
		"an instance":     {"\x80\x02(ios\nx\n.", "operation 0x69"},
		"an extension":    {"\x80\x02\x82\x01.", "operation 0x82"},
		"an old protocol": {"\x80\x01.", "protocol 1"},
		"an end":          {"\x80\x02", "cut short"},
		"a long text":     {"\x80\x02X\xff\xff\xff\x7fabc.", "cut short"},
		"an empty slot":   {"\x80\x02h\x05.", "slot 5 of the memo is empty"},
		"a far slot":      {"\x80\x02Nr\xff\xff\xff\x7f.", "before slot 0"},
		"no mark":         {"\x80\x02Nt.", "there is none"},
		"a mark":          {"\x80\x02(.", "a mark for a value"},
		"marks":           {"\x80\x02" + strings.Repeat("(", 40) + ".", "marks are open"},
		"more":            {"\x80\x02NN.", "before all of it is used"},
		"a list of pairs": {"\x80\x02]K\x01K\x02s.", "cannot put 2 values into a list"},
		"a key twice":     {"\x80\x02}(K\x01NK\x01Nu.", "the key 1 twice"},
		"a tuple as key":  {"\x80\x02})Ns.", "a key of a dict is a tuple of 0"},
		"a large number":  {"\x80\x02\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01.", "has 9 bytes"},
		"attributes":      {"\x80\x02}}b.", "sets attributes of a dict"},
		"what is applied": {"\x80\x02ccollections\nOrderedDict\nN\x85R.", "cannot be applied to"},
		"elsewhere":       {"\x80\x02K\x01Q.", "takes 1 from elsewhere"},
		"too large":       {"\x80\x02" + tensor(8, 0, "(K\x09t", "(K\x01t") + ".", "does not fit"},
		"behind":          {"\x80\x02" + tensor(8, 3, "(K\x06t", "(K\x01t") + ".", "from element 3 on does not fit"},
		"transposed":      {"\x80\x02" + tensor(8, 0, "(K\x02K\x02t", "(K\x01K\x02t") + ".", "tensor.contiguous()"},
		"a short storage": {"\x80\x02" + tensor(9, 0, "(K\x09t", "(K\x01t") + ".", "has 32 bytes, but 9 elements"},
	} {
		t.Run(name, func(t *testing.T) {
			path := archived(t, zip.Store, test.pickle, "data/0", data)
			_, err := torch.Open(path)
			assert.ErrorContains(t, err, test.want)
			assert.ErrorContains(t, err, path)
		})
	}
}

// What holds itself, or a little often, has no end, and is not written.
func TestWhatHoldsItselfIsNotWritten(t *testing.T) {
	f := opened(t, archived(t, zip.Store, "\x80\x02]q\x00h\x00a."))
	path := filepath.Join(t.TempDir(), "y.pt")
	assert.ErrorContains(t, torch.Write(path, f.Root, counting(t)), "nested too deeply")
	laugh := any(list("ha", "ha"))
	for range 30 {
		laugh = list(laugh, laugh, laugh, laugh, laugh, laugh, laugh, laugh)
	}
	assert.ErrorContains(t, torch.Write(path, laugh, counting(t)), "too large")
	assert.NoFileExists(t, path)
}

// Files that are no archive of torch.save say what they are.
func TestOtherFilesAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.pt")
	for data, want := range map[string]string{
		"": "has 0 bytes", "\x80\x02}q\x00.": "before 1.6", "GGUF....": "no archive of torch.save",
		"PK\x03\x04" + strings.Repeat("x", 60): "no whole archive",
	} {
		require.NoError(t, os.WriteFile(path, []byte(data), 0o644))
		_, err := torch.Open(path)
		assert.ErrorContains(t, err, want)
	}
	_, err := torch.Open(archived(t, zip.Store, "\x80\x02N.", "byteorder", "big"))
	assert.ErrorContains(t, err, `in the order "big"`)
	_, err = torch.Open(archived(t, zip.Store, "\x80\x02N.", "data.pkl", "\x80\x02N."))
	assert.ErrorContains(t, err, "data.pkl twice")
}

// What every process has saved for itself is refused by its name, with what gathers it.
func TestPartsAreRefusedWithWhatGathersThem(t *testing.T) {
	dir := t.TempDir()
	for name, want := range map[string]string{
		"__0_0.distcp": "dcp_to_torch", "optimizer_0": "dcp_to_torch", "global_step500": "ds_to_universal",
		"bf16_zero_pp_rank_3_mp_rank_00_optim_states.pt": "ds_to_universal",
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, nil, 0o644))
		_, err := torch.Open(path)
		assert.ErrorContains(t, err, want)
		assert.ErrorContains(t, torch.Shards(dir), want)
		_, err = torch.Open(dir)
		assert.ErrorContains(t, err, want)
		require.NoError(t, os.Remove(path))
	}
	require.NoError(t, torch.Shards(dir))
	for want, root := range map[string]any{
		"ds_to_universal":                   dict("ds_config", dict()),
		"under \"optimizer\", beside other": dict("optimizer", dict("state", dict()), "epoch", int64(3)),
		"no list param_groups":              dict("state", dict()),
		"full_optim_state_dict":             dict("_flat_param", dict("step", int64(1))),
		"which is not known here":           dict("w", dict("exp_avg_sq_row", int64(1))),
		"one number for step":               dict("w", dict("exp_avg", int64(1))),
		"neither":                           dict("epoch", int64(1)),
		"which no group has":                dict("state", dict(int64(0), dict()), "param_groups", list()),
		"some of its parameters are": dict("state", dict(), "param_groups",
			list(dict("params", list(int64(0), "w")))),
	} {
		_, err := opened(t, written(t, root)).Read(nil)
		assert.ErrorContains(t, err, want)
	}
}

// A byte that changed in a storage is noticed.
func TestDamagedStoragesAreNoticed(t *testing.T) {
	path := written(t, torch.NewTensor(checkpoint.F32, []int{16}))
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	at := bytes.Index(data, binary.LittleEndian.AppendUint32(nil, math.Float32bits(9)))
	data[at]++
	require.NoError(t, os.WriteFile(path, data, 0o644))
	f := opened(t, path)
	r, err := f.Reader(f.Root.(*torch.Tensor))
	require.NoError(t, err)
	defer r.Close()
	assert.ErrorContains(t, r.Floats(context.Background(), make([]float32, 16)), "checksum")
}

// FuzzOpen reads whatever pickle there is: it ends, and what is found in it can be asked for.
func FuzzOpen(f *testing.F) {
	for _, pickle := range []string{"\x80\x02}q\x00.", "\x80\x02" + tensor(8, 2, "(K\x02K\x03t", "(K\x03K\x01t") + ".",
		"\x80\x02]q\x00h\x00a.", "\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00\x8c\x01a\x94\x88\x86."} {
		f.Add([]byte(pickle))
	}
	f.Fuzz(func(t *testing.T, pickle []byte) {
		file, err := torch.Open(archived(t, zip.Store, string(pickle), "data/0", strings.Repeat("\x00", 32)))
		if err != nil {
			return
		}
		defer file.Close()
		_, _ = file.Read(nil)
		_, _ = file.Read([]string{"a", "b"})
		path := filepath.Join(t.TempDir(), "again.pt")
		_ = torch.Write(path, file.Root, func(x *torch.Tensor, w io.Writer) error {
			r, err := file.Reader(x)
			if err != nil {
				return err
			}
			defer r.Close()
			return r.Copy(t.Context(), w)
		})
	})
}
