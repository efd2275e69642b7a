//go:build !js

package pagetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/build"
)

// otherPages are the pages of the site but the Lab, the slides, and the report, which has a test of its own.
func otherPages(t *testing.T) (list []string) {
	t.Helper()
	m, err := build.Read(built)
	require.NoError(t, err)
	for file := range m.Files {
		if strings.HasSuffix(file, ".html") && !strings.HasPrefix(file, "slides/") && file != "index.html" &&
			file != "report/index.html" {
			list = append(list, file)
		}
	}
	slices.Sort(list)
	assert.Greater(t, len(list), 12)
	return list
}

// Every page around the Lab can be read in the windows that people have, and on paper: nothing lies outside, no picture
// is missing, no letter is tiny, and the navigation is there, but for paper.
func TestPagesOfTheSiteFitTheWindowsThatPeopleHave(t *testing.T) {
	for _, w := range []window{{W: 1440, H: 900, Scale: 1}, {W: 390, H: 844, Scale: 2, Touch: true}} {
		t.Run(fmt.Sprint(w.W), func(t *testing.T) {
			p := blank(t, w)
			for _, page := range otherPages(t) {
				p.do(chromedp.Navigate(p.address("") + page))
				p.wait(`document.readyState === "complete"`)
				p.run(`for (const image of document.images) image.loading = "eager"`)
				p.wait(`[...document.images].every((image) => image.complete)`)
				assert.LessOrEqual(t, eval[float64](p, `document.documentElement.scrollWidth`), float64(w.W),
					"%s scrolls sideways", page)
				assert.Empty(t, eval[[]string](p, `[...document.querySelectorAll("h1, h2, p, li, td, dd, img, a")]
					.filter((e) => {
						const b = e.getBoundingClientRect();
						return !e.closest(".skip") && (b.left < 0 || b.right > innerWidth + .5);
					}).map((e) => e.textContent.slice(0, 40))`), "%s has this outside the window", page)
				assert.Empty(t, eval[[]string](p, `[...document.images].filter((e) => !e.naturalWidth)
					.map((e) => e.src)`), "pictures that %s lacks", page)
				assert.Empty(t, eval[[]string](p, `[...document.querySelectorAll("main :not(math *, wbr, br)")]
					.filter((e) => e.textContent.trim() && parseFloat(getComputedStyle(e).fontSize) < 12)
					.map((e) => e.textContent.slice(0, 40))`), "%s is written too small here", page)
				row := eval[[]float64](p, `[...document.querySelectorAll("nav.site a")].map((e) => e.offsetTop)`)
				assert.GreaterOrEqual(t, len(row), 5, "the navigation of %s", page)
				assert.Len(t, slices.Compact(row), 1, "the navigation of %s is one line", page)
			}
			_, err := chromedp.Call(p.Ctx, emulation.SetEmulatedMedia,
				emulation.SetEmulatedMediaParams{Media: "print"})
			require.NoError(t, err)
			assert.Equal(t, "none", eval[string](p, `getComputedStyle(document.querySelector("header.site")).display`),
				"paper has no navigation")
		})
	}
}

// The Lab leads to the rest of the site, above its words or, where the window is narrow, below them, so that a phone
// loses nothing of what is read beside the pictures.
func TestTheLabLeadsToTheRestOfTheSite(t *testing.T) {
	for _, w := range []window{desktop, {W: 390, H: 844, Scale: 2, Touch: true}} {
		p := open(t, w, short(t).Link())
		place := eval[[]float64](p, `["nav.site", "#panel > header", "#panel > footer"].map((e) =>
			document.querySelector(e).getBoundingClientRect().top)`)
		if w.W > 860 {
			assert.Less(t, place[0], place[1], "above the words")
		} else {
			assert.Greater(t, place[0], place[2], "below the words")
		}
		names := eval[[]string](p, `[...document.querySelectorAll("nav.site a")].map((e) => e.textContent)`)
		assert.Subset(t, names, []string{"Lessons", "For teachers", "Report", "Docs"})
		p.run(`document.querySelector("nav.site a").click()`)
		p.wait(`document.querySelector("h1")?.textContent === "Lessons"`)
		p.run(`document.querySelector("ol.lessons a").click()`)
		p.wait(`location.hash.startsWith("#lesson=")`)
		p.ready()
	}
}
