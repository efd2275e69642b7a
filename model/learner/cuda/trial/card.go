package trial

import (
	"fmt"
	"strings"

	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/kernels"
)

// Card is the device under trial.
type Card struct {
	Name            string `json:"name"`
	Capability      string `json:"compute_capability"`
	Kernels         string `json:"kernels"` // what they were compiled for
	Driver          string `json:"driver"`  // the newest CUDA that it knows
	Multiprocessors int    `json:"multiprocessors"`
	Memory          int64  `json:"memory_bytes"`
	// until the driver had compiled the kernels, for both precisions
	LoadSeconds float64 `json:"load_seconds"`
	PeakTFLOPs  float64 `json:"peak_bf16_tflops,omitempty"` // 0 where it is not known
}

// peaks are the dense bf16 peaks of cards by parts of their names, in TFLOP/s, with float32 sums: NVIDIA's data sheets
// of the A100 (2021), H100 (2023), H200 (2024), L40S (2023), L4 (2023), A10 (2021), A30 (2021) and B200 (2024), where
// a number that is printed with sparsity is halved. The first that is found in a name counts.
var peaks = []struct {
	name   string
	tflops float64
}{
	{"H100 PCIe", 756}, {"H100 NVL", 835}, {"H100", 989}, {"H200", 989}, {"GH200", 989}, {"B200", 2250},
	{"A100", 312}, {"A30", 165}, {"A10G", 70}, {"A10", 125}, {"L40S", 362}, {"L4", 121},
}

// peakOf is the peak of a card, 0 where it is not known. A part of a card has not its peak.
func peakOf(name string) float64 {
	if strings.Contains(name, "MIG") {
		return 0
	}
	words := " " + strings.NewReplacer("-", " ", "_", " ").Replace(name) + " "
	for _, p := range peaks {
		if strings.Contains(words, " "+p.name+" ") {
			return p.tflops
		}
	}
	return 0
}

// cardOf is what a device says of itself.
func cardOf(d *driver.Device) Card {
	arch, _ := kernels.Architecture(d.Major, d.Minor) // it was loaded
	return Card{Name: d.Name, Capability: fmt.Sprintf("%d.%d", d.Major, d.Minor), Kernels: arch,
		Driver: fmt.Sprintf("%d.%d", d.Driver/1000, d.Driver%1000/10), Multiprocessors: d.SMs, Memory: d.Memory,
		PeakTFLOPs: peakOf(d.Name)}
}

// String is one line.
func (c Card) String() string {
	peak := "its bf16 peak is not known here"
	if c.PeakTFLOPs > 0 {
		peak = fmt.Sprintf("%.0f TFLOP/s in bf16 at most", c.PeakTFLOPs)
	}
	return fmt.Sprintf("%s, compute capability %s, %.1f GB, CUDA up to %s; kernels for %s, loaded in %.1f s; %s.",
		c.Name, c.Capability, float64(c.Memory)/1e9, c.Driver, c.Kernels, c.LoadSeconds, peak)
}
