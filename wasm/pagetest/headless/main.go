// Command headless runs the experiment on standard input to its end, without a page, and writes its CSV. Compiled like
// the page's programs and run in Node, it says what the page's numbers have to be, bit for bit.
package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/session"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	data, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	e, err := experiment.Parse(data)
	if err != nil {
		return err
	}
	h := session.NewLocalHost(cpu.Factory{})
	s, err := session.New(e, h)
	if err != nil {
		return err
	}
	defer s.Close()
	s.SetSpeed(session.Max)
	s.Play()
	for !s.Done() {
		h.Wait(time.Second)
		s.Tick()
	}
	return s.Record().WriteCSV(out)
}
