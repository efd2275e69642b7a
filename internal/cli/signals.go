package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// The exit codes of an end that was asked for are those that shells give: 128 and the number of the signal.
const codeSignal = 128

// together is how long signals count as one: timeout(1) and others send each to the program and once more to its group.
var together = 200 * time.Millisecond

// interruptible is a context that ends with the first signal that asks for an end: Ctrl-C, SIGTERM, and SIGHUP, where
// the program was not started to outlive its terminal. The verbs then keep what there is. A second signal that does not
// come together with the first ends the program at once, as the system does it. Code is the exit code of the signal
// that came.
//
// A pipe that nobody reads ends nobody: writing to it fails, and a training whose progress is no longer looked at goes
// on.
func interruptible() (ctx context.Context, code func() int, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		ends = append(ends, syscall.SIGHUP)
	}
	came, pipes := make(chan os.Signal, 1), make(chan os.Signal, 1)
	signal.Notify(came, ends...)
	signal.Notify(pipes, syscall.SIGPIPE) // and not ignored, which the children of the program would inherit
	number := syscall.SIGINT
	go func() {
		select {
		case s := <-came:
			number, _ = s.(syscall.Signal)
			cancel()
			time.Sleep(together)
			signal.Reset(ends...)
		case <-ctx.Done():
		}
	}()
	stop = func() {
		signal.Stop(came)
		signal.Stop(pipes)
		cancel()
	}
	return ctx, func() int { <-ctx.Done(); return codeSignal + int(number) }, stop
}
