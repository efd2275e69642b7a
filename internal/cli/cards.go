package cli

import (
	"fmt"
	"slices"
	"strings"
)

// card is a GPU that can be bought, and what of memory its driver says it has.
type card struct {
	name string
	mib  float64
}

// cards are those that the kernels run on, by the names that people call them.
var cards = []card{
	{"A10", 23028}, {"A100-40GB", 40960}, {"A100", 81920}, {"B200", 183359}, {"H100", 81559}, {"H200", 143771},
	{"L4", 23034}, {"L40S", 46068}, {"RTX3090", 24576}, {"RTX4090", 24564}, {"RTX5090", 32607}, {"RTX6000Ada", 49140},
}

// cardOf reads a name or a size of memory: bytes, and how a sentence calls it.
func cardOf(s string) (bytes float64, called string, err error) {
	folded := strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(s))
	at := slices.IndexFunc(cards, func(c card) bool {
		return strings.ToLower(strings.ReplaceAll(c.name, "-", "")) == folded
	})
	if at >= 0 {
		return cards[at].mib * mib, "the card " + cards[at].name, nil
	}
	if bytes, err = bytesOf(s); err != nil {
		var names []string
		for _, c := range cards {
			names = append(names, c.name)
		}
		err = fmt.Errorf("%w, or one of %s", err, strings.Join(names, ", "))
	}
	return bytes, "a card of " + s, err
}
