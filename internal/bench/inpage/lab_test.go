package inpage

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// A training program that is still on its way when the picture is there was not needed for it; one that is whole may have been.
func TestBytesOfAnUnfinishedTrainingProgramAreNotThePictures(t *testing.T) {
	at := func(ms int64) time.Time { return time.UnixMilli(ms) }
	l := &Lab{sent: []piece{{"/", at(1), 10}, {"/wasm/lab.wasm", at(2), 200}, {trainer, at(3), 50}, {trainer, at(5), 60}}}
	n, unfinished := l.before(4)
	assert.Equal(t, []int{260, 50}, []int{n, unfinished})
	n, unfinished = l.before(5)
	assert.Equal(t, []int{320, 0}, []int{n, unfinished})
}
