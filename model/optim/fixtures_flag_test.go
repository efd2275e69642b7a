package optim_test

// go test ./model/... -fixtures DIR gives the flag to the tests of every package.
import _ "github.com/sparkling-lab/sparkling/internal/fixture"
