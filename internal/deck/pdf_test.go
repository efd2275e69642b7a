package deck

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAPDFIsTheSameWheneverItIsMade(t *testing.T) {
	one := "/CreationDate (D:20261129074836+00'00')\n/ModDate (D:20261129074837+01'00')>> " +
		"/ID (node00002786) (node00002790)"
	other := "/CreationDate (D:20270101000000+00'00')\n/ModDate (D:20270101000000+01'00')>> " +
		"/ID (node00000004) (node00000009)"
	assert.Equal(t, string(settled([]byte(one))), string(settled([]byte(other))))
	assert.Len(t, settled([]byte(one)), len(one))
	assert.Equal(t, "(node00000001) (node00000000) (node00000001)", string(settled([]byte(
		"(node00000009) (node00000003) (node00000009)"))), "in the order that they had")
}
