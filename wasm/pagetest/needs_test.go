//go:build !js

package pagetest

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/build"
	"github.com/sparkling-lab/sparkling/internal/serve"
	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/train"
)

// A browser that lacks something gets one plain sentence in the place of the pictures.
func TestBrowserThatLacksSomethingIsTold(t *testing.T) {
	for name, c := range map[string]struct{ spoil, says string }{
		"no SIMD": {`WebAssembly.validate = () => false`, "WebAssembly SIMD"},
		"no WebGL": {`HTMLCanvasElement.prototype.getContext = () => null; OffscreenCanvas.prototype.getContext = ` +
			`() => null`, "WebGL 2"},
	} {
		t.Run(name, func(t *testing.T) {
			p := spoiled(t, "", c.spoil)
			p.wait(`!document.getElementById("problem").hidden`)
			assert.Contains(t, eval[string](p, `document.getElementById("problem").textContent`), c.says)
			assert.True(t, eval[bool](p, `document.getElementById("play").disabled`))
			p.shot("lacks-" + c.says[:5])
		})
	}
}

// spoiled is a tab in which a script ran before the page's own, which is published in a folder of its host's.
func spoiled(t *testing.T, folder, script string) *tab {
	p := blank(t, desktop)
	_, err := chromedp.Call(p.Ctx, page.AddScriptToEvaluateOnNewDocument,
		page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	require.NoError(t, err)
	p.do(chromedp.Navigate(p.address("") + folder))
	return p
}

// The pictures are there before the program that trains, and how far that is stays in sight; where it does not come at
// all, a sentence says so.
func TestPicturesDoNotWaitForTheTrainer(t *testing.T) {
	p := spoiled(t, "", `const Real = Worker;
		window.Worker = class extends Real {
			constructor(url, options) {
				super(url, options);
				this.trains = String(url).endsWith("/worker.js");
			}
			postMessage(data, transfer) {
				// The port is what the trainer would come through.
				if (!(this.trains && data instanceof MessagePort)) super.postMessage(data, transfer);
			}
			set onmessage(f) {
				super.onmessage = (event) => {
					if (event.data.name === "wasm/trainer.wasm") window.give = (data) => f({ data });
					else f(event);
				};
			}
		};
		console.error = (err) => { window.told = String(err); };`)
	p.ready()
	assert.True(t, eval[bool](p, `document.getElementById("loading").checkVisibility()`))
	assert.LessOrEqual(t, p.state().Step, 0)
	p.shot("no-trainer-yet")
	p.wait(`window.give`)
	p.run(`window.give({ name: "wasm/trainer.wasm", error: "wasm/trainer.wasm: 404" })`)
	p.wait(`!document.getElementById("problem").hidden && document.getElementById("problem").checkVisibility()`)
	assert.Contains(t, eval[string](p, `document.getElementById("problem").textContent`), "trainer.wasm")
	assert.Contains(t, eval[string](p, `window.told`), "trainer.wasm", "and whoever looks for the cause finds it")
}

// A hidden tab gets no animation frames; training goes on.
func TestTrainingGoesOnWithoutAnimationFrames(t *testing.T) {
	p := open(t, desktop, short(t).Link())
	p.run(`window.requestAnimationFrame = () => 0; sparkling.reset(); sparkling.speed("max"); sparkling.play()`)
	p.wait(`JSON.parse(sparkling.state()).done`)
}

// The bar counts the bytes that are fetched: those of a host that compresses, and those that the page unpacks itself
// where the host does not.
func TestProgressCountsWhatIsFetched(t *testing.T) {
	testneed.Browser(t)
	dir, want := packed(t)
	compressing, err := serve.Handler(dir, serve.Self)
	require.NoError(t, err)
	for folder, host := range map[string]http.Handler{"compressing/": compressing,
		"plain/": http.FileServer(http.Dir(dir))} {
		t.Run(folder, func(t *testing.T) {
			mux.Handle(under+folder, http.StripPrefix(strings.TrimSuffix(under+folder, "/"), host))
			p := spoiled(t, folder, `window.told = []; window.words = [];
				const Real = Worker;
				window.Worker = class extends Real {
					set onmessage(f) {
						super.onmessage = (event) => {
							f(event);
							if (!event.data.total) return;
							told.push(event.data);
							words.push(document.getElementById("progress-text").textContent);
						};
					}
				};`)
			p.wait(`document.getElementById("loading").hidden`)
			told, words := eval[[]struct{ Got, Total int64 }](p, `told`), eval[[]string](p, `words`)
			require.Greater(t, len(told), 1)
			for i, x := range told {
				require.Equal(t, want, x.Total, "bytes to fetch")
				require.LessOrEqual(t, told[max(i-1, 0)].Got, x.Got)
				if x.Got < want {
					require.Equal(t, fmt.Sprintf("Loading the program: %.1f of %.1f MB", float64(x.Got)/1e6,
						float64(want)/1e6), words[i])
				}
			}
			assert.Equal(t, want, told[len(told)-1].Got, "bytes fetched")
		})
	}
}

// packed is the built page with its programs compressed, quickly, and how many bytes they are.
func packed(t *testing.T) (dir string, size int64) {
	_, err := site()
	require.NoError(t, err)
	dir = t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(built)))
	m, err := build.Read(dir)
	require.NoError(t, err)
	for _, name := range build.Programs {
		name = "wasm/" + name + ".wasm"
		data, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		var b bytes.Buffer
		z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
		require.NoError(t, err)
		_, err = z.Write(data)
		require.NoError(t, err)
		require.NoError(t, z.Close())
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".gz"), b.Bytes(), 0o644))
		f := m.Files[name]
		f.Gzip = int64(b.Len())
		m.Files[name] = f
		size += f.Gzip
	}
	list, err := json.Marshal(m)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, build.ManifestName), list, 0o644))
	return dir, size
}

// A worker that gets no more memory says so, whichever way its program ended; the arm can be started again.
func TestWorkerWithoutMemorySaysSo(t *testing.T) {
	for name, inner := range map[string]int{"more than there can be": 1 << 14, "the last of what there can be": 5455} {
		t.Run(name, func(t *testing.T) {
			e := experiment.Default()
			e.Model.Hidden, e.Model.Layers, e.Model.Experts, e.Model.Inner = 1024, 1, 64, inner
			message := base64.StdEncoding.EncodeToString(train.Message{Kind: train.KindStart,
				Document: e.JSON()}.Encode())
			p := spoiled(t, "", `const Real = Worker;
				window.Worker = class extends Real {
					postMessage(data, transfer) {
						if (data instanceof ArrayBuffer && !window.sent) {
							window.sent = true;
							data = Uint8Array.from(atob("`+message+`"), (c) => c.charCodeAt(0)).buffer;
							transfer = [data];
						}
						super.postMessage(data, transfer ?? []);
					}
				};`)
			p.wait(`document.querySelector("#failures p")`)
			assert.Regexp(t, `^Small stopped at step 0: the browser gave its worker no more memory; a smaller `+
				`network needs less\.$`, eval[string](p, `document.querySelector("#failures p").textContent`))
			p.shot("no-memory")
			p.run(`document.querySelector("#failures button").click()`)
			p.wait(`JSON.parse(sparkling.state()).last > 3`)
		})
	}
}
