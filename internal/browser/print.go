package browser

import (
	"context"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// PDF prints the page of the tab on paper of the size that its sheet names, colours and all.
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
	return out.Data, nil
}
