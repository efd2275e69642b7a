package policy

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// workflow is what the rules look at of a hosted workflow.
type workflow struct {
	Jobs map[string]struct {
		Uses  string // another workflow
		Needs names
		Steps []struct{ Uses, Run string }
	}
}

// names is one name or a list of them.
type names []string

func (n *names) UnmarshalYAML(v *yaml.Node) error {
	if v.Kind == yaml.ScalarNode {
		*n = names{v.Value}
		return nil
	}
	return v.Decode((*[]string)(n))
}

func workflows(t *testing.T) map[string]workflow {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, ".github/workflows/*"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	found := map[string]workflow{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		var w workflow
		require.NoError(t, yaml.Unmarshal(data, &w), path)
		require.NotEmpty(t, w.Jobs, path)
		found[path] = w
	}
	return found
}

// A tag can be moved to other code; a commit cannot.
func TestHostedActionsArePinnedByCommit(t *testing.T) {
	pinned := regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40}$`)
	seen := 0
	for path, w := range workflows(t) {
		for name, job := range w.Jobs {
			assert.Empty(t, job.Uses, "%s: job %s", path, name)
			for _, step := range job.Steps {
				if step.Uses != "" {
					seen++
					assert.Regexp(t, pinned, step.Uses, "%s: job %s", path, name)
				}
			}
		}
	}
	assert.Positive(t, seen)
}

func TestPublishingWaitsForTheTests(t *testing.T) {
	publishes := 0
	for path, w := range workflows(t) {
		for name, job := range w.Jobs {
			for _, step := range job.Steps {
				if strings.HasPrefix(step.Uses, "actions/deploy-pages@") {
					publishes++
					assert.True(t, slices.ContainsFunc(job.Needs, func(need string) bool {
						for _, s := range w.Jobs[need].Steps {
							if s.Run == "bash .ci/run" {
								return true
							}
						}
						return false
					}), "%s: job %s needs the job that runs .ci/run", path, name)
				}
			}
		}
	}
	assert.Equal(t, 1, publishes)
}
