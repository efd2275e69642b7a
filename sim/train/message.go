package train

import (
	"fmt"
	"time"

	"github.com/sparkling-lab/sparkling/sim/codec"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// Kind says what a message is about.
type Kind int

// The kinds: first those that a session sends, then those that a trainer sends.
const (
	KindStart    Kind = iota + 1 // begin arm Arm of Document at Snapshot, or at step 0 where it is empty
	KindRun                      // updates are granted up to Step
	KindSave                     // answer with the state as soon as Step updates are done
	KindAsk                      // answer with the network as it is now
	KindWrite                    // answer with what the network as it is now writes after Prompt
	KindLook                     // answer what Question asks of the network as it is now
	KindReady                    // the arm is set up; Params and Active count its parameters
	KindFrames                   // what the latest updates measured
	KindWidened                  // a widening happened
	KindDoing                    // Text says what keeps the arm from its next update
	KindSnapshot                 // the whole state at Step, between two updates
	KindNetwork                  // the network that was asked for
	KindWritten                  // what the network wrote, or in Text why it cannot
	KindLooked                   // the answer to a question, which took Took
	KindFailed                   // the arm cannot go on, and Text says why
	kinds
)

// Message is what a session and a trainer say to each other. Only the fields of its Kind are used.
type Message struct {
	Kind           Kind
	Arm, Step      int
	Document       []byte // an Experiment
	Snapshot       []byte
	Text           string
	Params, Active int64
	Frames         []record.ArmFrame
	Report         record.Report
	Network        *Network
	Ask            int // number of a Prompt or Question, which the answer to it has too
	Prompt         record.Prompt
	Writing        record.Writing // of an answer without Text
	Question       look.Question
	Answer         look.Answer
	Took           time.Duration // of the arm's time
}

// Encode is the message as bytes.
func (m Message) Encode() []byte {
	bulk := len(m.Document) + len(m.Snapshot)
	if m.Network != nil {
		bulk += experiment.StateValues * 4 * len(m.Network.Weights.Data)
	}
	c := &codec.Coder{Buf: make([]byte, 0, bulk+headRoom)}
	m.code(c)
	return c.Buf
}

// DecodeMessage reads a message, whose snapshot stays where it is in the data. It errs where the data is cut short,
// goes on, or is of another version.
func DecodeMessage(data []byte) (Message, error) {
	var m Message
	c := &codec.Coder{Reading: true, Buf: data}
	m.code(c)
	if c.Err == nil && len(c.Buf) > 0 {
		c.Err = fmt.Errorf("%d bytes are left over", len(c.Buf))
	}
	if c.Err != nil {
		return Message{}, fmt.Errorf("not a message: %w", c.Err)
	}
	return m, nil
}

func (m *Message) code(c *codec.Coder) {
	version, kind := record.Version, int(m.Kind)
	c.Int(&version)
	c.Int(&kind)
	if c.Err == nil && (version != record.Version || kind < 1 || kind >= int(kinds)) {
		c.Err = fmt.Errorf("version %d, kind %d; this program knows version %d and kinds 1 to %d", version, kind,
			record.Version, int(kinds)-1)
	}
	m.Kind = Kind(kind)
	c.Int(&m.Arm)
	c.Int(&m.Step)
	switch m.Kind {
	case KindStart:
		c.Bytes(&m.Document, experiment.MaxDocument)
		c.Bulk(&m.Snapshot)
	case KindReady:
		c.I64(&m.Params)
		c.I64(&m.Active)
	case KindFrames:
		record.CodeFrames(c, &m.Frames)
	case KindWidened:
		m.Report.Code(c)
	case KindSnapshot:
		c.Bulk(&m.Snapshot)
	case KindNetwork:
		codeNetwork(c, &m.Network)
	case KindWrite:
		c.Int(&m.Ask)
		m.Prompt.Code(c)
	case KindWritten:
		c.Int(&m.Ask)
		if c.Text(&m.Text); m.Text == "" {
			m.Writing.Code(c)
		}
	case KindLook:
		c.Int(&m.Ask)
		m.Question.Code(c)
	case KindLooked:
		c.Int(&m.Ask)
		took := int64(m.Took)
		c.I64(&took)
		m.Took = time.Duration(took)
		m.Answer.Code(c)
	case KindFailed, KindDoing:
		c.Text(&m.Text)
	}
}
