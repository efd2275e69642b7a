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
	Permissions map[string]string
	Jobs        map[string]job
}

// job is one of a workflow. What it may do is what the workflow may where it does not say.
type job struct {
	Uses        string // another workflow
	Needs       names
	Permissions map[string]string
	Steps       []struct{ Uses, Run string }
}

// runs reports whether a step of the job runs a command that begins so.
func (j job) runs(command string) bool {
	for _, step := range j.Steps {
		if strings.HasPrefix(step.Run, command) {
			return true
		}
	}
	return false
}

// tested reports whether a job of the workflow needs one that runs all tests.
func (w workflow) tested(j job) bool {
	return slices.ContainsFunc(j.Needs, func(need string) bool { return w.Jobs[need].runs("bash .ci/run") })
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
	publishes := map[string]int{}
	for path, w := range workflows(t) {
		for name, job := range w.Jobs {
			kind := ""
			for _, step := range job.Steps {
				if strings.HasPrefix(step.Uses, "actions/deploy-pages@") {
					kind = "the page"
				}
			}
			if job.runs("gh release") {
				kind = "a release"
			}
			if kind != "" {
				publishes[kind]++
				assert.True(t, w.tested(job), "%s: job %s needs the job that runs .ci/run", path, name)
			}
		}
	}
	assert.Equal(t, map[string]int{"the page": 1, "a release": 1}, publishes)
}

// What may change something at the host is a job of its own: the workflow may read, and who may write says what. Who
// may write what is released runs nothing of the project or its dependencies.
func TestOnlyJobsThatPublishMayWrite(t *testing.T) {
	writers := 0
	for path, w := range workflows(t) {
		assert.Equal(t, map[string]string{"contents": "read"}, w.Permissions, path)
		for name, job := range w.Jobs {
			for what, access := range job.Permissions {
				if access == "read" {
					continue
				}
				writers++
				assert.True(t, w.tested(job), "%s: job %s may write %s", path, name, what)
				if what == "contents" {
					for _, step := range job.Steps {
						assert.False(t, strings.HasPrefix(step.Uses, "actions/checkout@"), "%s: job %s", path, name)
					}
				}
			}
		}
	}
	assert.Equal(t, 3, writers, "pages, an identity for them, releases")
}
