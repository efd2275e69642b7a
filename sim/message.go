package sim

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Kind says what a message is about.
type Kind int

// The kinds: first those that a session sends, then those that a trainer sends.
const (
	KindStart    Kind = iota + 1 // begin arm Arm of Document at Snapshot, or at step 0 where it is empty
	KindRun                      // updates are granted up to Step
	KindSave                     // answer with the state as soon as Step updates are done
	KindAsk                      // answer with the network as it is now
	KindReady                    // the arm is set up; Params and Active count its parameters
	KindFrames                   // what the latest updates measured
	KindWidened                  // a widening happened
	KindDoing                    // Text says what keeps the arm from its next update
	KindSnapshot                 // the whole state at Step, between two updates
	KindNetwork                  // the network that was asked for
	KindFailed                   // the arm cannot go on, and Text says why
	kinds
)

// wireVersion is the version of the encoding of messages and records. Records can be older: those of beforeStates do not say in which state
// pairs are, nor what is no longer finite; those of beforeOptimizers count no product of an optimizer, and in those of beforeSearches reports
// say nothing of searches.
const (
	wireVersion      = 5
	beforeStates     = 4
	beforeOptimizers = 3
	beforeSearches   = 2
)

// Message is what a session and a trainer say to each other. Only the fields of its Kind are used.
type Message struct {
	Kind           Kind
	Arm, Step      int
	Document       []byte // an Experiment
	Snapshot       []byte
	Text           string
	Params, Active int64
	Frames         []ArmFrame
	Report         Report
	Network        *Network
}

// Encode is the message as bytes.
func (m Message) Encode() []byte {
	bulk := len(m.Document) + len(m.Snapshot)
	if m.Network != nil {
		bulk += experiment.StateValues * 4 * len(m.Network.Weights.Data)
	}
	c := &coder{buf: make([]byte, 0, bulk+headRoom)}
	c.message(&m)
	return c.buf
}

// DecodeMessage reads a message, whose snapshot stays where it is in the data. It errs where the data is cut short, goes on, or is of another version.
func DecodeMessage(data []byte) (Message, error) {
	var m Message
	c := &coder{reading: true, buf: data}
	c.message(&m)
	if c.err == nil && len(c.buf) > 0 {
		c.err = fmt.Errorf("%d bytes are left over", len(c.buf))
	}
	if c.err != nil {
		return Message{}, fmt.Errorf("not a message: %w", c.err)
	}
	return m, nil
}

func (c *coder) message(m *Message) {
	version, kind := wireVersion, int(m.Kind)
	c.integer(&version)
	c.integer(&kind)
	if c.err == nil && (version != wireVersion || kind < 1 || kind >= int(kinds)) {
		c.err = fmt.Errorf("version %d, kind %d; this program knows version %d and kinds 1 to %d", version, kind, wireVersion, int(kinds)-1)
	}
	m.Kind = Kind(kind)
	c.integer(&m.Arm)
	c.integer(&m.Step)
	switch m.Kind {
	case KindStart:
		c.bytes(&m.Document, experiment.MaxDocument)
		c.bulk(&m.Snapshot)
	case KindReady:
		c.i64(&m.Params)
		c.i64(&m.Active)
	case KindFrames:
		c.frames(&m.Frames)
	case KindWidened:
		c.report(&m.Report)
	case KindSnapshot:
		c.bulk(&m.Snapshot)
	case KindNetwork:
		c.network(&m.Network)
	case KindFailed, KindDoing:
		c.text(&m.Text)
	}
}
