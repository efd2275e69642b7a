//go:build !js

package pagetest

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
)

// In a small frame one of two pictures has room, and the row of controls leads to the other; nothing in that row is cut
// or lies on anything else. Where the frame is low, a task takes no room from the words: only what goes on stays in
// sight.
func TestASmallFrameLeadsToBothPicturesAndHasRoomForWords(t *testing.T) {
	p := blank(t, window{W: 640, H: 360, Scale: 1})
	p.do(chromedp.Navigate(p.address("") + "?embed&pane=copies,loss#lesson=lock/equal"))
	p.wait(`window.sparkling?.rested?.() && JSON.parse(sparkling.story()).do.length && sparkling.settled()`)
	p.settle()
	assert.Equal(t, []string{"copies"}, panesOf(p.shown()))
	p.shot("embed-640")
	assert.True(t, eval[bool](p, `document.getElementById("do").checkVisibility()`), "there is a task")
	for _, foot := range []int{0, 10000} {
		stays := eval[float64](p, fmt.Sprintf(`(() => {
			const panel = document.getElementById("panel"), goes = document.getElementById("goes");
			panel.scrollTop = %d;
			const { top, bottom, left } = panel.getBoundingClientRect();
			let covered = 0;
			for (let y = top + 1; y < bottom; y++) {
				covered += goes.contains(document.elementFromPoint(left + 30, y)) ? 1 : 0;
			}
			return covered / (bottom - top);
		})()`, foot))
		assert.Positive(t, stays, "what goes on is in sight")
		assert.Less(t, stays, 0.2, "and leaves the rest to the words")
	}
	assert.Equal(t, "static", eval[string](p, `getComputedStyle(document.getElementById("do")).position`))

	for _, size := range [][2]int64{{739, 415}, {640, 360}, {480, 270}, {390, 600}, {320, 480}} {
		p.do(chromedp.EmulateViewport(size[0], size[1]))
		p.wait(fmt.Sprintf(`innerWidth === %d`, size[0]))
		assert.Empty(t, eval[[]string](p, `(() => {
			const parts = [...document.querySelectorAll("#transport > *, #transport .buttons > *, .scrub > *")]
				.filter((part) => !part.matches(".buttons, .scrub") && part.checkVisibility() &&
					getComputedStyle(part).clipPath === "none"); // the rest is for who hears it
			const boxes = parts.map((part) => [part.id || part.textContent.trim(), part.getBoundingClientRect(), part])
				.filter(([, { width, height }]) => width > 1 && height > 1);
			return boxes.flatMap(([name, box], i) => [
				...(box.left < 0 || box.right > innerWidth ? [name + " is cut"] : []),
				...boxes.slice(i + 1).filter(([, other]) => box.left < other.right - 1 && other.left < box.right - 1 &&
					box.top < other.bottom - 1 && other.top < box.bottom - 1).map(([on]) => name + " lies on " + on)]);
		})()`), size)
		p.pick("loss")
		p.wait(`JSON.parse(sparkling.shown())[0]?.Pane === "loss"`)
		p.settle()
		p.shot(fmt.Sprintf("embed-%d", size[0]))
		p.pick("")
		p.wait(`JSON.parse(sparkling.shown())[0]?.Pane === "copies"`)
	}
}

func panesOf(shown []picture) (names []string) {
	for _, s := range shown {
		names = append(names, s.Pane)
	}
	return names
}

// copies presses “Copy the line” where the browser refuses to copy and where it does not.
func (p *tab) copies(line string) {
	p.t.Helper()
	said := `document.getElementById("embedding-said").textContent`
	press := `document.getElementById("embedding-copy").click()`
	p.run(`window.copied = []; navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"))`)
	p.run(press)
	p.wait(said + `.startsWith("The browser does not let this page copy")`)
	assert.Equal(p.t, line, eval[string](p, `(() => { const { value, selectionStart, selectionEnd } =
		document.getElementById("embedding-line"); return value.slice(selectionStart, selectionEnd); })()`),
		"the line is selected for the reader’s own keys")
	p.run(`navigator.clipboard.writeText = async (text) => { copied.push(text); }`)
	p.run(press)
	p.wait(said + ` === "Copied."`)
	assert.Equal(p.t, []string{line}, eval[[]string](p, `copied`))
}
