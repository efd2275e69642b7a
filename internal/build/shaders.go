package build

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"text/template"
)

// What Ebitengine writes its shaders for, as its constants are called.
var (
	filters   = []string{"FilterNearest", "FilterLinear", "FilterPixelated"}
	addresses = []string{"AddressUnsafe", "AddressClampToZero", "AddressRepeat"}
)

// templating is a source of Ebitengine's that executes a template in ShaderSource: what stands before its imports, its
// constants, the template, and what follows.
var templating = regexp.MustCompile("(?s)^(.*?\npackage \\w+\n)\nimport \\(.*?\n\\)\n(.*?)\n" +
	"var \\(\n\tshaders .*?\n\\)\n\n" +
	"var tmpl = template.Must\\(template.New\\(\"tmpl\"\\).Parse\\(`(.*?)`\\)\\)\n\n// ShaderSource [^\n]*\n" +
	`func ShaderSource\(filter Filter, address Address\) \[\]byte {` + "\n.*?\n}\n(.*)$")

// written is such a source with all that the template gives in its place. One that does not look so is refused.
func written(source []byte) ([]byte, error) {
	parts := templating.FindSubmatch(source)
	if parts == nil {
		return nil, errors.New("no ShaderSource in it executes a template called tmpl")
	}
	shader, err := template.New("tmpl").Option("missingkey=error").Parse(string(parts[3]))
	if err != nil {
		return nil, err
	}
	names := map[string]string{} // each stands for itself
	for _, name := range append(filters, addresses...) {
		names[name] = name
	}
	var table, text strings.Builder
	for _, filter := range filters {
		fmt.Fprintf(&table, "\t%s: {\n", filter)
		for _, address := range addresses {
			names["Filter"], names["Address"] = filter, address
			text.Reset()
			if err := shader.Execute(&text, names); err != nil {
				return nil, err
			}
			fmt.Fprintf(&table, "\t\t%s: %q,\n", address, text.String())
		}
		table.WriteString("\t},\n")
	}
	return bytes.Join([][]byte{parts[1], parts[2], fmt.Appendf(nil, `
var written = [FilterCount][AddressCount]string{
%s}

// ShaderSource returns a shader that was written before.
func ShaderSource(filter Filter, address Address) []byte { return []byte(written[filter][address]) }
`, table.String()), parts[4]}, nil), nil
}
