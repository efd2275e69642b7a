package animation

import (
	"bytes"
	"compress/gzip"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial/finished"
	"github.com/sparkling-lab/sparkling/viz/figure"
)

var update = flag.Bool("update", false, "run the experiments, and write the project's animations anew")

// The animations that the project shows, and the experiment of each, of which testdata has what they are drawn from.
var (
	shown = []struct {
		experiment string
		theme      figure.Theme
		of         func(*record.Record) (Animation, bool)
	}{
		{"facts", figure.Light, Facts}, {"facts", figure.Dark, Facts}, {"lock", figure.Light, Lock},
	}
	folder = filepath.Join("..", "..", "site", "animation")
	engine = filepath.Join("testdata", "engine.txt")
)

// most is how large an animation may be that a page shows.
const most = 600_000

// drawn is what of a record the animations are drawn from.
func drawn(r *record.Record) *record.Record {
	out := &record.Record{Experiment: r.Experiment, Tracks: make([][]record.ArmFrame, len(r.Tracks))}
	counts := r.Experiment.Task.Questions() > 0
	for i, t := range r.Tracks {
		for k, f := range t {
			if counts && len(f.Answers) == 0 || !counts && len(f.Pairs) == 0 && k < len(t)-1 {
				continue
			}
			f.ExpertLoad, f.Router, f.Gets, f.RMS = nil, nil, nil, nil
			pairs := f.Pairs
			if f.Pairs = nil; !counts {
				for _, g := range pairs {
					for q := record.Moment1; q < record.Quantities; q++ {
						g.Stats[q] = make([]record.PairStat, len(g.Orig))
					}
					f.Pairs = append(f.Pairs, g)
				}
			}
			out.Tracks[i] = append(out.Tracks[i], f)
		}
	}
	return out
}

func encoded(t *testing.T, r *record.Record) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, r.Encode(&b))
	return b.Bytes()
}

// kept is what testdata has of an experiment.
func kept(t *testing.T, name string) *record.Record {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name+".record.gz"))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	r, err := record.Decode(z)
	require.NoError(t, err)
	return r
}

func keep(t *testing.T, name string, r *record.Record) {
	t.Helper()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	require.NoError(t, err)
	_, err = z.Write(encoded(t, r))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.NoError(t, os.WriteFile(filepath.Join("testdata", name+".record.gz"), b.Bytes(), 0o644))
	require.NoError(t, os.WriteFile(engine, []byte(cpu.Factory{}.Engine()+"\n"), 0o644))
}

// What the project's animations are drawn from is what the built-in experiments give at their seeds: the same bits
// where what computes is the same, and else who is locked, and who knows most.
func TestTheProjectsAnimationsAreOfItsExperiments(t *testing.T) {
	made, err := os.ReadFile(engine)
	for _, name := range []string{"facts", "lock"} {
		e, named := experiment.Named(name)
		require.NoError(t, named)
		now := drawn(finished.Session(t, e).Record())
		if *update {
			keep(t, name, now)
			continue
		}
		require.NoError(t, err)
		then := kept(t, name)
		if strings.TrimSpace(string(made)) == (cpu.Factory{}).Engine() {
			assert.True(t, bytes.Equal(encoded(t, then), encoded(t, now)), "%s: the run of this program", name)
			continue
		}
		assert.Equal(t, outcome(then), outcome(now), "%s on another engine", name)
	}
}

// outcome is what a run on another engine has in common with a record: which arms end locked, and who knows most.
func outcome(r *record.Record) (out []string) {
	best := record.ArmFrame{}
	for _, f := range r.At(r.Last()).Arms {
		if f.Right > best.Right {
			best = f
		}
		if f.Summary(record.Weight).All(record.Locked) {
			out = append(out, r.Experiment.Arms[f.Arm].Name)
		}
	}
	return append(out, r.Experiment.Arms[best.Arm].Name)
}

// The committed pictures are drawn from these records, byte for byte, and small enough for a page.
func TestTheProjectsAnimationsAreDrawnFromTheirRecords(t *testing.T) {
	for _, s := range shown {
		a, ok := s.of(kept(t, s.experiment))
		require.True(t, ok)
		a.Theme = s.theme
		moving, still := a.Files()
		for name, write := range map[string]func(io.Writer) error{moving: a.APNG, still: a.Still} {
			var b bytes.Buffer
			require.NoError(t, write(&b))
			assert.Less(t, b.Len(), most, name)
			path := filepath.Join(folder, name)
			if *update {
				require.NoError(t, os.MkdirAll(folder, 0o755))
				require.NoError(t, os.WriteFile(path, b.Bytes(), 0o644))
			}
			there, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.True(t, bytes.Equal(there, b.Bytes()), "%s: make animations draws it anew", name)
		}
	}
}

// The README opens with the facts, with their end for who wants nothing to move, and says what was measured.
func TestTheReadmeOpensWithTheFacts(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	require.NoError(t, err)
	from, to := bytes.Index(text, []byte("<picture>")), bytes.Index(text, []byte("</picture>"))
	require.True(t, 0 < from && from < to && from < bytes.Index(text, []byte("\n## ")), "before the first heading")
	picture := string(text[from:to])
	a, ok := Facts(kept(t, "facts"))
	require.True(t, ok)
	assert.Contains(t, strings.Join(strings.Fields(picture), " "), `alt="`+a.Alt+`"`)
	sources := strings.Split(picture, "<source")
	require.Len(t, sources, 4)
	assert.Contains(t, sources[1], `media="(prefers-reduced-motion: reduce) and (prefers-color-scheme: dark)"`)
	assert.Contains(t, sources[1], "facts-dark-still.png")
	assert.Contains(t, sources[2], `media="(prefers-reduced-motion: reduce)"`)
	assert.Contains(t, sources[2], "facts-still.png")
	assert.Contains(t, sources[3], `media="(prefers-color-scheme: dark)"`)
	assert.Contains(t, sources[3], "facts-dark.png")
	assert.Contains(t, sources[3], `src="site/animation/facts.png"`)
}
