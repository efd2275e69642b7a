package inpage

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// A training program that is still on its way when the picture is there was not needed for it; one that is whole may
// have been.
func TestBytesOfAnUnfinishedFileAreNotThePictures(t *testing.T) {
	l := &Lab{sent: []answer{{time.UnixMilli(1), 10}, {time.UnixMilli(2), 200}, {time.UnixMilli(5), 110}}}
	assert.Equal(t, 210, l.before(4))
	assert.Equal(t, 320, l.before(5))
}
