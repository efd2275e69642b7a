#include "textflag.h"

// One chain: its next value needs the one before, and no other's. V14 multiplies and is added: a product that did not change from
// turn to turn would be taken out of the loop.
#define MULADD(V) Get V; Get V14; F32x4Mul; Get V14; F32x4Add; Set V;

#define EACH(DO) DO(V0) DO(V1) DO(V2) DO(V3) DO(V4) DO(V5) DO(V6) DO(V7) DO(V8) DO(V9) DO(V10) DO(V11) DO(V12) DO(V13)
#define KEEP(V)  Get V; V128Or;

// TURNS does EACH n times. What is not used is not computed.
#define TURNS(CHAIN) \
	MOVD n+0(FP), R0; \
	Loop; \
		EACH(CHAIN) \
		Get R0; I64Const $1; I64Sub; Tee R0; I64Const $0; I64Ne; \
		BrIf $0; \
	End; \
	Get V0; \
	KEEP(V1) KEEP(V2) KEEP(V3) KEEP(V4) KEEP(V5) KEEP(V6) KEEP(V7) KEEP(V8) KEEP(V9) KEEP(V10) KEEP(V11) KEEP(V12) KEEP(V13) \
	V128AnyTrue; \
	If; \
		Unreachable; \
	End; \
	RET

// func mulAdd128(n int)
TEXT ·mulAdd128(SB), NOSPLIT, $0-8
	TURNS(MULADD)
