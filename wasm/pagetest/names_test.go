//go:build !js

package pagetest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Names in any script are written by the browser wherever the type of the pictures has no letters for them; what no
// font has is a number.
func TestNamesInAnyScriptAreWrittenByTheBrowser(t *testing.T) {
	names := []string{"小さい", "复制", "نسخة", "Копия 🙂"}
	e := short(t)
	for i, name := range names {
		e.Arms[i].Name = name
	}
	p := spoiled(t, "#"+e.Link(), `window.written = [];
		const write = CanvasRenderingContext2D.prototype.fillText;
		CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
			write.call(this, text.replace("复", "\u{10fffd}"), x, y); // as if there were no font for it
			const { data } = this.getImageData(0, 0, this.canvas.width, this.canvas.height);
			written.push([text, data.some((v) => v), this.fillStyle]);
		};`)
	p.ready()
	p.finish()
	shown := eval[[]string](p, `[...document.querySelectorAll("#arms tbody th")].map((th) => th.textContent)`)
	assert.Equal(t, "Arm 2", shown[1], "whose name has a letter that no font has")
	hues := 0
	for i, foreign := range []string{"小さい", "复制", "نسخة", "🙂"} {
		there := eval[bool](p, fmt.Sprintf(`written.some(([text, seen, hue]) => text === %q && seen && hue !== `+
			`"#000000")`, foreign))
		if shown[i] == names[i] { // this machine has a font for it
			assert.True(t, there, "%s is written", names[i])
			hues++
		} else {
			assert.Equal(t, fmt.Sprintf("Arm %d", i+1), shown[i])
			assert.False(t, there, "%s is not", names[i])
		}
	}
	assert.GreaterOrEqual(t, eval[int](p, `new Set(written.filter(([text]) => text.length > 1).map(([, , hue]) => `+
		`hue)).size`), hues, "each in the colour of its arm")
	assert.Less(t, eval[int](p, `written.length`), 80, "what was written once is kept")
	p.shot("names")
}
