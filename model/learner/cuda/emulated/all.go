//go:build device && linux && amd64

package emulated

const allBarriers = true

var aligned = []string{"-fsanitize=alignment", "-fsanitize-undefined-trap-on-error"}
