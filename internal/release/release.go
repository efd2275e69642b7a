// Package release makes what is handed out: an archive with the native program and the page for each kind of machine,
// the page as a zip, what they are made of, checksums, and notes that say what of it was tried. The same sources give
// the same bytes, whenever and wherever. It uploads nothing and signs nothing; how the page is built and what it holds
// is package build's.
package release

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/sparkling-lab/sparkling/internal/build"
	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/version"
)

// archivedPage is what the page is called in the archives, where the program looks for it.
const archivedPage = "page.zip"

func pageName() string      { return "sparkling-" + version.Number() + "-page.zip" }
func materialsName() string { return "sparkling-" + version.Number() + ".cdx.json" }

// folder is that in the archive of a target.
func (t target) folder() string {
	return "sparkling-" + version.Number() + "-" + t.system + "-" + t.arch
}

// archive is the name of it.
func (t target) archive() string {
	if t.system == "windows" {
		return t.folder() + ".zip"
	}
	return t.folder() + ".tar.gz"
}

// Make puts a release of the module that the working directory is in into dir, all at once. dir must be missing, empty,
// or a release as it was built. tag is that of the sources, v and the version, or empty where they have none. What is
// going on is written to progress.
func Make(ctx context.Context, dir, tag string, progress io.Writer) error {
	if want := "v" + version.Number(); tag != "" && tag != want {
		return fmt.Errorf("the tag is %q, but internal/version/version.txt says that this is %s", tag, want)
	}
	if err := replaceable(dir); err != nil {
		return err
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	m := maker{progress: progress}
	if m.module, err = build.Root(ctx); err != nil {
		return err
	}
	if m.work, err = os.MkdirTemp("", "sparkling-release-*"); err != nil {
		return err
	}
	defer os.RemoveAll(m.work)
	if err := durable.Swap(dir, func(to string) error { return m.fill(ctx, to) }); err != nil {
		return err
	}
	fmt.Fprintf(progress, "The release is in %s\n", dir)
	return nil
}

// maker makes a release.
type maker struct {
	module, work string
	progress     io.Writer
}

// fill puts all files of a release into a folder.
func (m maker) fill(ctx context.Context, to string) error {
	pageDir := filepath.Join(m.work, page)
	if err := build.Page(ctx, pageDir, true, m.progress); err != nil {
		return err
	}
	files, err := folder(pageDir)
	if err != nil {
		return err
	}
	zipped, err := packed(pageName(), files)
	if err != nil {
		return err
	}
	put := func(name string, data []byte) error {
		fmt.Fprintf(m.progress, "%s, %.1f MB\n", name, float64(len(data))/1e6)
		return durable.WriteBytes(filepath.Join(to, name), data)
	}
	if err := put(pageName(), zipped); err != nil {
		return err
	}
	var said []archiveNote
	for _, t := range targets {
		fmt.Fprintf(m.progress, "Compiling for %s\n", t)
		program := filepath.Join(m.work, t.folder(), t.file())
		if err := t.compile(ctx, m.module, program); err != nil {
			return err
		}
		data, err := m.archive(ctx, t, program, zipped)
		if err != nil {
			return err
		}
		if err := put(t.archive(), data); err != nil {
			return err
		}
		tried, err := m.tried(ctx, t, data)
		if err != nil {
			return err
		}
		said = append(said, archiveNote{t.archive(), t.called() + ", " + t.arch, tried})
	}
	slides := slices.ContainsFunc(files, func(e entry) bool { return e.name == "slides/index.html" })
	list, err := listMaterials(ctx, m.module, slides)
	if err != nil {
		return err
	}
	text, err := notes(said, slides)
	if err != nil {
		return err
	}
	for name, data := range map[string][]byte{materialsName(): list, notesName: text} {
		if err := put(name, data); err != nil {
			return err
		}
	}
	lines, err := sums(to)
	if err != nil {
		return err
	}
	return durable.WriteBytes(filepath.Join(to, sumsName), lines)
}

// archive packs the program for a target with what belongs to it.
func (m maker) archive(ctx context.Context, t target, program string, zipped []byte) ([]byte, error) {
	notices := filepath.Join(filepath.Dir(program), build.NoticesName)
	if err := build.Notices(ctx, notices, t.env()...); err != nil {
		return nil, err
	}
	files := []entry{{name: t.folder() + "/" + archivedPage, data: zipped}}
	for _, path := range []string{program, notices, filepath.Join(m.module, "README.md"),
		filepath.Join(m.module, "LICENSE")} {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files = append(files, entry{t.folder() + "/" + filepath.Base(path), path == program, data})
	}
	return packed(t.archive(), files)
}

// tried tries an archive where this machine can, and is what is said of that.
func (m maker) tried(ctx context.Context, t target, archive []byte) (string, error) {
	command, how, err := t.runner()
	if err != nil {
		fmt.Fprintf(m.progress, "The program for %s is not run: %v\n", t, err)
		return "not run", nil
	}
	fmt.Fprintf(m.progress, "Running the program for %s%s\n", t, how)
	dir := filepath.Join(m.work, "try-"+t.folder())
	defer os.RemoveAll(dir)
	if err := t.try(ctx, archive, dir, command); err != nil {
		return "", err
	}
	return "yes" + how, nil
}
