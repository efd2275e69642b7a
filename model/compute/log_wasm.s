//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "words_wasm.h"
#include "exp_wasm.h"

#define ROOT2    0
#define HALF     16
#define UNIT     32
#define LOGLOW   48
#define LOGHIGH  64
#define MANTISSA 80
#define BIAS     96
#define L(I)     (112+16*I)

// The logarithm is e·ln 2 + ln m with m from √½ to √2, and a polynomial for ln(1 + r), r = m − 1: r − r²/2 + r³·p(r). ln 2 is added in two
// parts so that nothing is lost. The largest error is about 1 unit in the last place. Not-a-number stays so.
EVERYLANE(·logarithm, ROOT2, (1.41421356237309505))
EVERYLANE(·logarithm, HALF, (0.5))
EVERYLANE(·logarithm, UNIT, (1.0))
EVERYLANE(·logarithm, LOGLOW, (-2.12194440e-4))
EVERYLANE(·logarithm, LOGHIGH, (0.693359375))
EVERYLANE(·logarithm, MANTISSA, 0x007fffff)
EVERYLANE(·logarithm, BIAS, 127)
EVERYLANE(·logarithm, L(0), (7.0376836292e-2))
EVERYLANE(·logarithm, L(1), (-1.1514610310e-1))
EVERYLANE(·logarithm, L(2), (1.1676998740e-1))
EVERYLANE(·logarithm, L(3), (-1.2420140846e-1))
EVERYLANE(·logarithm, L(4), (1.4249322787e-1))
EVERYLANE(·logarithm, L(5), (-1.6668057665e-1))
EVERYLANE(·logarithm, L(6), (2.0000714765e-1))
EVERYLANE(·logarithm, L(7), (-2.4999993993e-1))
EVERYLANE(·logarithm, L(8), (3.3333331174e-1))
GLOBL ·logarithm(SB), RODATA|NOPTR, $256

#define MORE(I)       Get V2; F32x4Mul; CONSTANT(L(I)) F32x4Add;

// R0 args   R1 y   R2 x   R3 vectors left
// V0 x   V1 e   V2 m, r   V3 m above √2   V4 r²
//
// func addLog(a *logArgs)
TEXT ·addLog(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R0
	MOVD $·logarithm(SB), R15
	ARG(logArgs_y, R1)
	ARG(logArgs_x, R2)
	ARG(logArgs_n, R3)
	Loop
		LOAD(R2, 0)
		Set V0
		Get V0
		CONSTANT(MANTISSA)
		V128And
		CONSTANT(UNIT)
		V128Or
		Tee V2
		CONSTANT(ROOT2)
		F32x4Gt
		Set V3
		Get V2
		CONSTANT(HALF)
		F32x4Mul
		Get V2
		Get V3
		V128Bitselect
		CONSTANT(UNIT)
		F32x4Sub
		Set V2
		Get V0
		I32Const $23
		I32x4ShrU
		CONSTANT(BIAS)
		I32x4Sub
		Get V3
		I32x4Sub
		F32x4ConvertI32x4S
		Set V1
		Get V2
		Get V2
		F32x4Mul
		Set V4
		TO(R1)
		CONSTANT(L(0))
		MORE(1)
		MORE(2)
		MORE(3)
		MORE(4)
		MORE(5)
		MORE(6)
		MORE(7)
		MORE(8)
		Get V2
		F32x4Mul
		Get V4
		F32x4Mul
		Get V1
		CONSTANT(LOGLOW)
		F32x4Mul
		F32x4Add
		Get V4
		CONSTANT(HALF)
		F32x4Mul
		F32x4Sub
		Get V2
		F32x4Add
		Get V1
		CONSTANT(LOGHIGH)
		F32x4Mul
		F32x4Add
		Get V0
		Get V0
		F32x4Sub
		F32x4Add
		LOAD(R1, 0)
		F32x4Add
		V128Store $0, $0
		NEXT(R1, 16)
		NEXT(R2, 16)
		REPEAT(R3)
	End
	RET
