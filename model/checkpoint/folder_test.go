package checkpoint

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
)

// network is the weights of the network that the text real configures.
func network(t testing.TB) model.Values {
	c, _, err := parseConfig([]byte(real))
	require.NoError(t, err)
	return model.Init(c, 4)
}

// tensors are the values as file entries with their data, in table order.
func tensors(v model.Values, dtype DType) (all []Entry, data map[string][]float32) {
	data = map[string][]float32{}
	v.Each(func(name string, shape []int, x []float32) {
		all = append(all, Entry{Name: name, DType: dtype, Shape: shape})
		data[name] = x
	})
	return all, data
}

func writeFile(t testing.TB, path string, entries []Entry, data map[string][]float32) {
	_ = os.Remove(path) // of a test before
	w, err := Create(path, Header{Entries: entries, Meta: map[string]string{"format": "pt"}})
	require.NoError(t, err)
	for _, e := range entries {
		x := data[e.Name]
		require.NoError(t, w.Write(context.Background(),
			append(slices.Clone(x), make([]float32, max(0, e.Len()-len(x)))...)[:e.Len()]))
	}
	require.NoError(t, w.Close())
}

// writeShards writes a set as n files with an index.
func writeShards(t testing.TB, dir, stem string, n int, entries []Entry, data map[string][]float32) {
	weights := map[string]string{}
	for i := range n {
		name := fmt.Sprintf("%s-%05d-of-%05d.safetensors", stem, i+1, n)
		part := entries[i*len(entries)/n : (i+1)*len(entries)/n]
		writeFile(t, filepath.Join(dir, name), part, data)
		for _, e := range part {
			weights[e.Name] = name
		}
	}
	text, err := json.Marshal(map[string]any{"metadata": map[string]any{"total_size": 1, "total_parameters": 2,
		"by": "hand"}, "weight_map": weights})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, stem+indexSuffix), text, 0o644))
}

func noProgress(int64) {}

// folder has the config and nothing else.
func folder(t testing.TB) string {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, ConfigName), []byte(real), 0o644))
	return dir
}

func TestFoldersOfEveryFormGiveTheSameNetwork(t *testing.T) {
	v := network(t)
	f32, data := tensors(v, F32)
	bf16s, _ := tensors(v, BF16)
	halves, _ := tensors(v, F16)
	for name, write := range map[string]func(dir string){
		"one file": func(dir string) { writeFile(t, filepath.Join(dir, "model.safetensors"), f32, data) },
		"one file, another name": func(dir string) {
			writeFile(t, filepath.Join(dir, "weights.safetensors"), f32, data)
		},
		"three files": func(dir string) { writeShards(t, dir, "model", 3, f32, data) },
		"F16":         func(dir string) { writeShards(t, dir, "model", 2, halves, data) },
		"BF16":        func(dir string) { writeShards(t, dir, "model", 2, bf16s, data) },
		"with states": func(dir string) {
			writeShards(t, dir, "model", 2, f32, data)
			writeFile(t, filepath.Join(dir, "optimizer_m.safetensors"), f32, data)
			writeShards(t, dir, "optimizer_v", 4, f32, data)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t)
			write(dir)
			f, err := ReadFolder(context.Background(), dir)
			require.NoError(t, err)
			var done int64
			got, err := f.Load(context.Background(), f.Weights, func(n int64) { done = n })
			require.NoError(t, err)
			assert.Equal(t, f.Weights.Bytes(), done)
			for i, x := range v.Data {
				switch name {
				case "BF16":
					require.InEpsilon(t, 1+x, 1+got.Data[i], 1.0/256, "BF16 keeps eight bits")
				case "F16":
					require.InDelta(t, x, got.Data[i], 1.0/2048*math.Abs(float64(x))+1e-7, "F16 keeps eleven bits")
				default:
					require.Equal(t, x, got.Data[i])
				}
			}
			for _, s := range f.States {
				got, err := f.Load(context.Background(), s, noProgress)
				require.NoError(t, err)
				assert.Equal(t, v.Data, got.Data, s.Name)
			}
			assert.Len(t, f.States, map[bool]int{true: 2}[name == "with states"])
		})
	}
}

// A folder that does not hold the network of its config gets an error that names the tensor, the file or the key.
func TestFolderThatDoesNotFitNamesTheTensor(t *testing.T) {
	v := network(t)
	all, data := tensors(v, F32)
	const up = "model.layers.1.mlp.experts.3.up_proj.weight"
	at := slices.IndexFunc(all, func(e Entry) bool { return e.Name == up })
	with := func(change func(e *Entry)) []Entry {
		list := slices.Clone(all)
		change(&list[at])
		return list
	}
	whole := func(list []Entry) func(dir string) {
		return func(dir string) { writeFile(t, filepath.Join(dir, "model.safetensors"), list, data) }
	}
	edit := func(stem string, change func(index map[string]any)) func(dir string) {
		return func(dir string) {
			writeShards(t, dir, "model", 2, all, data)
			path := filepath.Join(dir, stem+indexSuffix)
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			var index map[string]any
			require.NoError(t, json.Unmarshal(text, &index))
			change(index)
			text, err = json.Marshal(index)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, text, 0o644))
		}
	}
	for name, c := range map[string]struct {
		write func(dir string)
		says  []string
	}{
		"no weights": {func(string) {}, []string{"neither model.safetensors nor model.safetensors.index.json"}},
		"another format": {func(dir string) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "pytorch_model.bin"), []byte("PK"), 0o644))
		}, []string{"neither model.safetensors", "pytorch_model.bin is in a format that is not read"}},
		"missing":  {whole(slices.Delete(slices.Clone(all), at, at+1)), []string{up, "is missing"}},
		"no head":  {whole(all[:len(all)-1]), []string{"lm_head.weight is missing", "tie_word_embeddings"}},
		"misspelt": {whole(with(func(e *Entry) { e.Name += "s" })), []string{up + "s", "does not have"}},
		"of old layers": {whole(append(slices.Clone(all), Entry{Name: "model.layers.2.input_layernorm.weight",
			DType: F32, Shape: []int{24}})), []string{"model.layers.2.input_layernorm.weight"}},
		"turned": {whole(with(func(e *Entry) { e.Shape = []int{24, 10} })), []string{up, "[24 10]", "[10 24]"}},
		"half":   {whole(with(func(e *Entry) { e.Shape = []int{5, 24} })), []string{up, "[5 24]"}},
		"integers": {whole(with(func(e *Entry) { e.DType = "I32" })),
			[]string{up, "I32; allowed are F32, BF16 and F16"}},
		"of eight bits": {whole(with(func(e *Entry) { e.DType = "F8_E4M3" })),
			[]string{up, "F8_E4M3; allowed are F32"}},
		"quantised": {whole(append(slices.Clone(all), Entry{Name: up + "_scale_inv", DType: F32, Shape: []int{1}})),
			[]string{up + "_scale_inv", "weights that are quantised are not read"}},
		"a bias": {whole(append(slices.Clone(all), Entry{Name: "model.layers.0.self_attn.q_proj.bias", DType: F32,
			Shape: []int{32}})), []string{"self_attn.q_proj.bias", "its family has no bias there"}},
		"cut short": {func(dir string) {
			whole(all)(dir)
			require.NoError(t, os.Truncate(filepath.Join(dir, "model.safetensors"), 9000))
		}, []string{"model.safetensors", "but the file has only"}},
		"files without index": {func(dir string) {
			writeFile(t, filepath.Join(dir, "model-00001-of-00002.safetensors"), all[:9], data)
			writeFile(t, filepath.Join(dir, "model-00002-of-00002.safetensors"), all[9:], data)
		}, []string{"2 files with weights, but no model.safetensors.index.json"}},
		"a file is not there": {func(dir string) {
			writeShards(t, dir, "model", 2, all, data)
			require.NoError(t, os.Remove(filepath.Join(dir, "model-00002-of-00002.safetensors")))
		}, []string{"model-00002-of-00002.safetensors is not there, but model.safetensors.index.json"}},
		"index lies": {edit("model", func(x map[string]any) {
			x["weight_map"].(map[string]any)[up] = "model-00001-of-00002.safetensors"
		}), []string{up, "does not say so"}},
		"index knows more": {edit("model", func(x map[string]any) {
			x["weight_map"].(map[string]any)["x"] = "model-00001-of-00002.safetensors"
		}), []string{"tensor x is not in"}},
		"index knows less": {edit("model", func(x map[string]any) { delete(x["weight_map"].(map[string]any), up) }),
			[]string{up, "does not say so"}},
		"index leads astray": {edit("model", func(x map[string]any) {
			x["weight_map"].(map[string]any)[up] = "../model.safetensors"
		}), []string{up, "in the folder itself"}},
		"index with one twice": {func(dir string) {
			writeShards(t, dir, "model", 2, all, data)
			path := filepath.Join(dir, "model"+indexSuffix)
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			twice := strings.Replace(string(text), `"weight_map":{`,
				`"weight_map":{"`+up+`":"model-00001-of-00002.safetensors",`, 1)
			require.NoError(t, os.WriteFile(path, []byte(twice), 0o644))
		}, []string{"index.json", up + " is there twice"}},
		"index with a number": {edit("model", func(x map[string]any) { x["weight_map"].(map[string]any)[up] = 1 }),
			[]string{up, "lies in 1"}},
		"in both files": {func(dir string) {
			writeShards(t, dir, "model", 2, all, data)
			writeFile(t, filepath.Join(dir, "model-00002-of-00002.safetensors"),
				append(slices.Clone(all[len(all)/2:]), all[0]), data)
		}, []string{all[0].Name + " is in both model-00001-of-00002.safetensors and model-00002-of-00002.safetensors"}},
		"another case": {whole(with(func(e *Entry) { e.Name = strings.ToUpper(e.Name) })),
			[]string{strings.ToUpper(up), up + " is spelt otherwise"}},
		"of TensorFlow": {func(dir string) {
			w, err := Create(filepath.Join(dir, "model.safetensors"), Header{Meta: map[string]string{"format": "tf"}})
			require.NoError(t, err)
			require.NoError(t, w.Close())
		}, []string{`"tf"`, "allowed are pt"}},
		"index without files": {edit("model", func(x map[string]any) { delete(x, "weight_map") }),
			[]string{"weight_map"}},
		"index of another kind": {func(dir string) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "model"+indexSuffix), []byte("[]"), 0o644))
		}, []string{"index.json", "not a JSON object"}},
		"state of another network": {func(dir string) {
			whole(all)(dir)
			writeFile(t, filepath.Join(dir, "optimizer_m.safetensors"), all[1:], data)
		}, []string{all[0].Name, "optimizer_m"}},
		"second moment alone": {func(dir string) {
			whole(all)(dir)
			writeFile(t, filepath.Join(dir, "optimizer_v.safetensors"), all, data)
		}, []string{"optimizer_v without optimizer_m"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t)
			c.write(dir)
			_, err := ReadFolder(context.Background(), dir)
			require.Error(t, err)
			for _, words := range c.says {
				assert.Contains(t, err.Error(), words)
			}
			assert.NotContains(t, err.Error(), "\n")
		})
	}
	_, err := ReadFolder(context.Background(), t.TempDir())
	assert.ErrorContains(t, err, "it holds no "+ConfigName)
}

func TestFileThatChangesWhileItIsReadIsNoticed(t *testing.T) {
	dir := folder(t)
	all, data := tensors(network(t), F32)
	path := filepath.Join(dir, "model.safetensors")
	writeFile(t, path, all, data)
	f, err := ReadFolder(context.Background(), dir)
	require.NoError(t, err)
	bf, _ := tensors(network(t), BF16)
	writeFile(t, path, bf, data)
	_, err = f.Load(context.Background(), f.Weights, noProgress)
	assert.ErrorContains(t, err, "was changed while it was read")
}

// A folder holds all or nothing; what holds something is never written to, and a failure leaves nothing.
func TestFolderIsWholeOrNotThere(t *testing.T) {
	root := t.TempDir()
	file := func(dir string) error { return os.WriteFile(filepath.Join(dir, "x"), nil, 0o644) }
	alone := func(names ...string) {
		t.Helper()
		entries, err := os.ReadDir(root)
		require.NoError(t, err)
		var got []string
		for _, e := range entries {
			got = append(got, e.Name())
		}
		assert.Equal(t, names, got)
	}
	out := filepath.Join(root, "out")
	assert.ErrorContains(t, Build(out, func(dir string) error {
		require.NoError(t, file(dir))
		assert.NoFileExists(t, filepath.Join(out, "x"))
		return fmt.Errorf("the disk is full")
	}), "the disk is full")
	alone()
	require.NoError(t, os.Mkdir(out, 0o755))
	require.NoError(t, Build(out, file), "an empty folder may be there")
	alone("out")
	assert.FileExists(t, filepath.Join(out, "x"))
	assert.ErrorContains(t, Build(out, file), "nothing is overwritten")
	assert.ErrorContains(t, Build(filepath.Join(out, "x"), file), "not a folder")
	require.NoError(t, Build(filepath.Join(root, "new", "deep"), file))
	alone("new", "out")
}

// A few words of config.json must not make the program work for long, or take memory, before it says that the weights
// are not there.
func TestHugeConfigOfASmallFileIsRefusedAtOnce(t *testing.T) {
	dir := folder(t)
	all, data := tensors(network(t), F32)
	writeFile(t, filepath.Join(dir, "model.safetensors"), all, data)
	huge := changed(t, map[string]string{"num_hidden_layers": "256", "num_experts": "1024", "hidden_size": "65536",
		"moe_intermediate_size": "65536", "vocab_size": "1048576"})
	require.NoError(t, os.WriteFile(filepath.Join(dir, ConfigName), huge, 0o644))
	allocations := testing.AllocsPerRun(1, func() {
		_, err := ReadFolder(context.Background(), dir)
		assert.ErrorContains(t, err, "experts.6.gate_proj.weight is missing")
	})
	assert.Less(t, allocations, 30000.0, "786432 matrices have a name")
}

// Whatever an index says, reading it ends with files of the folder itself, or with an error of one line.
func FuzzIndex(f *testing.F) {
	f.Add(
		[]byte(
			`{"metadata":{"total_size":1},"weight_map":{"a":"model-00001-of-00002.safetensors",` +
				`"b":"model-00002-of-00002.safetensors"}}`))
	f.Add([]byte(`{"weight_map":{"a":"../a.safetensors"}}`))
	f.Add([]byte(`{"weight_map":{"a":"a.safetensors","a":"b.safetensors"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var s Set
		weights, err := s.readIndex(data)
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		require.NotEmpty(t, weights)
		for _, file := range weights {
			require.Equal(t, filepath.Base(file), file)
		}
		var again Set
		_, err = again.readIndex(
			s.Index.For([]Shard{{"x.safetensors", Header{Entries: []Entry{{Name: "a", DType: F32, Shape: []int{1}}}}}}))
		require.NoError(t, err)
	})
}
