package record_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheTextTwinSaysWhatThePicturesShow(t *testing.T) {
	r := tiny(t)
	s := r.Describe(r.Last(), nil)
	assert.Regexp(t, `^Step 12 of 12\. Small: loss \d\.\d{3} on 16 held-out windows; loss \d\.\d{4} on the whole `+
		`held-out text\.`, s)
	assert.Contains(t, s, "Copy: loss")
	assert.Contains(t, s, "locked: all 128 pairs of originals and copies are identical")
}
