package release

import (
	"bytes"
	_ "embed"
	"text/template"

	"github.com/sparkling-lab/sparkling/internal/version"
)

// notesName is the file that says what a release holds, and what of it was tried.
const notesName = "RELEASE.md"

//go:embed notes.md
var notesText string

// archiveNote is what is said of an archive.
type archiveNote struct{ Name, For, Tried string }

// notes are the text of notesName.
func notes(archives []archiveNote, slides bool) ([]byte, error) {
	t, err := template.New(notesName).Option("missingkey=error").Parse(notesText)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, map[string]any{"Version": version.Number(), "Slides": slides, "Page": pageName(),
		"Archives": archives, "Sums": sumsName, "Materials": materialsName()})
	return b.Bytes(), err
}
