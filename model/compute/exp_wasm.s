//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "words_wasm.h"
#include "exp_wasm.h"

// The exponential is 2^n·e^r with n = round(x/ln 2) and a polynomial for e^r, |r| ≤ ln 2/2; ln 2 is taken off in two
// parts so that nothing is lost. The largest error is about 2 units in the last place. Arguments are cut to what a
// float32 can hold. ROUNDER is 1.5·2^23 + 127: adding it rounds to a whole number n, and n + 127, the exponent of
// 2^n, then stands in the low bits. The polynomial is 1 + r + r²·(P0 + P1·r + … + P4·r⁴) with the least relative
// error, 3e-9.
EVERYLANE(·exponential, LOWEST, (-87.3))
EVERYLANE(·exponential, HIGHEST, (88.3))
EVERYLANE(·exponential, MINUSLOWEST, (87.3))
EVERYLANE(·exponential, MINUSHIGHEST, (-88.3))
EVERYLANE(·exponential, TOBASE2, (1.44269504088896341))
EVERYLANE(·exponential, MINUSTOBASE2, (-1.44269504088896341))
EVERYLANE(·exponential, ROUNDER, (12583039.0))
EVERYLANE(·exponential, LN2HIGH, (-0.693359375))
EVERYLANE(·exponential, LN2LOW, (2.12194440e-4))
EVERYLANE(·exponential, P4, (1.382069e-3))
EVERYLANE(·exponential, P3, (8.368676e-3))
EVERYLANE(·exponential, P2, (4.1668266e-2))
EVERYLANE(·exponential, P1, (0.16666521))
EVERYLANE(·exponential, P0, (0.49999994))
EVERYLANE(·exponential, ONE, (1.0))
GLOBL ·exponential(SB), RODATA|NOPTR, $240
