//go:build !js

package pagetest

import (
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// article publishes a long text with the page in a frame of it.
func article(t *testing.T, name, fragment string) {
	t.Helper()
	_, err := site()
	require.NoError(t, err)
	mux.HandleFunc(under+name, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`<!doctype html><title>An article</title><body style="margin:0;height:4000px"><iframe ` +
			`width="1000" height="700" src="./#` + fragment + `"></iframe>`))
	})
}

// In an article the pictures are a part of the page: what is not theirs stays the browser's.
func TestPicturesLeaveTheBrowserWhatIsNotTheirs(t *testing.T) {
	e := short(t)
	article(t, "article.html", e.Link())
	p := blank(t, desktop)
	p.do(chromedp.Navigate(p.address("") + "article.html"))
	p.wait(`frames[0]?.sparkling?.stats && frames[0].document.getElementById("stage").hidden`)
	p.run(`window.events = [];
		for (const type of ["wheel", "keydown", "keyup", "mousedown", "mouseup", "mousemove", "contextmenu",
			"touchstart", "touchmove", "touchend", "dragover", "drop"]) {
			frames[0].addEventListener(type, (event) => {
				setTimeout(() => events.push([type, event.key ?? "", String(event.defaultPrevented)]));
			}, { capture: true, passive: true });
		}`)
	p.run(`frames[0].sparkling.pause()`)
	step := func() int { return eval[int](p, `JSON.parse(frames[0].sparkling.state()).last`) }

	p.mouse(300, 300)
	p.press("left", 300, 300)
	assert.Equal(t, "CANVAS", eval[string](p, `frames[0].document.activeElement.tagName`),
		"the pictures take the focus")
	for _, k := range []struct {
		key, code string
		virtual   int64
		with      int64 // 1 Alt, 2 Ctrl, 8 Shift
	}{
		{"F5", "F5", 116, 0}, {"r", "KeyR", 82, 2}, {"f", "KeyF", 70, 2}, {"+", "Equal", 187, 2},
		{"-", "Minus", 189, 2}, {"0", "Digit0", 48, 2},
		{"F12", "F12", 123, 0}, {"I", "KeyI", 73, 10}, {"Escape", "Escape", 27, 0}, {"Tab", "Tab", 9, 8},
		{"ArrowDown", "ArrowDown", 40, 0}, {"PageDown", "PageDown", 34, 0},
		{"/", "Slash", 191, 0}, {"'", "Quote", 222, 0}, {"w", "KeyW", 87, 2}, {"R", "KeyR", 82, 8},
		{"F3", "F3", 114, 0}, {"ArrowLeft", "ArrowLeft", 37, 1},
	} {
		if k.key == "ArrowDown" {
			p.run(`frames[0].document.querySelector("body > canvas").focus()`) // Tab has moved on
		}
		p.chord(k.key, k.code, k.virtual, k.with)
	}
	p.wait(`scrollY > 100`) // which one of them did
	p.run(`scrollTo(0, 0)`)
	p.wait(`scrollY === 0`)
	for _, with := range []int64{0, 2} {
		_, err := chromedp.Call(p.Ctx, input.DispatchMouseEvent,
			input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseWheel, X: 300, Y: 300, DeltaX: 1,
				DeltaY: 240, Modifiers: with})
		require.NoError(t, err)
	}
	p.wait(`scrollY > 100`) // the wheel over the pictures scrolls the article
	p.run(`scrollTo(0, 0)`)
	for i, kind := range []input.DispatchTouchEventType{input.DispatchTouchEventTypeTouchStart,
		input.DispatchTouchEventTypeTouchMove, input.DispatchTouchEventTypeTouchEnd} {
		at := input.DispatchTouchEventParams{Type: kind,
			TouchPoints: []*input.TouchPoint{{X: 200 + 60*float64(i), Y: 200}}}
		if kind == input.DispatchTouchEventTypeTouchEnd {
			at.TouchPoints = []*input.TouchPoint{}
		}
		_, err := chromedp.Call(p.Ctx, input.DispatchTouchEvent, at)
		require.NoError(t, err)
	}
	p.run(`for (const type of ["dragover", "drop"]) frames[0].document.querySelector("body > ` +
		`canvas").dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true }))`)
	p.press("right", 200, 200)
	p.wait(`["wheel", "touchmove", "drop"].every((type) => events.some(([kind]) => kind === type))`)
	kinds := map[string]bool{}
	for _, event := range eval[[][3]string](p, `events`) {
		kinds[event[0]] = true
		assert.Equal(t, "false", event[2], "%v is the browser's", event)
	}
	assert.Subset(t, []string{"wheel", "keydown", "keyup", "mousedown", "mouseup", "mousemove", "contextmenu",
		"touchstart", "touchmove", "touchend", "dragover", "drop"}, slices.Collect(maps.Keys(kinds)))
	assert.GreaterOrEqual(t, len(kinds), 11, "and they came: %v", kinds)
	assert.Equal(t, "pan-y pinch-zoom",
		eval[string](p, `getComputedStyle(frames[0].document.querySelector("body > canvas")).touchAction`))
	assert.False(t, eval[bool](p, `JSON.parse(frames[0].sparkling.state()).playing`),
		"none of them did anything to the run")

	// The keys that the page names are taken where the focus is on the pictures or the bar.
	p.wait(`frames[0].sparkling.still()`)
	before := step()
	p.run(`frames[0].document.querySelector("body > canvas").focus(); events.length = 0`)
	p.chord(".", "Period", 190, 0)
	require.Eventually(t, func() bool { return step() == before+1 }, patience, 50*time.Millisecond)
	assert.Contains(t, eval[[][3]string](p, `events`), [3]string{"keydown", ".", "true"})
	p.run(`frames[0].document.getElementById("chosen").focus()`)
	p.chord(".", "Period", 190, 0)
	p.run(`frames[0].document.activeElement.blur()`)
	p.chord(".", "Period", 190, 0)
	p.run(`frames[0].document.getElementById("keys").click(); frames[0].document.querySelector("body > ` +
		`canvas").focus()`)
	p.chord(".", "Period", 190, 0)
	p.wait(`frames[0].sparkling.still()`)
	assert.Equal(t, before+1, step(), "nowhere else, and not when they are switched off")

	p.do(chromedp.Navigate(p.address(e.Link())))
	p.ready()
	assert.False(t, eval[bool](p, `document.getElementById("keys").checked`), "which is remembered")
	p.run(`document.getElementById("keys").scrollIntoView()`)
	p.shot("keys-off")
}

// press presses and releases a button of the mouse.
func (p *tab) press(button input.MouseButton, x, y float64) {
	p.t.Helper()
	for _, kind := range []input.DispatchMouseEventType{input.DispatchMouseEventTypeMousePressed,
		input.DispatchMouseEventTypeMouseReleased} {
		_, err := chromedp.Call(p.Ctx, input.DispatchMouseEvent,
			input.DispatchMouseEventParams{Type: kind, X: x, Y: y, Button: button, ClickCount: 1})
		require.NoError(p.t, err)
	}
}

// chord presses a key while others are held.
func (p *tab) chord(key, code string, virtual, with int64) {
	p.t.Helper()
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown,
		input.DispatchKeyEventTypeKeyUp} {
		_, err := chromedp.Call(p.Ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kind, Key: key,
			Code: code, WindowsVirtualKeyCode: virtual, Modifiers: with})
		require.NoError(p.t, err)
	}
}
