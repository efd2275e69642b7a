package release

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/CycloneDX/cyclonedx-go"

	"github.com/sparkling-lab/sparkling/internal/build"
	"github.com/sparkling-lab/sparkling/internal/version"
)

// The module, and its name in a list of materials.
const ours = "github.com/sparkling-lab/sparkling"

// The names of what a list of materials says of a component that the format has no word for.
const (
	inProperty  = "sparkling:linkedInto" // a target, or the page
	sumProperty = "golang:goSum"         // of the module, as go.sum has it
)

// page is where what the browser runs is linked into.
const page = "page"

// materials collects what a release is made of: the modules that are linked into its programs, with the programs.
type materials struct {
	components map[string]*cyclonedx.Component // by reference
	in         map[string]map[string]bool      // where it is linked into, by reference
	needs      map[string]map[string]bool      // references, by reference
}

func newMaterials() *materials {
	return &materials{map[string]*cyclonedx.Component{}, map[string]map[string]bool{}, map[string]map[string]bool{}}
}

// reference is how a module is called in every list of materials: its package URL.
func reference(path, version string) string { return "pkg:golang/" + path + "@" + version }

func root() string { return reference(ours, "v"+version.Number()) }

// add notes a component that is linked into something.
func (m *materials) add(c cyclonedx.Component, in string) {
	if m.components[c.BOMRef] == nil {
		m.components[c.BOMRef] = &c
		m.in[c.BOMRef] = map[string]bool{}
	}
	m.in[c.BOMRef][in] = true
}

// need notes that one needs another.
func (m *materials) need(from, to string) {
	if m.needs[from] == nil {
		m.needs[from] = map[string]bool{}
	}
	m.needs[from][to] = true
}

// addParts notes the modules of a program, and Go's library, whose version is that of this program: it is what compiles
// the others.
func (m *materials) addParts(parts []build.Part, in string) {
	number, _, _ := strings.Cut(strings.TrimPrefix(runtime.Version(), "go"), "-") // behind it stand experiments
	std := reference("std", number)
	m.add(cyclonedx.Component{BOMRef: std, PackageURL: std, Type: cyclonedx.ComponentTypeLibrary, Name: "std",
		Version: number, Description: "Go’s runtime and library"}, in)
	m.need(root(), std)
	refs := map[string]string{}
	for _, p := range parts {
		if p.Version == "" { // ourselves, and Go
			refs[p.Path] = root()
			continue
		}
		refs[p.Path] = reference(p.Path, p.Version)
		c := cyclonedx.Component{BOMRef: refs[p.Path], PackageURL: refs[p.Path],
			Type: cyclonedx.ComponentTypeLibrary, Name: p.Path, Version: p.Version}
		if p.Sum != "" {
			c.Properties = &[]cyclonedx.Property{{Name: sumProperty, Value: p.Sum}}
		}
		m.add(c, in)
	}
	for _, p := range parts {
		for _, to := range p.Needs {
			m.need(refs[p.Path], refs[to])
		}
		if p.Version != "" {
			m.need(refs[p.Path], std)
		}
	}
}

// document is the list in CycloneDX's JSON. It has neither a serial number nor a time: the same release has the same
// bytes. Licences are not told by their names, which would be a guess: notices.txt has their texts.
func (m *materials) document() ([]byte, error) {
	bom := cyclonedx.NewBOM()
	bom.Metadata = &cyclonedx.Metadata{Component: &cyclonedx.Component{BOMRef: root(), PackageURL: root(),
		Type: cyclonedx.ComponentTypeApplication, Name: "SPARKLING Lab", Version: version.Number(),
		Licenses: &cyclonedx.Licenses{{License: &cyclonedx.License{ID: "MIT"}}}}}
	var components []cyclonedx.Component
	var dependencies []cyclonedx.Dependency
	for _, ref := range append([]string{root()}, slices.Sorted(maps.Keys(m.components))...) {
		if c := m.components[ref]; c != nil {
			var properties []cyclonedx.Property
			if c.Properties != nil {
				properties = *c.Properties
			}
			for _, in := range slices.Sorted(maps.Keys(m.in[ref])) {
				properties = append(properties, cyclonedx.Property{Name: inProperty, Value: in})
			}
			c.Properties = &properties
			components = append(components, *c)
		}
		needs := slices.Sorted(maps.Keys(m.needs[ref]))
		dependencies = append(dependencies, cyclonedx.Dependency{Ref: ref, Dependencies: &needs})
	}
	bom.Components, bom.Dependencies = &components, &dependencies
	var b bytes.Buffer
	e := cyclonedx.NewBOMEncoder(&b, cyclonedx.BOMFileFormatJSON)
	err := e.SetPretty(true).SetEscapeHTML(false).EncodeVersion(bom, cyclonedx.SpecVersion1_6)
	return b.Bytes(), err
}

// lockfile has what npm fetched for the slides, to the byte.
const lockfile = "internal/deck/package-lock.json"

// addPackages notes what npm brought along, as its lockfile has it.
func (m *materials) addPackages(lock []byte, in string) error {
	var l struct {
		Packages map[string]struct{ Version, Integrity, License string }
	}
	if err := json.Unmarshal(lock, &l); err != nil {
		return fmt.Errorf("%s: %w", lockfile, err)
	}
	for folder, p := range l.Packages {
		_, name, ok := strings.Cut(folder, "node_modules/")
		if !ok {
			continue // ourselves
		}
		sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(p.Integrity, "sha512-"))
		if err != nil || len(sum) != sha512.Size {
			return fmt.Errorf("%s has no SHA-512 of %s", lockfile, name)
		}
		ref := "pkg:npm/" + strings.Replace(name, "@", "%40", 1) + "@" + p.Version // a scope’s sign is written so
		m.add(cyclonedx.Component{BOMRef: ref, PackageURL: ref, Type: cyclonedx.ComponentTypeLibrary, Name: name,
			Version:  p.Version,
			Licenses: &cyclonedx.Licenses{{License: &cyclonedx.License{ID: p.License}}},
			Hashes:   &[]cyclonedx.Hash{{Algorithm: cyclonedx.HashAlgoSHA512, Value: hex.EncodeToString(sum)}}}, in)
		m.need(root(), ref)
	}
	return nil
}

// listMaterials is the list of all programs of a release, native and the page's, and of what the slides of the module
// in a folder bring along, where it has them.
func listMaterials(ctx context.Context, module string, slides bool) ([]byte, error) {
	m := newMaterials()
	for _, t := range targets {
		parts, err := build.Parts(ctx, t.env(), ".")
		if err != nil {
			return nil, err
		}
		m.addParts(parts, t.String())
	}
	parts, err := build.PageParts(ctx)
	if err != nil {
		return nil, err
	}
	m.addParts(parts, page)
	if slides {
		lock, err := os.ReadFile(filepath.Join(module, filepath.FromSlash(lockfile)))
		if err != nil {
			return nil, err
		}
		if err := m.addPackages(lock, page); err != nil {
			return nil, err
		}
	}
	return m.document()
}
