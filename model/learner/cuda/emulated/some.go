//go:build !device && linux && amd64

package emulated

const allBarriers = false

var aligned []string
