package cli

import (
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
)

// available is the memory that is free on this machine and within the limits of the groups of processes that this one
// is in, in bytes. Memory of files that can be given up counts as free.
func available() float64 { return free(os.DirFS("/")) }

func free(root fs.FS) float64 {
	left := float64(most)
	if kib, ok := numberIn(root, "proc/meminfo", "MemAvailable:"); ok {
		left = min(left, kib*1024)
	}
	groups, _ := fs.ReadFile(root, "proc/self/cgroup")
	for line := range strings.Lines(string(groups)) {
		part := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(part) < 3 {
			continue
		}
		const base = "sys/fs/cgroup"
		switch {
		case part[0] == "0": // version 2
			left = min(left, grouped(root, base, part[2], "memory.max", "memory.current", "inactive_file"))
		case strings.Contains(","+part[1]+",", ",memory,"):
			left = min(left, grouped(root, base+"/memory", part[2], "memory.limit_in_bytes", "memory.usage_in_bytes",
				"total_inactive_file"))
		}
	}
	return left
}

// grouped is what a group and those that it is in have left. A container may see its own group as the topmost.
func grouped(root fs.FS, base, group, limit, usage, files string) float64 {
	left := float64(most)
	for at := path.Clean("/" + group); ; at = path.Dir(at) {
		dir := path.Join(base, at)
		if most, ok := numberIn(root, path.Join(dir, limit), ""); ok {
			used, _ := numberIn(root, path.Join(dir, usage), "")
			cached, _ := numberIn(root, path.Join(dir, "memory.stat"), files)
			left = min(left, most-used+cached)
		}
		if at == "/" {
			return left
		}
	}
}

// numberIn is the first in a file, or the one after a word that begins a line.
func numberIn(root fs.FS, name, word string) (float64, bool) {
	data, err := fs.ReadFile(root, name)
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(data)) {
		fields := strings.Fields(line)
		if word != "" && (len(fields) == 0 || fields[0] != word) {
			continue
		}
		if word != "" {
			fields = fields[1:]
		}
		if len(fields) == 0 {
			return 0, false
		}
		x, err := strconv.ParseFloat(fields[0], 64)
		return x, err == nil
	}
	return 0, false
}
