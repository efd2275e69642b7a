//go:build linux && (amd64 || arm64) && goexperiment.simd

package nvrtc

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	_ "github.com/sparkling-lab/sparkling/internal/fixture" // go test ./model/... -fixtures DIR gives the flag to all
	"github.com/sparkling-lab/sparkling/internal/testneed"
)

// An array that is read at places known late does not lie in registers: it takes 4·200 bytes of a thread's memory.
const two = `
extern "C" __global__ void twice(float *x) { x[threadIdx.x] *= 2; }
extern "C" __global__ void __launch_bounds__(64) shuffle(float *x, const int *at) {
	__shared__ float shared[64];
	float own[200];
	for (int i = 0; i < 200; i++) own[i] = x[i * 64 + threadIdx.x];
	shared[threadIdx.x] = own[at[threadIdx.x]];
	__syncthreads();
	x[threadIdx.x] = shared[63 - threadIdx.x];
}`

func TestEveryKernelIsCompiledAndReported(t *testing.T) {
	c, err := Open(t.Context())
	testneed.Here(t, err)
	all, err := c.CompileAll(two)
	require.NoError(t, err)
	for arch, compiled := range all {
		assert.Contains(t, string(compiled.PTX), ".target "+arch)
		assert.Contains(t, string(compiled.PTX), ".visible .entry twice(")
		require.Len(t, compiled.Kernels, 2)
		first, second := compiled.Kernels[0], compiled.Kernels[1]
		assert.Equal(t, Kernel{Name: "shuffle", Registers: first.Registers, Shared: 256, Stack: 800}, first)
		assert.Equal(t, Kernel{Name: "twice", Registers: second.Registers}, second)
		assert.Positive(t, first.Registers)
		assert.Less(t, second.Registers, 32)
	}
	assert.Contains(t, Table(all), "shuffle                          sm_80 ")
	assert.Contains(t, Table(all), " sm_90 ")
}

// What does not fit into the registers that a launch leaves each thread is spilled, and the report says so.
func TestSpilledRegistersAreReported(t *testing.T) {
	c, err := Open(t.Context())
	testneed.Here(t, err)
	const crowded = `
extern "C" __global__ void __launch_bounds__(1024, 2) crowded(float *x, int n) {
	float own[64];
#pragma unroll
	for (int i = 0; i < 64; i++) own[i] = x[i * 1024 + threadIdx.x];
	for (int k = 0; k < n; k++)
#pragma unroll
		for (int i = 0; i < 64; i++) own[i] = own[i] * own[(i + 7) % 64] + own[(i + 31) % 64];
#pragma unroll
	for (int i = 0; i < 64; i++) x[i * 1024 + threadIdx.x] = own[i];
}`
	compiled, err := c.Compile(crowded, "sm_80")
	require.NoError(t, err)
	require.Len(t, compiled.Kernels, 1)
	assert.LessOrEqual(t, compiled.Kernels[0].Registers, 32)
	assert.Positive(t, compiled.Kernels[0].Spilled)
}

func TestAMistakeIsSaidWithItsLine(t *testing.T) {
	c, err := Open(t.Context())
	testneed.Here(t, err)
	_, err = c.Compile("\nextern \"C\" __global__ void f(float *x) { x[0] = y; }", "sm_80")
	assert.ErrorContains(t, err, "for sm_80: NVRTC: NVRTC_ERROR_COMPILATION")
	assert.ErrorContains(t, err, `kernels.cu(2): error: identifier "y" is undefined`)
}
