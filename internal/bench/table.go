package bench

import "strings"

// table is every row with its bounds, empty.
func table() []Row {
	faster := func(key, what string, least, aim float64) Row {
		return Row{Key: key, What: what, Unit: "x", Least: least, Aim: aim}
	}
	share := func(key, what string, least, aim float64) Row {
		return Row{Key: key, What: what, Unit: "%", Least: least, Aim: aim}
	}
	atMost := func(key, what, unit string, most, aim float64) Row {
		return Row{Key: key, What: what, Unit: unit, Least: most, Aim: aim, Fewer: true}
	}
	rows := []Row{
		faster("worker-products-scalar", "matrix product in Chromium, against scalar blocked Go", 6, 0),
		share("worker-products-limit", "matrix product in Chromium, of the 128-bit multiply-add limit", 45, 60),
		faster("products-native", "matrix product, native, against OpenBLAS", 0.75, 1),
		faster("products-native-avx2", "matrix product, native, against OpenBLAS, both at AVX2", 0.5, 0.9),
		faster("worker-products-tfjs", "the step's matrix products in Chromium, against tfjs-wasm", 3, 6),
		faster("step-native", "training step, default after Inner 2x, against PyTorch", 4, 8),
		faster("step-native-large", "training step, d 512, f 512, 8 experts, 2048 tokens, against PyTorch", 0.9, 1.3),
		share("worker-step-limit", "training step in Chromium, of the 128-bit multiply-add limit", 20, 35),
		faster("worker-step", "training step in Chromium, against PyTorch", 2, 4),
	}
	for _, op := range elementNames {
		rows = append(rows, atMost("element-"+op, op+", native, times its limit", "x", 2, 0))
	}
	for _, op := range elementNames {
		rows = append(rows, atMost("worker-element-"+op, op+" in Chromium, times its limit", "x", 2, 0))
	}
	return append(rows,
		atMost("probes", "probes of pairs at the default rate, native, of the updates' time", "%", 5, 0),
		atMost("worker-probes", "probes of pairs at the default rate, in Chromium, of the updates' time", "%", 5, 0),
		faster("page-run", "three-arm default run in Chromium, against three PyTorch runs in turn", 2, 4),
		atMost("allocations", "allocations of a training step after warm-up", "allocations", 0, 0),
		atMost("worker-memory", "growth of what a worker keeps in memory, over the second half of its updates", "%", 1, 0),
		atMost("page-bytes-picture", "page: bytes before the first picture, brotli", "MB", 3.5, 2.5),
		atMost("page-bytes-training", "page: bytes before training starts, brotli", "MB", 4.2, 3.0),
		atMost("page-first-step", "page: first training step after load on this machine", "s", 2, 1),
		atMost("page-frame", "page: main-thread CPU a frame, 95th percentile, while four arms train, the highest beside 0, 2 and 4 busy threads", "ms", 8, 4),
	)
}

// elementNames are the operations that are held against memory and arithmetic.
var elementNames = []string{"exp", "SiLU", "softmax", "RMSNorm", "AdamW"}

// keysOf are the keys of the rows that begin with one of some prefixes.
func keysOf(prefixes ...string) []string {
	var keys []string
	for _, r := range table() {
		for _, p := range prefixes {
			if strings.HasPrefix(r.Key, p) {
				keys = append(keys, r.Key)
			}
		}
	}
	return keys
}
