package cli

import (
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// bar shows how far a long verb is, on a terminal and unless it shall be quiet.
func (e *env) bar(total int64, doing string, quiet bool, more ...progressbar.Option) *progressbar.ProgressBar {
	f, ok := e.screen.(*os.File)
	if !ok || quiet || !term.IsTerminal(int(f.Fd())) {
		return progressbar.DefaultSilent(total)
	}
	return progressbar.NewOptions64(total,
		append([]progressbar.Option{progressbar.OptionSetWriter(e.screen), progressbar.OptionSetDescription(doing),
			progressbar.OptionThrottle(100 * time.Millisecond), progressbar.OptionClearOnFinish()}, more...)...)
}
