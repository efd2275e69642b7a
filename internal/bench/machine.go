package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/peak"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// Machine says where a report was measured, and with what.
type Machine struct {
	CPU    string            `json:"cpu"`
	Cores  int               `json:"cores"`
	OS     string            `json:"os"`
	Go     string            `json:"go"`
	Engine string            `json:"engine"`
	Commit string            `json:"commit,omitempty"`
	Date   time.Time         `json:"date"`
	Peers  map[string]string `json:"peers,omitempty"` // versions of other people's programs

	// Load is the system's average of the last minute, before and after; a quiet machine has about 0 and 1.
	Load []float64 `json:"load,omitempty"`
}

func (m Machine) String() string {
	date := m.Date.Format("2006-01-02 15:04 MST")
	s := fmt.Sprintf("%s, %d cores, %s; %s, %s; %s", m.CPU, m.Cores, m.OS, m.Go, m.Engine, date)
	if m.Commit != "" {
		s += ", commit " + m.Commit
	}
	if len(m.Load) == 2 {
		s += fmt.Sprintf("; load average %.1f before and %.1f after", m.Load[0], m.Load[1])
	}
	return s
}

func thisMachine() Machine {
	return Machine{
		CPU: cpuName(), Cores: runtime.NumCPU(), OS: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(),
		Engine: compute.NewCPU().Name(), Commit: commit(), Date: time.Now().UTC().Truncate(time.Second),
		Peers: map[string]string{},
	}
}

// noteLoad adds the system's load average, where the system tells it.
func (m *Machine) noteLoad() {
	data, err := os.ReadFile("/proc/loadavg")
	var load float64
	if err == nil {
		_, err = fmt.Sscan(string(data), &load)
	}
	if err == nil {
		m.Load = append(m.Load, load)
	}
}

// cpuName is what the system calls the processor, with the family and model numbers where the name alone says little.
func cpuName() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	of := func(key string) string {
		found := regexp.MustCompile(`(?m)^` + key + `\s*: (.*)$`).FindSubmatch(info)
		if found == nil {
			return "unknown"
		}
		return string(found[1])
	}
	return fmt.Sprintf("%s (family %s, model %s)", of("model name"), of("cpu family"), of("model"))
}

// commit is the state of the sources where it is run, or nothing.
func commit() string {
	out, _ := exec.Command("git", "describe", "--always", "--dirty").Output()
	return strings.TrimSpace(string(out))
}

// machine measures the peaks.
func (r *Report) machine(_ context.Context, o Options) error {
	for _, p := range peak.All() {
		best := 0.0
		for range o.effort().Repetitions {
			best = max(best, p.Measure())
		}
		r.line("roofline", "%s|%.1f GFLOP/s", p.What, best/1e9)
	}
	return nil
}
