//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "words_wasm.h"
#include "exp_wasm.h"

// SwiGLU and its gradient, four vectors at a time, from the gate to the result: what waits for a division goes on
// beside the exponentials of the next four.
//
// R0 args   R1 h, or dgate   R2 gate   R3 up   R4 dh   R5 dup   R6 turns left
// V13 sigmoid, gate·sigmoid   V14 gate   V15 dh

// E leaves e^−gate in V8 to V11.
#define LET4(P) LOAD(P, 0) Set V0; LOAD(P, 16) Set V1; LOAD(P, 32) Set V2; LOAD(P, 48) Set V3;
#define E       LET4(R2) CUTMINUS EXPMINUS

#define SWIGLU(P, OFF) TO(R1) LOAD(R2, OFF) CONSTANT(ONE) Get P; F32x4Add; F32x4Div; LOAD(R3, OFF) F32x4Mul; \
	V128Store $0, $OFF;

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
		NEXT(R1, 64)
		NEXT(R2, 64)
		NEXT(R3, 64)
		REPEAT(R6)
	End
	RET

// With s = sigmoid(gate) and t = gate·s: dup = dh·t, dgate = dh·up·(s + t·(1 − s)).
#define BACKWARD(P, OFF) \
	LET(ONE) Get V12; Get V12; Get P; F32x4Add; F32x4Div; Set V13; \
	LOAD(R2, OFF) Get V13; F32x4Mul; Set V14; \
	LOAD(R4, OFF) Set V15; \
	TO(R5) Get V15; Get V14; F32x4Mul; V128Store $0, $OFF; \
	TO(R1) Get V12; Get V13; F32x4Sub; Get V14; F32x4Mul; Get V13; F32x4Add; \
	Get V15; LOAD(R3, OFF) F32x4Mul; F32x4Mul; V128Store $0, $OFF;

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
		NEXT(R1, 64)
		NEXT(R2, 64)
		NEXT(R3, 64)
		NEXT(R4, 64)
		NEXT(R5, 64)
		REPEAT(R6)
	End
	RET
