package version

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOnlyAReleaseHasTheBareNumber(t *testing.T) {
	assert.Regexp(t, `^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}$`, Number())
	assert.Regexp(t, `^`+Number()+`-dev \(go[^ ]+, \w+/\w+\)$`, String())
	released = Number()
	t.Cleanup(func() { released = "" })
	assert.Regexp(t, `^`+Number()+` \(`, String())
}
