package driver

// Symbols are the names of the functions that are called.
func Symbols() []string { return symbols[:] }
