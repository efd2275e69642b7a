//go:build !js

package pagetest

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
)

// The report that the page links to is read on telephones too: no table hides a column, and nothing has to be scrolled
// sideways.
func TestReportFitsTheWindowsThatPeopleHave(t *testing.T) {
	for _, w := range []window{{W: 1440, H: 900, Scale: 1}, {W: 760, H: 900, Scale: 1},
		{W: 390, H: 844, Scale: 2, Touch: true}} {
		t.Run(fmt.Sprint(w.W), func(t *testing.T) {
			p := blank(t, w)
			p.do(chromedp.Navigate(p.address("") + "report/"))
			p.wait(`document.readyState === "complete"`)
			assert.LessOrEqual(t, eval[float64](p, `document.documentElement.scrollWidth`), float64(w.W),
				"no sideways scrolling")
			assert.Greater(t, eval[float64](p, `document.querySelectorAll("td").length`), 100.0)
			outside := eval[[]string](p, `[...document.querySelectorAll("td span, td small, tbody th, a")]
				.filter((e) => {
					const b = e.getBoundingClientRect();
					return b.left < 0 || b.right > innerWidth || b.width < 1;
				})
				.map((e) => e.textContent)`)
			assert.Empty(t, outside, "outside the window")
			unnamed := eval[[]string](p, `[...document.querySelectorAll("table:not(.grid) td")]
				.filter((e) => (getComputedStyle(e, "::before").content === "none") === (innerWidth <= 1100))
				.map((e) => e.textContent)`)
			assert.Empty(t, unnamed, "cells below each other say of which column they are, those in columns do not")
			astray := eval[[]string](p, `[...document.querySelectorAll(".grid tbody tr")].flatMap((row) => {
				const heads = [...document.querySelectorAll(".grid thead tr:last-child th")].slice(1);
				return [...row.querySelectorAll("td a")].filter((e, i) => {
					const b = e.getBoundingClientRect(), head = heads[i].getBoundingClientRect();
					return e.scrollWidth > e.clientWidth || b.left < head.left - 1 || b.right > head.right + 1;
				}).map((e) => e.textContent);
			})`)
			assert.Empty(t, astray, "every verdict stands below the head of its column, with all of its word")
			silent := eval[[]string](p, `[...document.querySelectorAll("figure")].filter((e) => {
				const box = e.querySelector("a"), cut = box.scrollWidth > box.clientWidth + 1;
				const says = getComputedStyle(e, "::before").content.includes("Swipe");
				return cut !== says || cut && getComputedStyle(box).overflowX !== "auto";
			}).map((e) => e.textContent)`)
			assert.Empty(t, silent, "a figure that is wider than its place scrolls, and says so; no other does")
			assert.Equal(t, p.address(""), eval[string](p, `document.querySelector("nav a").href`),
				"it leads back to the Lab")
		})
	}
}

// The page leads to the terms of everything that it links.
func TestPageShipsTheNoticesOfWhatItLinks(t *testing.T) {
	p := open(t, desktop, short(t).Link())
	text := eval[string](p, `fetch(document.querySelector("footer a[href='notices.txt']").href).then((answer) => `+
		`answer.text())`)
	for _, part := range []string{"SPARKLING Lab\n", "Go: its runtime", "github.com/hajimehoshi/ebiten/v2 v",
		"Apache License"} {
		assert.Contains(t, text, part)
	}
}
