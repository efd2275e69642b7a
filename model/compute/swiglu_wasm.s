//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "exp_wasm.h"

// SwiGLU and its gradient, four vectors at a time, from the gate to the result: what waits for a division goes on beside the exponentials
// of the next four.
//
// R0 args   R1 h, or dgate   R2 gate   R3 up   R4 dh   R5 dup   R6 turns left
// V13 sigmoid, gate·sigmoid   V14 gate   V15 dh

#define ARG(FIELD, R)  Get R0; I32WrapI64; I64Load $FIELD; Set R;
#define LOAD(P, OFF)   Get P; I32WrapI64; V128Load $OFF;
#define TO(P)          Get P; I32WrapI64;
#define NEXT(P)        Get P; I64Const $64; I64Add; Set P;
#define REPEAT         Get R6; I64Const $1; I64Sub; Tee R6; I64Const $0; I64Ne; BrIf $0;

// E leaves e^−gate in V8 to V11.
#define LET4(P) LOAD(P, 0) Set V0; LOAD(P, 16) Set V1; LOAD(P, 32) Set V2; LOAD(P, 48) Set V3;
#define E       LET4(R2) CUTMINUS EXPMINUS

#define SWIGLU(P, OFF) TO(R1) LOAD(R2, OFF) CONSTANT(ONE) Get P; F32x4Add; F32x4Div; LOAD(R3, OFF) F32x4Mul; V128Store $0, $OFF;

// func swiGLULoop(a *swiGLUArgs)
TEXT ·swiGLULoop(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R0
	EXPOPEN
	ARG(swiGLUArgs_h, R1)
	ARG(swiGLUArgs_gate, R2)
	ARG(swiGLUArgs_up, R3)
	ARG(swiGLUArgs_n, R6)
	Loop
		E
		SWIGLU(V8, 0)
		SWIGLU(V9, 16)
		SWIGLU(V10, 32)
		SWIGLU(V11, 48)
		NEXT(R1)
		NEXT(R2)
		NEXT(R3)
		REPEAT
	End
	RET

// With s = sigmoid(gate) and t = gate·s: dup = dh·t, dgate = dh·up·(s + t·(1 − s)).
#define BACKWARD(P, OFF) \
	LET(ONE) Get V12; Get V12; Get P; F32x4Add; F32x4Div; Set V13; \
	LOAD(R2, OFF) Get V13; F32x4Mul; Set V14; \
	LOAD(R4, OFF) Set V15; \
	TO(R5) Get V15; Get V14; F32x4Mul; V128Store $0, $OFF; \
	TO(R1) Get V12; Get V13; F32x4Sub; Get V14; F32x4Mul; Get V13; F32x4Add; Get V15; LOAD(R3, OFF) F32x4Mul; F32x4Mul; V128Store $0, $OFF;

// func swiGLUBackwardLoop(a *swiGLUArgs)
TEXT ·swiGLUBackwardLoop(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R0
	EXPOPEN
	ARG(swiGLUArgs_h, R1)
	ARG(swiGLUArgs_gate, R2)
	ARG(swiGLUArgs_up, R3)
	ARG(swiGLUArgs_dh, R4)
	ARG(swiGLUArgs_dup, R5)
	ARG(swiGLUArgs_n, R6)
	Loop
		E
		BACKWARD(V8, 0)
		BACKWARD(V9, 16)
		BACKWARD(V10, 32)
		BACKWARD(V11, 48)
		NEXT(R1)
		NEXT(R2)
		NEXT(R3)
		NEXT(R4)
		NEXT(R5)
		REPEAT
	End
	RET
