package docs_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/bench"
	"github.com/sparkling-lab/sparkling/internal/bench/docs"
	"github.com/sparkling-lab/sparkling/internal/bench/profile"
)

func report() *bench.Report {
	v := 0.8
	p := profile.Profile{Name: "small", Step: 4, Spent: [profile.Groups]float64{2, 1, 0.5, 0.3, 0.1, 0.1}, FLOPs: [profile.Groups]float64{1e8}, Tokens: 512, Limit: 100}
	q := p
	q.Step *= 2
	return &bench.Report{
		Machine:  bench.Machine{CPU: "Some CPU", Limits: []bench.Limit{{Name: "avx2", What: "256-bit", Value: 100, Unit: "GFLOP/s"}}, Peers: map[string]string{"PyTorch": "1.13"}},
		Rows:     []bench.Row{{What: "products", Unit: "x", Measured: &v, Least: 0.75, Note: "why"}},
		Products: []bench.Product{{Where: "avx2", Name: "NN 1x2x3", Ours: 50, Theirs: 100, Limit: 100}, {Where: "avx2", Name: "NN 3x2x3", Ours: 50, Theirs: 25, Limit: 100}},
		Elements: []bench.Element{{Where: "native", Name: "exp", Size: "16 Ki", Took: 1, Limit: 0.5, Binds: "memory"}},
		Profiles: []profile.Profile{p},
		Sweeps:   []bench.Sweep{{Axis: "layers", At: []int{1, 2}, Profiles: []profile.Profile{p, q}}},
		Threads:  []bench.Threads{{Name: "small", Threads: []int{1, 2}, Step: []float64{3, 2}}},
		Complete: true,
	}
}

// The document of the repository has every mark, and writing the same report twice changes nothing.
func TestTheDocumentIsFilledBetweenItsMarks(t *testing.T) {
	text, err := os.ReadFile("../../../docs/performance.md")
	require.NoError(t, err)
	before := docs.Before{Profiles: []profile.Profile{{Name: "small", Step: 9, Spent: [profile.Groups]float64{7}}}}
	once, err := docs.Fill(text, report(), before)
	require.NoError(t, err)
	for _, says := range []string{
		"Some CPU", "| products | 0.80 x | 0.75 x | - | met |", "- products: why.", "| avx2 | NN | 2 | 50.0 | 50 % | 1.00 x | NN 1x2x3, 50.0 |",
		"| exp | native | 16 Ki | 1.00 | 0.50 | memory | 2.0 x |", "| matrix products | 7.000 | 2.000 | 50 % | 100 | 1.000 |", "| **the step** | 9.000 | 4.000 | 100 % | 100 | 1.000 |",
		"| 2 | 8.00 | 15.62 | 25 % |", "| small | 2 | 2.00 | 1.50 x |",
	} {
		assert.Contains(t, string(once), says)
	}
	twice, err := docs.Fill(once, report(), before)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(once, twice))
	_, err = docs.Fill([]byte("nothing"), report(), before)
	assert.ErrorContains(t, err, "no mark")
}

// The list of the documents' folder knows what bench wrote there: else make bench would take it for somebody else's.
func TestWhatBenchWroteIsListed(t *testing.T) {
	list, err := os.ReadFile("../../../docs/.sparkling-files.json")
	require.NoError(t, err)
	names := []string{"bench.json"}
	for _, figure := range docs.Names {
		names = append(names, figure+".svg", figure+".png")
	}
	for _, name := range names {
		data, err := os.ReadFile("../../../docs/" + name)
		require.NoError(t, err)
		assert.Contains(t, string(list), fmt.Sprintf("%q: [\n\t\t\t\"%x\"", name, sha256.Sum256(data)))
	}
}

func TestFiguresShowTheStepAndItsParts(t *testing.T) {
	all := docs.Figures(report())
	require.Len(t, all, 1)
	var b strings.Builder
	require.NoError(t, all[0].SVG(&b))
	for _, words := range []string{">step<", ">attention<", ">matrix products<", "Some CPU"} {
		assert.Contains(t, b.String(), words)
	}
}
