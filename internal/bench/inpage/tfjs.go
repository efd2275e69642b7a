package inpage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/internal/tools"
)

// Version of TensorFlow.js that is the peer.
const Version = "4.22.0"

// errMissing says what to install where there is no TensorFlow.js and none can be fetched.
var errMissing = fmt.Errorf("no TensorFlow.js %s; with npm on the path it is fetched once", Version)

// tfjs is a folder with TensorFlow.js, fetched with npm the first time: three files are all that is needed.
func tfjs(ctx context.Context) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "sparkling", "tfjs-"+Version)
	if whole(dir) {
		return dir, nil
	}
	npm, err := tools.NPM()
	if err != nil {
		return "", errors.Join(errMissing, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	c := exec.CommandContext(ctx, npm, "install", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--prefix", dir,
		"@tensorflow/tfjs-core@"+Version, "@tensorflow/tfjs-backend-wasm@"+Version)
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm install of TensorFlow.js %s: %w\n%s", Version, err, bytes.TrimSpace(out))
	}
	if !whole(dir) {
		return "", fmt.Errorf("npm has installed a TensorFlow.js %s without the files that a browser loads", Version)
	}
	return dir, nil
}

// theirFiles are what the browser loads, by their paths below the folder that npm fills.
var theirFiles = []string{
	"tfjs-core/dist/tf-core.min.js", "tfjs-backend-wasm/dist/tf-backend-wasm.min.js", "tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm",
	"tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm",
}

func theirs(dir, file string) string {
	return filepath.Join(dir, "node_modules", "@tensorflow", filepath.FromSlash(file))
}

func whole(dir string) bool {
	for _, f := range theirFiles {
		if _, err := os.Stat(theirs(dir, f)); err != nil {
			return false
		}
	}
	return true
}
