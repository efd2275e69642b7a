package train

import (
	"bytes"
	"encoding/binary"
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/sim/record"
)

func TestMessageThatClaimsToBeHugeIsRefusedInLittleMemory(t *testing.T) {
	for kind := KindStart; kind < kinds; kind++ {
		data := binary.LittleEndian.AppendUint32(nil, record.Version)
		data = binary.LittleEndian.AppendUint32(data, uint32(kind))
		data = append(data, make([]byte, 8)...) // arm and step
		for _, count := range []uint32{math.MaxInt32, 1 << 28, math.MaxUint32} {
			asked := allocated(func() {
				_, _ = DecodeMessage(append(binary.LittleEndian.AppendUint32(bytes.Clone(data), count),
					make([]byte, 1000)...))
			})
			assert.Less(t, asked, uint64(1<<20), "kind %d, %d", kind, count)
		}
	}
}

// allocated is how many bytes a function asks for in all, whatever becomes of them.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
