package torch_test

import (
	"archive/zip"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// States that lie beside other things are refused with a command that a shell takes as it is meant: what the file
// chose stands in it only where it is a word.
func TestStatesBesideOthersAreRefusedWithWhatSavesThemAlone(t *testing.T) {
	of := func(key string) error {
		text := func(s string) string { return fmt.Sprintf("X%c\x00\x00\x00%s", len(s), s) }
		_, err := opened(t, archived(t, zip.Store, "\x80\x02}("+text(key)+"}("+text("state")+"}"+text("param_groups")+
			"]uu.")).Read(nil)
		return err
	}
	assert.ErrorContains(t, of("optimizer"), `"import torch; torch.save(torch.load('FILE', map_location='cpu')`+
		`['optimizer'], 'optimizer.pt')"`)
	for _, key := range []string{"$(ls)", "`ls`", "a'b", `a"b`, ""} {
		err := of(key)
		assert.ErrorContains(t, err, "save them alone", key)
		assert.NotContains(t, err.Error(), "python3", key)
	}
}
