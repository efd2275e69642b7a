package ondisk

import "testing"

// SetFree puts another disk in the place of the real one until a test ends.
func SetFree(t *testing.T, of func(dir string) (bytes int64, ok bool)) {
	was := free
	t.Cleanup(func() { free = was })
	free = of
}
