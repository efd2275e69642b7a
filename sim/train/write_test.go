package train

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/model/learner/learnertest"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// asking is a run that has been asked to write.
func asking(t testing.TB, r *Arm, prompt string, temperature float64) *writer {
	t.Helper()
	w, refused, err := r.writer(record.Prompt{Text: prompt, Temperature: temperature, Seed: 1,
		Count: experiment.WriteCount}, 1)
	require.NoError(t, err)
	require.NoError(t, refused)
	return w
}

// talk is a trainer, and the messages that it has sent.
type talk struct {
	*Trainer
	t   *testing.T
	got []Message
}

func talking(t *testing.T, e experiment.Experiment) *talk {
	t.Helper()
	k := &talk{Trainer: NewTrainer(cpu.Factory{}), t: t}
	k.say(Message{Kind: KindStart, Arm: 3, Document: e.JSON()})
	t.Cleanup(k.Close)
	return k
}

func (k *talk) hear(out [][]byte) {
	for _, data := range out {
		m, err := DecodeMessage(data)
		require.NoError(k.t, err)
		k.got = append(k.got, m)
	}
}

func (k *talk) say(m Message) { k.hear(k.Handle(m.Encode())) }

// work lets it do all that it has to do, in turns.
func (k *talk) work() {
	for more := true; more; {
		var out [][]byte
		out, more = k.Work(0)
		k.hear(out)
	}
}

// answers are those to what was to be written.
func (k *talk) answers() (out []Message) {
	for _, m := range k.got {
		if m.Kind == KindWritten {
			out = append(out, m)
		}
	}
	return out
}

func short() experiment.Experiment {
	e := trial.Short(12)
	e.Task.Batch, e.Task.Seq = 2, 16
	return e
}

var rays = record.Prompt{Text: "the rays of light ", Temperature: 0.8, Seed: 1, Count: 50}

func TestATrainerWritesWhatItIsAskedForAtTheStepWhereItIs(t *testing.T) {
	k := talking(t, short())
	k.say(Message{Kind: KindRun, Step: 4})
	k.work()
	k.say(Message{Kind: KindWrite, Ask: 7, Prompt: rays})
	k.work()
	k.say(Message{Kind: KindRun, Step: 12})
	k.work()
	again := rays
	again.Text = ""
	k.say(Message{Kind: KindWrite, Ask: 8, Prompt: again})
	k.work()
	got := k.answers()
	require.Len(t, got, 2)
	for i, m := range got {
		assert.Equal(t, 7+i, m.Ask)
		assert.Equal(t, 3, m.Writing.Arm)
		assert.Len(t, []rune(m.Writing.Written), 50)
	}
	assert.Equal(t, []int{4, 12}, []int{got[0].Writing.Step, got[1].Writing.Step})
	assert.Equal(t, rays, got[0].Writing.Prompt)
	assert.NotEmpty(t, got[1].Writing.Text, "where nothing is given to go on with, the text's own is, and it is said")
}

func TestWhatIsAskedForNextTakesThePlaceOfWhatIsNotYetWritten(t *testing.T) {
	k := talking(t, short())
	k.say(Message{Kind: KindWrite, Ask: 1, Prompt: rays})
	k.hear(first(k.Work(0)))
	other := rays
	other.Temperature = 0
	k.say(Message{Kind: KindWrite, Ask: 2, Prompt: other})
	k.work()
	got := k.answers()
	require.Len(t, got, 1)
	assert.Equal(t, 2, got[0].Ask)
}

func first(out [][]byte, _ bool) [][]byte { return out }

func TestWhatCannotBeWrittenIsRefusedInASentenceAndTrainingGoesOn(t *testing.T) {
	k := talking(t, short())
	wrong := rays
	wrong.Text = "Licht"
	k.say(Message{Kind: KindWrite, Ask: 1, Prompt: wrong})
	k.say(Message{Kind: KindRun, Step: 12})
	k.work()
	got := k.answers()
	require.Len(t, got, 1)
	assert.Equal(t, "the text that is learnt has no 'L' (it has 'l')", got[0].Text)
	assert.Equal(t, 12, k.run.step)

	facts := talking(t, factsExperiment(t, 9, 100))
	facts.say(Message{Kind: KindWrite, Ask: 1, Prompt: rays})
	assert.Contains(t, facts.answers()[0].Text, "learn a text")
}

// What is asked for between two updates changes no bit of what follows, whatever the learner and wherever the widening.
func TestWritingLeavesTheTrainingAsItIs(t *testing.T) {
	e := short()
	quiet, asked := talking(t, e), talking(t, e)
	for step := 1; step <= 12; step++ {
		for _, k := range []*talk{quiet, asked} {
			k.say(Message{Kind: KindRun, Step: step})
			k.work()
		}
		asked.say(Message{Kind: KindWrite, Ask: step, Prompt: rays})
		if step%3 > 0 {
			asked.work()
		} // else it is still writing when it is to train on
	}
	assert.NotEmpty(t, asked.answers())
	same(t, snapshot(t, quiet.run), snapshot(t, asked.run))
}

func same(t *testing.T, want, got []byte) {
	t.Helper()
	assert.True(t, string(want) == string(got), "another state")
}

func TestALearnerThatCannotBeCopiedRefusesToWriteAndTrainsOn(t *testing.T) {
	d := &learnertest.Device{}
	k := &talk{Trainer: NewTrainer(d), t: t}
	k.say(Message{Kind: KindStart, Document: short().JSON()})
	d.Fail = func(c learnertest.Call) error {
		if c.Name == "Loss" {
			return errors.New("the device is full")
		}
		return nil
	}
	k.say(Message{Kind: KindWrite, Ask: 1, Prompt: rays})
	k.work()
	got := k.answers()
	require.Len(t, got, 1)
	assert.True(t, strings.HasSuffix(got[0].Text, "the device is full"), got[0].Text)
	d.Fail = func(c learnertest.Call) error {
		if c.Name == "New" {
			return errors.New("the device is full")
		}
		return nil
	}
	k.say(Message{Kind: KindWrite, Ask: 2, Prompt: rays})
	k.say(Message{Kind: KindRun, Step: 2})
	k.work()
	assert.Len(t, k.answers(), 2)
	assert.Equal(t, 2, k.run.step)
	k.say(Message{Kind: KindWrite, Ask: 3, Prompt: rays}) // and is closed in the middle
	k.Close()
	assert.Zero(t, d.Resident())
	assert.Empty(t, d.Misuse())
}

func TestALongWritingLetsMessagesInBetween(t *testing.T) {
	k := talking(t, short())
	k.say(Message{Kind: KindWrite, Ask: 1, Prompt: rays})
	turns := 0
	for more := true; more; turns++ {
		_, more = k.Work(-time.Second)
	}
	assert.Equal(t, rays.Count, turns, "a character is the least that it does")
}
