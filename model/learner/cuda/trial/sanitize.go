package trial

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// sanitizer is NVIDIA's program that watches every access to the device's memory.
const sanitizer = "compute-sanitizer"

// sanitize has the sanitizer look on while a tiny network is checked.
func (t *trial) sanitize(ctx context.Context, p *Part) error {
	path, err := exec.LookPath(sanitizer)
	if err != nil || len(t.Again) == 0 {
		return errMissing{errors.New("there is no " + sanitizer + " on the path; it comes with the CUDA toolkit")}
	}
	for _, tool := range []string{"memcheck", "racecheck"} {
		args := append([]string{"--tool", tool, "--error-exitcode", "9"}, t.Again...)
		c := exec.CommandContext(ctx, path, args...)
		together(c)
		out, err := c.CombinedOutput()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("%s: %w: %s", tool, err, last(string(out)))
		}
		p.add(Row{What: tool, Note: last(string(out))})
	}
	return nil
}

// last is the last line of a text that says anything.
func last(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
