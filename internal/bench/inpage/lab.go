package inpage

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/sparkling-lab/sparkling/internal/browser"
	"github.com/sparkling-lab/sparkling/internal/build"
	"github.com/sparkling-lab/sparkling/internal/serve"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Lab is the real page, built and served on this machine; every visit is a new browser.
type Lab struct {
	*host

	mu   sync.Mutex
	sent []answer // of the present visit
	slow bool     // the present visit is through a line of LineRate
}

// LineRate is the bytes a second of a slow visit: a line on which it matters what comes first.
const LineRate = 5e5

// answer is how many bytes an answer's body had, and when the last of them went out.
type answer struct {
	at time.Time
	n  int
}

// Build makes the page, compressed as it is published. It needs the sources, a Go command and a Chromium.
func Build(ctx context.Context) (l *Lab, err error) {
	l = &Lab{}
	l.host, err = newHost(func(dir string) (http.Handler, error) {
		if err := build.Page(ctx, dir, true, io.Discard); err != nil {
			return nil, err
		}
		files, err := serve.Handler(dir, serve.Self)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c := &counted{ResponseWriter: w, lab: l}
			files.ServeHTTP(c, r)
			l.mu.Lock()
			defer l.mu.Unlock()
			l.sent = append(l.sent, answer{time.Now(), c.n})
		}), err
	})
	return l, err
}

// counted counts what is written.
type counted struct {
	http.ResponseWriter
	lab *Lab
	n   int
}

// Write implements io.Writer. On a slow line all answers together get its rate: whoever has waited for the line holds
// it while it sends.
func (c *counted) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	c.n += n
	c.lab.mu.Lock()
	defer c.lab.mu.Unlock()
	if f, ok := c.ResponseWriter.(http.Flusher); ok && c.lab.slow {
		f.Flush()
		time.Sleep(time.Duration(float64(n) / LineRate * float64(time.Second)))
	}
	return n, err
}

// Visit is one opening of the page.
type Visit struct {
	lab  *Lab
	tab  *browser.Tab
	link string

	Picture, Training           time.Duration // from the navigation's beginning to the first picture, the first step
	PictureBytes, TrainingBytes int           // of the files that had been sent whole by then, compressed as they were
}

// marks notes when the still picture gives way to the live ones, and when a step is done.
const marks = `window.marks = {};
(function look() {
  const note = (name) => { marks[name] ??= performance.timeOrigin + performance.now(); };
  if (document.getElementById("stage")?.hidden) note("picture");
  if (window.sparkling?.state && JSON.parse(sparkling.state()).last >= 1) note("training");
  if (!marks.picture || !marks.training) setTimeout(look, 4);
})()`

// Open opens the page at an experiment, the default one where the link is empty, and waits until it trains. A slow
// visit is one through a line that is not this machine's own.
func (l *Lab) Open(ctx context.Context, link string, slow bool) (*Visit, error) {
	tab, err := l.open(ctx)
	if err != nil {
		return nil, err
	}
	v := &Visit{lab: l, tab: tab, link: link}
	_, err = chromedp.Call(v.tab.Ctx, page.AddScriptToEvaluateOnNewDocument,
		page.AddScriptToEvaluateOnNewDocumentParams{Source: marks})
	if err == nil {
		err = v.load(slow)
	}
	if err != nil {
		v.Close()
		return nil, err
	}
	return v, nil
}

func (v *Visit) load(slow bool) error {
	l := v.lab
	l.mu.Lock()
	l.sent, l.slow = nil, slow
	l.mu.Unlock()
	if err := v.tab.Navigate(l.server.URL + "/#" + v.link); err != nil {
		return err
	}
	if err := v.tab.Wait("marks.picture && marks.training", time.Minute); err != nil {
		return err
	}
	text, err := browser.Eval[string](v.tab, time.Minute, `JSON.stringify({begin: performance.timeOrigin, ...marks})`)
	if err != nil {
		return err
	}
	var got struct{ Begin, Picture, Training float64 }
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		return err
	}
	since := func(ms float64) time.Duration { return time.Duration((ms - got.Begin) * float64(time.Millisecond)) }
	v.Picture, v.Training = since(got.Picture), since(got.Training)
	v.PictureBytes, v.TrainingBytes = l.before(got.Picture), l.before(got.Training)
	return nil
}

// before is how many bytes the files had that had been sent whole at a time in milliseconds of the epoch.
func (l *Lab) before(ms float64) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, a := range l.sent {
		if float64(a.at.UnixMicro())/1000 <= ms {
			n += a.n
		}
	}
	return n
}

// Close ends the browser.
func (v *Visit) Close() { v.tab.Close() }

// Leave goes to an empty page: nothing is drawn and nobody trains any more.
func (v *Visit) Leave() error { return v.tab.Navigate("about:blank") }

// Return comes back from [Visit.Leave] to the page as it was opened, and waits until it trains.
func (v *Visit) Return() error { return v.load(false) }

// RunAtFullSpeed runs the visit's experiment once more from its start as fast as it can, and returns how long it took.
func (v *Visit) RunAtFullSpeed() (seconds float64, err error) {
	return browser.Eval[float64](v.tab, 10*time.Minute, `new Promise((done) => {
		sparkling.pause();
		sparkling.reset();
		sparkling.speed("max");
		const begun = performance.now();
		sparkling.play();
		(function look() {
			if (JSON.parse(sparkling.state()).done) return done((performance.now() - begun) / 1000);
			setTimeout(look, 20);
		})();
	})`)
}

// Frames measures the main thread while all arms of a long experiment train.
func (v *Visit) Frames(during time.Duration) (browser.Frames, error) {
	const play, forked = `sparkling.speed("max"); String(sparkling.play())`, `JSON.parse(sparkling.state()).forked`
	if _, err := browser.Eval[string](v.tab, time.Minute, play); err != nil {
		return browser.Frames{}, err
	}
	if err := v.tab.Wait(forked, time.Minute); err != nil {
		return browser.Frames{}, err
	}
	f, err := v.tab.Trace(during)
	if err != nil {
		return f, err
	}
	const training = `JSON.parse(sparkling.state()).playing && !JSON.parse(sparkling.state()).done`
	still, err := browser.Eval[bool](v.tab, time.Minute, training)
	if err == nil && !still {
		err = errors.New("the arms did not train all the time")
	}
	return f, err
}

// FourArms is the default experiment made so long that its arms train as long as they are looked at.
func FourArms() experiment.Experiment {
	e := experiment.Default().Rescale(20_000)
	for i := range e.Arms {
		for k := range e.Arms[i].Widen {
			e.Arms[i].Widen[k].Step = 50
		}
	}
	return e
}

// ThreeArms is the default experiment without the arm that is never widened.
func ThreeArms() experiment.Experiment {
	e := experiment.Default()
	e.Arms = e.Arms[1:]
	return e
}
