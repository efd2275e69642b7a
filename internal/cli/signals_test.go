//go:build unix

package cli

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// endless is an experiment that nobody waits for.
func endless(t *testing.T) string {
	return file(t, func(e *experiment.Experiment) { *e = e.Rescale(100_000) })
}

// signalled runs the program and sends it a signal once it has trained, however long this machine takes for that.
func signalled(t *testing.T, s os.Signal, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	for wait := 100 * time.Millisecond; wait < time.Minute; wait *= 2 {
		c := program(t, args...)
		var out, said bytes.Buffer
		c.Stdout, c.Stderr = &out, &said
		require.NoError(t, c.Start())
		time.Sleep(wait)
		require.NoError(t, c.Process.Signal(s))
		_ = c.Wait()
		if code := c.ProcessState.ExitCode(); code > 0 && !strings.Contains(said.String(), "before the first step") {
			return code, out.String(), said.String()
		}
	}
	require.Fail(t, "it never began")
	return 0, "", ""
}

// Whatever asks for an end gets the table and the record of what there is.
func TestEverySignalKeepsWhatThereIs(t *testing.T) {
	for s, want := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143, syscall.SIGHUP: 129} {
		here := make(chan os.Signal, 1)
		signal.Notify(here, s) // tests that outlive their terminal would hand down that they do not hear of its end
		defer signal.Stop(here)
		dir := filepath.Join(t.TempDir(), "out")
		code, out, said := signalled(t, s, "run", endless(t), "--out", dir)
		assert.Equal(t, want, code, said)
		assert.Contains(t, said, "Interrupted at step")
		assert.Contains(t, said, "the same command goes on from there")
		assert.Regexp(t, `(?m)^Small +\d+ `, out)
		f, err := os.Open(filepath.Join(dir, recordName))
		require.NoError(t, err)
		r, err := record.Decode(f)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, r.Last(), 0)
		f.Close()
	}
}

func TestInterruptWithoutAFolderSaysWhatThereIs(t *testing.T) {
	runs := caches(t)
	code, out, said := signalled(t, os.Interrupt, "run", endless(t))
	assert.Equal(t, 130, code)
	assert.Regexp(t, `^Nothing but the table will be left of this run when it has ended: .* the same command `+
		`goes on\.\n`+
		`Interrupted at step \d+ of 100000; the same command goes on from there, also with --out DIR, .*\n$`, said)
	require.Len(t, sheltered(t, runs), 1)
	assert.Contains(t, said, "its state is in "+filepath.Dir(sheltered(t, runs)[0])+".\n")
	assert.Regexp(t, `(?m)^Small +\d+ .* 20384$`, out)
	assert.Regexp(t, `(?m)^Copy +-( +-)+$`, out, "it has not begun: no step, no parameters")
	assert.NotContains(t, out, "-1")
	assert.Contains(t, runVerb{Out: "x"}.partly(results{}, -1, 10, false), "there is nothing to keep")
}

func TestInterruptedSeedsArePrintedAsFarAsTheyWent(t *testing.T) {
	code, out, said := signalled(t, os.Interrupt, "run", endless(t), "--seeds", "1-2", "--out",
		filepath.Join(t.TempDir(), "out"))
	assert.Equal(t, 130, code)
	assert.Contains(t, said, "the same command goes on from there")
	assert.Contains(t, out, "0 of 2 seeds run to the end.")
}

// pipe is a named pipe; opening it for writing waits for the program to read.
func pipe(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pipe.json")
	require.NoError(t, syscall.Mkfifo(path, 0o644))
	return path
}

// A pipe that nothing comes out of holds no signal back.
func TestAPipeThatIsReadHoldsNoSignal(t *testing.T) {
	for _, verb := range []string{"run", "plan", "figures"} {
		path := pipe(t)
		c := program(t, verb, path)
		var said bytes.Buffer
		c.Stderr = &said
		require.NoError(t, c.Start())
		w, err := os.OpenFile(path, os.O_WRONLY, 0)
		require.NoError(t, err)
		require.NoError(t, c.Process.Signal(syscall.SIGTERM))
		_ = c.Wait()
		assert.Equal(t, 143, c.ProcessState.ExitCode(), verb)
		assert.Equal(t, "Interrupted; nothing was written.\n", said.String(), verb)
		w.Close()
	}
}

// Who starts a program to outlive its terminal gets that; what comes out of a pipe is then run.
func TestAProgramThatWasStartedToOutliveItsTerminalDoes(t *testing.T) {
	path := pipe(t)
	child := program(t, "run", path)
	c := exec.Command("sh", append([]string{"-c", `trap "" HUP; exec "$@"`, "sh"}, child.Args...)...)
	c.Env = child.Env
	var out, said bytes.Buffer
	c.Stdout, c.Stderr = &out, &said
	require.NoError(t, c.Start())
	w, err := os.OpenFile(path, os.O_WRONLY, 0)
	require.NoError(t, err)
	require.NoError(t, c.Process.Signal(syscall.SIGHUP))
	document, err := os.ReadFile(file(t, nil))
	require.NoError(t, err)
	_, err = w.Write(document)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, c.Wait(), said.String())
	assert.Contains(t, out.String(), "SPARKLING")
}

// A folder's entries are files, and what else lies there is refused at once, or left alone.
func TestAPipeInAFolderHoldsNobody(t *testing.T) {
	dir, batch := trained(t, false)
	fifo := func(path string) string {
		_ = os.Remove(path)
		require.NoError(t, syscall.Mkfifo(path, 0o644))
		return path
	}
	out := filepath.Join(t.TempDir(), "wide")
	fifo(filepath.Join(dir, "tokenizer.json"))
	code, _, err := run("widen", "--model", dir, "--out", out, "--axis", "inner")
	assert.Zero(t, code, err)
	assert.Contains(t, err, "Not copied: tokenizer.json.")
	refused := func(why string, args ...string) {
		t.Helper()
		code, _, err := run(args...)
		assert.Equal(t, codeBad, code, args)
		assert.Contains(t, err, why)
		assert.Equal(t, 1, strings.Count(err, "\n"), "one sentence: %s", err)
	}
	refused("not a", "check", "--model", dir, "--batch", fifo(filepath.Join(t.TempDir(), "batch")))
	refused("nothing is overwritten", "check", "--model", dir, "--batch", batch, "--grads",
		fifo(filepath.Join(t.TempDir(), "grads")))
	for _, name := range []string{recordName, numbersName, "loss.svg"} {
		to := t.TempDir()
		fifo(filepath.Join(to, name))
		refused("nothing is overwritten", "run", file(t, nil), "--out", to)
	}
	report := t.TempDir()
	fifo(filepath.Join(report, "about.json"))
	refused("about.json", "reproduce", "--quick", "--out", report)
	refused("about.json", "reproduce", "--render", "--out", report)
	for _, name := range []string{"model.safetensors", "config.json"} {
		fifo(filepath.Join(dir, name))
		refused("not a", "check", "--model", dir, "--batch", batch)
		refused("not a", "widen", "--model", dir, "--out", out+"2", "--axis", "inner")
	}
}

// Who no longer reads what is printed ends nothing: the record is there, and no message.
func TestWhatIsPrintedToNobodyLosesNothing(t *testing.T) {
	for _, closed := range []string{"stdout", "stderr"} {
		dir := filepath.Join(t.TempDir(), "out")
		c := program(t, "run", file(t, nil), "--out", dir)
		r, w, err := os.Pipe()
		require.NoError(t, err)
		require.NoError(t, r.Close())
		var other bytes.Buffer
		if c.Stdout, c.Stderr = io.Writer(w), io.Writer(&other); closed == "stderr" {
			c.Stdout, c.Stderr = &other, w
		}
		_ = c.Run()
		w.Close()
		if closed == "stdout" {
			assert.Equal(t, 141, c.ProcessState.ExitCode())
			assert.Empty(t, other.String())
		} else {
			assert.Zero(t, c.ProcessState.ExitCode())
			assert.Contains(t, other.String(), "SPARKLING")
		}
		assert.FileExists(t, filepath.Join(dir, recordName))
		assert.FileExists(t, filepath.Join(dir, "loss.png"))
	}
}

func TestASecondSignalEndsTheProgramAtOnce(t *testing.T) {
	c := program(t)
	c.Env = append(c.Env, asProgram+"_WAITS=1")
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	said := make([]byte, 1)
	for _, want := range "12" {
		_, err = io.ReadFull(out, said)
		require.NoError(t, err)
		require.Equal(t, string(want), string(said))
		require.NoError(t, c.Process.Signal(syscall.SIGTERM))
	}
	go func() { // until one comes that does not count as the first
		for c.Process.Signal(syscall.SIGTERM) == nil {
			time.Sleep(together / 4)
		}
	}()
	_ = c.Wait()
	status, ok := c.ProcessState.Sys().(syscall.WaitStatus)
	require.True(t, ok)
	assert.Equal(t, syscall.SIGTERM, status.Signal())
}

// Some send a signal to the program and again to all of its group.
func TestSignalsThatComeTogetherAreOne(t *testing.T) {
	was := together
	together = time.Hour
	defer func() { together = was }()
	came := make(chan os.Signal, 4)
	signal.Notify(came, syscall.SIGTERM)
	defer signal.Stop(came)
	ctx, code, stop := interruptible()
	defer stop()
	for range 3 { // the system would end this program here
		require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGTERM))
		<-came
		<-ctx.Done()
	}
	assert.Equal(t, 143, code())
}
