package experiment

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/sparkling-lab/sparkling/sim/task"
)

// maxLink bounds the length of a link's fragment in characters.
const maxLink = 32 << 10

// summed begins a link that carries the check sum of its document (CRC-32, little-endian), compressed after it: a
// character that was changed may otherwise leave another number. Compressed data cannot begin with this byte (RFC 1951,
// 3.2.3: block type 11), as links do that carry none.
const summed = 0x07

// Link is the document as the fragment of an address: compressed JSON in characters that need no escaping.
func (e Experiment) Link() string {
	data, err := json.Marshal(e)
	if err != nil {
		panic(err) // only NaN or Inf fields, which Validate refuses
	}
	buf := bytes.NewBuffer(binary.LittleEndian.AppendUint32([]byte{summed}, crc32.ChecksumIEEE(data)))
	w, _ := flate.NewWriter(buf, flate.BestCompression)
	_, _ = w.Write(data) // a Buffer takes everything
	_ = w.Close()
	return base64.RawURLEncoding.EncodeToString(buf.Bytes())
}

// What a link may have suffered on its way.
var (
	errCut     = errors.New("the link is damaged: its end is missing")
	errChanged = errors.New("the link is damaged: some of its characters are missing or were changed")
)

// FromLink reads what [Experiment.Link] wrote.
func FromLink(s string) (Valid, error) {
	if len(s) > maxLink {
		return Valid{}, fmt.Errorf("the link is too long: %d characters, at most %d are allowed", len(s), maxLink)
	}
	cut := len(s)%4 == 1 // no bytes end like that
	if cut {
		s = s[:len(s)-1]
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return Valid{}, errChanged
	}
	sum, carried := uint32(0), len(raw) > 4 && raw[0] == summed
	if carried {
		sum, raw = binary.LittleEndian.Uint32(raw[1:]), raw[5:]
	}
	data, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(raw)), MaxDocument+1))
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return Valid{}, errCut
	case err != nil || cut || carried && len(data) <= MaxDocument && crc32.ChecksumIEEE(data) != sum ||
		!json.Valid(data) && len(data) <= MaxDocument:
		return Valid{}, errChanged
	}
	v, err := Parse(data)
	if err != nil {
		return Valid{}, err
	}
	if err := v.e.bounded(); err != nil {
		return Valid{}, err
	}
	return v, nil
}

// MaxLinkMemory is how much memory, in bytes, all arms of an experiment that comes in a link may take: a link is
// followed without being read, and must not stop a phone.
const MaxLinkMemory = 512 << 20

func (e Experiment) bounded() error {
	if e.Task.Kind == task.KindTokens {
		return errors.New("the link's experiment learns token files, and a link carries none; open its document " +
			"beside its files with the native program")
	}
	if need := e.Memory(); need > MaxLinkMemory {
		return fmt.Errorf("the link's experiment would take about %.0f MB of memory; a link may ask for at most %d "+
			"MB, a file for more", need/(1<<20), MaxLinkMemory>>20)
	}
	return nil
}
