package durable_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/internal/durable"
)

// Several that make the same folders at the same time are all told that they are there.
func TestFoldersMayBeMadeByManyAtOnce(t *testing.T) {
	dir := t.TempDir()
	for i := range 200 {
		path := filepath.Join(dir, fmt.Sprint(i), "a", "b")
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() { assert.NoError(t, durable.MkdirAll(path)) })
		}
		all.Wait()
	}
}
