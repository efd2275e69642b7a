//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"

// R0 args   R1 x   R2 step   R3 vectors left   V0 largest or factor   V1 result

#define ARG(FIELD, R) Get R0; I32WrapI64; I64Load $FIELD; Set R;
#define OPEN          ARG(columnArgs_x, R1) ARG(columnArgs_step, R2) ARG(columnArgs_n, R3)
#define LOAD          Get R1; I32WrapI64; V128Load $0;
#define NEXT          Get R1; Get R2; I64Add; Set R1; Get R3; I64Const $1; I64Sub; Tee R3; I64Const $0; I64Ne; BrIf $0;

// func topLoop(a *columnArgs)
TEXT ·topLoop(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R0
	OPEN
	LOAD
	Set V0
	Loop
		Get V0
		LOAD
		F32x4Pmax
		Set V0
		NEXT
	End
	Get R0
	I32WrapI64
	Get V0
	V128Store $0, $columnArgs_v
	RET

// func scaleLoop(a *columnArgs)
TEXT ·scaleLoop(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R0
	OPEN
	Get R0
	I32WrapI64
	V128Load $columnArgs_v
	Set V0
	Loop
		LOAD
		Get V0
		F32x4Mul
		Set V1
		Get R1
		I32WrapI64
		Get V1
		V128Store $0, $0
		NEXT
	End
	RET
