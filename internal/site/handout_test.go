package site

import (
	"html/template"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The handout has its formulas from whoever sets them, the numbers of the report, and leads to all of the site.
func TestTheHandoutHasItsFormulasAndNumbers(t *testing.T) {
	asked := map[string]bool{}
	page, err := Handout(module, true, func(tex string, display bool) (template.HTML, error) {
		asked[tex] = display
		return "<math></math>", nil
	})
	require.NoError(t, err)
	assert.True(t, asked[`\text{saved} = \tfrac12\left(1 - N_{\text{small}}/N\right)`], "on display")
	inline, ok := asked[`S' = [S,\ 0]`]
	assert.True(t, ok && !inline, "in a line")
	text := string(page)
	for _, want := range []string{`<link rel="stylesheet" href="../site/handout.css">`,
		`<link rel="stylesheet" href="math.css">`, `href="../slides/">Slides`, `href="../slides/index.html"`,
		`href="handout.pdf"`, `href="seminar.html"`, `<div class="page">`, `src="../site/animation/lock-still.png"`} {
		assert.Contains(t, text, want)
	}
	assert.NotContains(t, text, absent)
	assert.NotContains(t, text, "{{")

	page, err = Handout(module, false, func(string, bool) (template.HTML, error) { return "", nil })
	require.NoError(t, err)
	assert.NotContains(t, string(page), "handout.pdf", "who has no browser to print with has no PDF")
}
