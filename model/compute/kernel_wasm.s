//go:build goexperiment.simd

#include "textflag.h"

// func tile2x16(c *float32, ldc int, a *float32, aRow, aCol int, b *float32, ldb, k, acc int)
//
// Eight sums of four columns live in V0 to V7: V0 to V3 of the first row, V4 to V7 of the second. Each step loads sixteen columns of b
// into V8 to V11 and one element of each row of a into V12 and V13. The loop is not unrolled: compilers of WebAssembly run it best so.
TEXT ·tile2x16(SB), NOSPLIT, $0-72
	MOVD c+0(FP), R0
	MOVD ldc+8(FP), R1
	MOVD a+16(FP), R2
	MOVD aRow+24(FP), R3
	MOVD aCol+32(FP), R4
	MOVD b+40(FP), R5
	MOVD ldb+48(FP), R6
	MOVD k+56(FP), R7
	MOVD acc+64(FP), R8

	// R3: the second row of a.
	Get R2
	Get R3
	I64Add
	Set R3

	Loop
		Get R5
		I32WrapI64
		V128Load $0
		Set V8
		Get R5
		I32WrapI64
		V128Load $16
		Set V9
		Get R5
		I32WrapI64
		V128Load $32
		Set V10
		Get R5
		I32WrapI64
		V128Load $48
		Set V11
		Get R2
		I32WrapI64
		F32Load $0
		F32x4Splat
		Set V12
		Get R3
		I32WrapI64
		F32Load $0
		F32x4Splat
		Set V13
		Get V12
		Get V8
		F32x4Mul
		Get V0
		F32x4Add
		Set V0
		Get V12
		Get V9
		F32x4Mul
		Get V1
		F32x4Add
		Set V1
		Get V12
		Get V10
		F32x4Mul
		Get V2
		F32x4Add
		Set V2
		Get V12
		Get V11
		F32x4Mul
		Get V3
		F32x4Add
		Set V3
		Get V13
		Get V8
		F32x4Mul
		Get V4
		F32x4Add
		Set V4
		Get V13
		Get V9
		F32x4Mul
		Get V5
		F32x4Add
		Set V5
		Get V13
		Get V10
		F32x4Mul
		Get V6
		F32x4Add
		Set V6
		Get V13
		Get V11
		F32x4Mul
		Get V7
		F32x4Add
		Set V7
		Get R2
		Get R4
		I64Add
		Set R2
		Get R3
		Get R4
		I64Add
		Set R3
		Get R5
		Get R6
		I64Add
		Set R5
		Get R7
		I64Const $1
		I64Sub
		Tee R7
		I64Const $0
		I64Ne
		BrIf $0
	End

	// R1: the second row of c.
	Get R0
	Get R1
	I64Add
	Set R1

	Get R8
	I64Const $0
	I64Ne
	If
		Get V0
		Get R0
		I32WrapI64
		V128Load $0
		F32x4Add
		Set V0
		Get V1
		Get R0
		I32WrapI64
		V128Load $16
		F32x4Add
		Set V1
		Get V2
		Get R0
		I32WrapI64
		V128Load $32
		F32x4Add
		Set V2
		Get V3
		Get R0
		I32WrapI64
		V128Load $48
		F32x4Add
		Set V3
		Get V4
		Get R1
		I32WrapI64
		V128Load $0
		F32x4Add
		Set V4
		Get V5
		Get R1
		I32WrapI64
		V128Load $16
		F32x4Add
		Set V5
		Get V6
		Get R1
		I32WrapI64
		V128Load $32
		F32x4Add
		Set V6
		Get V7
		Get R1
		I32WrapI64
		V128Load $48
		F32x4Add
		Set V7
	End

	Get R0
	I64Const $0
	I64Add
	I32WrapI64
	Get V0
	V128Store $0
	Get R0
	I64Const $16
	I64Add
	I32WrapI64
	Get V1
	V128Store $0
	Get R0
	I64Const $32
	I64Add
	I32WrapI64
	Get V2
	V128Store $0
	Get R0
	I64Const $48
	I64Add
	I32WrapI64
	Get V3
	V128Store $0
	Get R1
	I64Const $0
	I64Add
	I32WrapI64
	Get V4
	V128Store $0
	Get R1
	I64Const $16
	I64Add
	I32WrapI64
	Get V5
	V128Store $0
	Get R1
	I64Const $32
	I64Add
	I32WrapI64
	Get V6
	V128Store $0
	Get R1
	I64Const $48
	I64Add
	I32WrapI64
	Get V7
	V128Store $0

	RET
