package bench

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/peak"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
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
	Roofs  []Roof            `json:"roofs"`

	// Load is the system's average of the last minute, before and after; a quiet machine has about 0 and 1.
	Load []float64 `json:"load,omitempty"`
}

// Roof is a part of the machine's rooflines, on one thread: a peak of arithmetic, or a bandwidth.
type Roof struct {
	What  string  `json:"what"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
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
		Engine: compute.NewCPU().Name(), Commit: commit(), Date: time.Now().UTC().Truncate(time.Second), Peers: map[string]string{},
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
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		if out, err := exec.Command("sysctl", "-n", "machdep.cpu.brand_string").Output(); err == nil {
			return strings.TrimSpace(string(out))
		}
		return runtime.GOARCH
	}
	defer f.Close()
	of := map[string]string{}
	for lines := bufio.NewScanner(f); lines.Scan() && lines.Text() != ""; {
		key, value, _ := strings.Cut(lines.Text(), ":")
		of[strings.TrimSpace(key)] = strings.TrimSpace(value)
	}
	if of["model name"] == "" {
		return runtime.GOARCH
	}
	return fmt.Sprintf("%s (family %s, model %s)", of["model name"], of["cpu family"], of["model"])
}

// commit is the state of the sources: what is stamped into the program, or what git says where it is run.
func commit() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value[:min(12, len(s.Value))]
			}
		}
	}
	out, err := exec.Command("git", "describe", "--always", "--dirty").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// machine measures the rooflines.
func (r *Report) machine(ctx context.Context, o Options) error {
	roof := func(what string, value float64, unit string) {
		r.Machine.Roofs = append(r.Machine.Roofs, Roof{what, value / 1e9, unit})
	}
	for _, p := range peak.All() {
		best := 0.0
		for range o.effort().Repetitions {
			best = max(best, p.Measure())
		}
		roof(p.What, best, "GFLOP/s")
	}
	for _, n := range workload.Sizes {
		rate, err := workload.MeasureCopy(ctx, o.effort(), 8*n)
		if err != nil {
			return err
		}
		roof("STREAM copy within "+workload.Within(8*n, "B"), rate, "GB/s")
	}
	return nil
}
