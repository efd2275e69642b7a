package browser

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// PDF prints the page of the tab on paper of the size that its sheet names, colours and all. It says no time.
func (t *Tab) PDF() ([]byte, error) {
	ctx, cancel := context.WithTimeout(t.Ctx, 2*time.Minute)
	defer cancel()
	yes, none := true, 0.0
	out, err := chromedp.Call(ctx, page.PrintToPDF, page.PrintToPDFParams{
		PrintBackground: &yes, PreferCSSPageSize: &yes, MarginTop: &none, MarginBottom: &none, MarginLeft: &none,
		MarginRight: &none,
	})
	if err != nil {
		return nil, fmt.Errorf("the browser cannot print: %w", err)
	}
	return undated(out.Data), nil
}

// dated finds the two times in a PDF that a Chromium printed: year to second, and the zone.
var dated = regexp.MustCompile(`/(CreationDate|ModDate) \(D:(\d{14}[+-]\d\d'\d\d')\)`)

// never is the time that a PDF has instead, as long as every other.
const never = "19800101000000+00'00'"

// tagged finds the names that a Chromium gives to parts of a text: counts that go on from page to page.
var tagged = regexp.MustCompile(`\(node(\d{8})\)`)

// undated is a PDF that says the same whenever it was printed, so that the same page gives the same bytes: no time, and
// names of parts that count from 0, in their order. It is changed in place: a PDF finds its parts by where they stand.
func undated(pdf []byte) []byte {
	for _, at := range dated.FindAllSubmatchIndex(pdf, -1) {
		copy(pdf[at[4]:at[5]], never)
	}
	var names []string
	for _, name := range tagged.FindAllSubmatch(pdf, -1) {
		names = append(names, string(name[1]))
	}
	slices.Sort(names)
	names = slices.Compact(names)
	for _, at := range tagged.FindAllSubmatchIndex(pdf, -1) {
		rank, _ := slices.BinarySearch(names, string(pdf[at[2]:at[3]]))
		copy(pdf[at[2]:at[3]], fmt.Sprintf("%08d", rank))
	}
	return pdf
}
