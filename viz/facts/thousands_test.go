package facts

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestThousandsAreReadByThrees(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1296: "1,296", 46656: "46,656", 1234567: "1,234,567",
		-296: "-296", -1296: "-1,296"} {
		assert.Equal(t, want, Thousands(n))
	}
}
