//go:build !js

package pagetest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Names in any script are written by the browser wherever the type of the pictures has no letters for them.
func TestNamesInAnyScriptAreWrittenByTheBrowser(t *testing.T) {
	names := []string{"小さい", "复制", "نسخة", "Копия 🙂"}
	e := short(t)
	for i, name := range names {
		e.Arms[i].Name = name
	}
	p := spoiled(t, "#"+e.Link(), `window.written = [];
		const write = CanvasRenderingContext2D.prototype.fillText;
		CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
			write.call(this, text, x, y);
			const { data } = this.getImageData(0, 0, this.canvas.width, this.canvas.height);
			written.push([text, data.some((v) => v), this.fillStyle]);
		};`)
	p.wait(`window.sparkling?.stats && document.getElementById("stage").hidden`)
	p.finish()
	for _, text := range []string{"小さい", "复制", "نسخة", "🙂"} {
		assert.True(t, eval[bool](p, fmt.Sprintf(`written.some(([text, seen]) => text === %q && seen)`, text)), "%s is written", text)
	}
	assert.Greater(t, eval[int](p, `new Set(written.map(([, , hue]) => hue)).size`), 3, "each in the colour of its arm")
	assert.Less(t, eval[int](p, `written.length`), 80, "what was written once is kept")
	assert.Equal(t, names, eval[[]string](p, `[...document.querySelectorAll("#arms tbody th")].map((th) => th.textContent)`))
	p.shot("names")
}
