package trial

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/tools"
)

// ask gives a Python script a job, as one line of JSON, and reads its answer, the last line that it prints. Where the
// answer says what is missing, that is the error.
func (t *trial) ask(ctx context.Context, script string, job map[string]any, answer any) error {
	python, err := tools.PyTorch(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return errMissing{err}
	}
	job["device"] = "cuda"
	if t.PeersOnCPU {
		job["device"] = "cpu"
	}
	in, err := json.Marshal(job)
	if err != nil {
		return err
	}
	c := exec.CommandContext(ctx, python, "-I", "-c", script)
	together(c)
	var wrong bytes.Buffer
	c.Env = append(os.Environ(), "HF_HUB_OFFLINE=1")
	c.Stdin, c.Stderr = bytes.NewReader(in), &wrong
	out, err := c.Output()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("PyTorch: %w: %s", err, last(wrong.String()))
	}
	line := []byte(last(string(out)))
	var missing struct{ Missing string }
	if err := json.Unmarshal(line, &missing); err != nil {
		return fmt.Errorf("the script answers %q: %w", line, err)
	}
	if missing.Missing != "" {
		return errMissing{fmt.Errorf("%s", strings.TrimSpace(missing.Missing))}
	}
	return json.Unmarshal(line, answer)
}
