package cli

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
)

// What is free is the least of what the machine and every group has left.
func TestFreeMemoryIsThatOfTheMachineAndOfItsGroups(t *testing.T) {
	text := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	machine := text("MemTotal: 24683520 kB\nMemAvailable: 8388608 kB\n")
	for name, x := range map[string]struct {
		root fstest.MapFS
		want float64
	}{
		"nothing is known": {fstest.MapFS{}, most},
		"no groups":        {fstest.MapFS{"proc/meminfo": machine}, 8 * gib},
		"version 2, the group above is the narrow one": {fstest.MapFS{
			"proc/meminfo": machine, "proc/self/cgroup": text("0::/user/one\n"),
			"sys/fs/cgroup/user/one/memory.max": text("max\n"), "sys/fs/cgroup/user/memory.max": text("4294967296\n"),
			"sys/fs/cgroup/user/memory.current": text("2147483648\n"),
			"sys/fs/cgroup/user/memory.stat":    text("anon 1\ninactive_file 1073741824\n"),
		}, 3 * gib},
		"version 1, seen from a container": {fstest.MapFS{
			"proc/meminfo": machine, "proc/self/cgroup": text("4:memory:/some/where\n0::/\n"),
			"sys/fs/cgroup/memory/memory.limit_in_bytes": text("2147483648\n"),
			"sys/fs/cgroup/memory/memory.usage_in_bytes": text("1073741824\n"),
		}, 1 * gib},
		"no limit in version 1": {fstest.MapFS{
			"proc/meminfo": machine, "proc/self/cgroup": text("4:cpu,memory:/\n"),
			"sys/fs/cgroup/memory/memory.limit_in_bytes": text("9223372036854771712\n"),
		}, 8 * gib},
	} {
		assert.Equal(t, x.want, free(x.root), name)
	}
	assert.Positive(t, available())
}
