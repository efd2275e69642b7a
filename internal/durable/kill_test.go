//go:build unix

package durable_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/durable"
)

// The test is its own child, which claims a folder, begins to write into it, and waits for its end.
func TestMain(m *testing.M) {
	if dir := os.Getenv("DURABLE_CHILD"); dir != "" {
		c, err := durable.Take(dir, "run")
		if err == nil {
			err = c.Write(durable.Output{Name: "a", Write: text("a")})
		}
		if err == nil {
			err = c.Write(durable.Output{Name: "b", Write: func(w io.Writer) error {
				_, err := io.WriteString(w, strings.Repeat("b", 1<<20))
				println("writing")
				if _, e := io.ReadAll(os.Stdin); e != nil {
					return e
				}
				return err
			}})
		}
		if err != nil {
			println(err.Error())
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// What a program that is killed leaves blocks nobody: its claim is free, its unfinished files go, and nobody else's.
func TestAKilledProgramBlocksNobody(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "DURABLE_CHILD="+dir)
	in, err := child.StdinPipe()
	require.NoError(t, err)
	defer in.Close()
	says, err := child.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	line, err := bufio.NewReader(says).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "writing\n", line)

	_, err = durable.Take(dir, "run")
	assert.ErrorContains(t, err, "another run of this program is writing into")
	during := names(t, dir)
	durable.Sweep(dir)
	assert.Equal(t, during, names(t, dir), "what a living program writes stays")

	require.NoError(t, child.Process.Kill())
	_ = child.Wait()
	assert.Equal(t, during, names(t, dir), "it could not remove them")
	others := []string{".sparkling-notes", ".sparkling-tmp-1", ".sparkling-tmp-0123456789abcdefg",
		"x.sparkling-tmp-0123456789abcdef"}
	for _, name := range others {
		put(t, "mine", dir, name)
	}
	c := take(t, dir)
	require.NoError(t, write(c, "a", "new"), "what it had written is ours")
	c.Release()
	assert.ElementsMatch(t, append([]string{".sparkling-files.json", "a"}, others...), names(t, dir))
}

// New files have the mode that the user's mask leaves them.
func TestTheUmaskIsRespected(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o027))
	dir := filepath.Join(t.TempDir(), "out")
	require.NoError(t, network(filepath.Join(dir, "net")))
	c := take(t, dir)
	require.NoError(t, write(c, "a", "1"))
	for name, want := range map[string]os.FileMode{".": 0o750, "a": 0o640, "net": 0o750, "net/sub": 0o750,
		"net/model": 0o640, "net/config.json": 0o640} {
		info, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		assert.Equal(t, want, info.Mode().Perm(), name)
	}
}
