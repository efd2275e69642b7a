package session

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
)

// Who sends is who hands over the answers: however much is sent before that, nobody waits for the other.
func TestMessagesAreSentWhileNobodyReadsTheAnswers(t *testing.T) {
	h, answers := NewLocalHost(cpu.Factory{}), 0
	p, err := h.Start(0, func([]byte) { answers++ }, func(error) {})
	require.NoError(t, err)
	defer p.Close()
	const many = 500 // more than any queue of ours holds
	sent := make(chan struct{})
	go func() {
		for range many {
			p.Send([]byte("no message"))
		}
		close(sent)
	}()
	select {
	case <-sent:
	case <-time.After(time.Minute):
		require.Fail(t, "Send waits for who waits for the sender")
	}
	for answers < many {
		h.Wait(time.Minute)
	}
	assert.Equal(t, many, answers)
}
