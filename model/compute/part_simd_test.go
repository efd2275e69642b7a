//go:build goexperiment.simd && linux

package compute

import (
	"os"
	"runtime/debug"
	"simd"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// cliff is a page of memory as float32, behind which there is none.
func cliff(t *testing.T) []float32 {
	t.Helper()
	page := os.Getpagesize()
	memory, err := syscall.Mmap(-1, 0, 2*page, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, syscall.Munmap(memory)) })
	require.NoError(t, syscall.Mprotect(memory[page:], syscall.PROT_NONE))
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(memory))), page/4)
}

func TestAPartOfAVectorIsReadWithoutWhatLiesBehindIt(t *testing.T) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // instead of the end of the program
	memory := cliff(t)
	for i := range memory {
		memory[i] = float32(i + 1)
	}
	var got [16]float32
	lanes := simd.Float32s{}.Len()
	for n := range lanes {
		for back := range 40 { // where a page ends, and before
			s := memory[len(memory)-n-back : len(memory)-back : len(memory)-back]
			want := [16]float32{}
			copy(want[:], s)
			require.NotPanics(t, func() { loadPart(s).Store(got[:]) }, "%d elements, %d behind them", n, back)
			assert.Equal(t, want[:lanes], got[:lanes])
		}
	}
}
