package record_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheTextTwinSaysWhatThePicturesShow(t *testing.T) {
	r := tiny(t)
	s := r.Describe(r.Last(), nil)
	assert.Regexp(t, `^Step 12 of 12\. Small: validation loss \d\.\d{3} on 16 windows; full validation loss `+
		`\d\.\d{4}\.`, s)
	assert.Contains(t, s, "Copy: validation loss")
	assert.Contains(t, s, "locked: all 128 pairs of originals and copies are identical")
}
