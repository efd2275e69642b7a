package checkpoint

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sparkling-lab/sparkling/internal/input"
	"github.com/sparkling-lab/sparkling/internal/typed"
)

// headLen is how much of a file tells what it is.
const headLen = 512

// Where the file itself was never fetched.
const (
	pointer = "the pointer that Git LFS keeps in place of a file; the file itself was not fetched (git lfs pull " +
		"fetches it)"
	web    = "a saved web page and not the file that it offers"
	pickle = "a Python pickle, as PyTorch writes it, and no safetensors file"
)

// kinds are what is found where a tensor file or a JSON text should be, by what it begins with.
var kinds = []struct{ begin, is string }{
	{"version https://git-lfs", pointer}, {"version https://hawser", pointer},
	{"# xet version", "the pointer that Xet keeps in place of a file; the file itself was not fetched"},
	{"/annex/objects/", "the pointer that git-annex keeps in place of a file; the file itself was not fetched"},
	{"<!doctype html", web}, {"<html", web}, {"<head", web}, {"<body", web}, {"<!--", web},
	{"<?xml", "an XML document, as servers send it in place of a file"},
	{"PK\x03\x04", "a zip archive; PyTorch's own files are such archives too"}, {"PK\x05\x06", "an empty zip archive"},
	{"\x1f\x8b", "a gzip archive"}, {"BZh", "a bzip2 archive"},
	{"\xfd7zXZ\x00", "an xz archive"}, {"\x28\xb5\x2f\xfd", "a zstandard archive"},
	{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"}, {"Rar!\x1a", "a RAR archive"},
	{"\x80\x02", pickle}, {"\x80\x03", pickle}, {"\x80\x04", pickle}, {"\x80\x05", pickle},
	{"GGUF", "a GGUF file"}, {"\x89HDF\r\n\x1a\n", "an HDF5 file"}, {"\x93NUMPY", "a NumPy array"},
	{"%PDF-", "a PDF document"}, {"\x89PNG\r\n\x1a\n", "a PNG picture"},
}

// recognise says what a file is that begins with these bytes and is not what it should be; empty where nothing is
// known. Text is known in whatever encoding an editor or a shell left it.
func recognise(head []byte) string {
	if len(head) > 262 && string(head[257:262]) == "ustar" {
		return "a tar archive"
	}
	text := strings.TrimLeft(textOf(head), " \t\r\n")
	// a page may be in any other encoding
	lower := strings.ToLower(strings.TrimLeft(cmp.Or(text, string(head)), " \t\r\n"))
	for _, k := range kinds {
		if bytes.HasPrefix(head, []byte(k.begin)) || strings.HasPrefix(lower, k.begin) {
			return k.is
		}
	}
	switch {
	case len(head) == 0:
		return "empty"
	case len(bytes.Trim(head, "\x00")) == 0:
		return "all zeros where it begins, as a download leaves it that was begun and not finished"
	}
	if line, _, _ := strings.Cut(text, "\n"); line != "" {
		return fmt.Sprintf("text that begins %q", short(strings.TrimRight(line, "\r")))
	}
	return ""
}

// textOf is the text that a file begins with; empty where it is none.
func textOf(head []byte) string {
	for cut := range min(len(head), utf8.UTFMax) { // the last character may have been cut in two
		text, err := typed.UTF8(head[:len(head)-cut])
		if err == nil && !bytes.ContainsFunc(text, func(r rune) bool {
			return r == utf8.RuneError || !strconv.IsPrint(r) && !strings.ContainsRune("\t\r\n", r)
		}) {
			return string(text)
		}
	}
	return ""
}

// readText reads a JSON text of at most limit bytes, in whatever encoding an editor left it.
func readText(path string, limit int64) ([]byte, error) {
	data, err := input.Small(path, limit)
	if err != nil {
		return nil, err
	}
	text, err := typed.UTF8(data)
	if !bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{")) && !json.Valid(text) {
		if is := recognise(data[:min(len(data), headLen)]); is != "" {
			err = errors.New("it is " + is)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return text, nil
}
