//go:build !linux

package cli

func memory() float64 { return most }
