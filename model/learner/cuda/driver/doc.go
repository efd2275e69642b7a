// Package driver is the CUDA driver without cgo, as far as training needs it: one device, memory, copies, launches on
// one stream, and events. What is asked for happens in order and later; [Device.Wait] is when the host may look. It
// knows kernels by their names only, and no network ever.
package driver
