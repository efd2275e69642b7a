package site

import (
	"errors"
	"fmt"
	"html/template"
	"image"
	_ "image/png" // pictures in texts are PNG
	"os"
	"path"
	"path/filepath"
	"strings"
)

// still is how the name of the still ends that stands beside a moving picture, for paper and for who wants no
// motion.
const (
	still = "-still.png"
	quiet = "(prefers-reduced-motion: reduce), print"
)

// image shows a picture of a text, as wide as it is drawn: pictures of this project have two pixels for each of CSS.
func (s *Site) image(text, page string) func(address, alt string) (template.HTML, error) {
	link := s.link(text, page)
	return func(address, alt string) (template.HTML, error) {
		if strings.TrimSpace(alt) == "" {
			return "", errors.New("it has no words for who does not see it")
		}
		to, err := link(address)
		if err != nil {
			return "", err
		}
		file := filepath.Join(s.module, filepath.FromSlash(path.Join(path.Dir(text), address)))
		f, err := os.Open(file)
		if err != nil {
			return "", err
		}
		defer f.Close()
		size, _, err := image.DecodeConfig(f)
		if err != nil {
			return "", err
		}
		html := fmt.Sprintf(`<img src="%s" alt="%s" width="%d" height="%d" />`, template.HTMLEscapeString(to),
			template.HTMLEscapeString(alt), size.Width/2, size.Height/2)
		if name := strings.TrimSuffix(file, ".png"); name != file && !missing("", name+still) {
			html = fmt.Sprintf(`<picture><source media="%s" srcset="%s" />%s</picture>`, quiet,
				template.HTMLEscapeString(strings.TrimSuffix(to, ".png")+still), html)
		}
		return template.HTML(html), nil
	}
}
