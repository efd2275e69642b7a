#include "textflag.h"

// One chain: its next value needs the one before, and no other's. V14 multiplies and is added: a product that did not
// change from pass to pass would be taken out of the loop.
#define MULADD(V) Get V; Get V14; F32x4Mul; Get V14; F32x4Add; Set V;
#define KEEP(V)   Get V; V128Or;

// func mulAdd128(n int)
TEXT ·mulAdd128(SB), NOSPLIT, $0-8
	MOVD n+0(FP), R0
	Loop
		MULADD(V0) MULADD(V1) MULADD(V2) MULADD(V3) MULADD(V4) MULADD(V5) MULADD(V6)
		MULADD(V7) MULADD(V8) MULADD(V9) MULADD(V10) MULADD(V11) MULADD(V12) MULADD(V13)
		Get R0; I64Const $1; I64Sub; Tee R0; I64Const $0; I64Ne
		BrIf $0
	End
	// What is not used is not computed.
	Get V0
	KEEP(V1) KEEP(V2) KEEP(V3) KEEP(V4) KEEP(V5) KEEP(V6) KEEP(V7)
	KEEP(V8) KEEP(V9) KEEP(V10) KEEP(V11) KEEP(V12) KEEP(V13)
	V128AnyTrue
	If
		Unreachable
	End
	RET
