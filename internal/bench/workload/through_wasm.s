#include "textflag.h"
#include "go_asm.h"

// R0 args   R1 where in the arrays   R2 where among the pointers   R3 the present array   R4 pointers   V0 to V3 what was read

#define ARG(FIELD)   Get R0; I32WrapI64; I64Load $FIELD;
#define AT           Get R3; I32WrapI64;
#define TAKE(OFF, V) AT V128Load $OFF; Get V; F32x4Pmax; Set V;
#define PUT(OFF)     AT Get V4; V128Store $0, $OFF;
#define CHANGE(OFF)  AT AT V128Load $OFF; Get V4; F32x4Pmax; V128Store $0, $OFF;

#define TAKE4(OFF)   TAKE(OFF, V0) TAKE(OFF+16, V1) TAKE(OFF+32, V2) TAKE(OFF+48, V3)
#define PUT4(OFF)    PUT(OFF) PUT(OFF+16) PUT(OFF+32) PUT(OFF+48)
#define CHANGE4(OFF) CHANGE(OFF) CHANGE(OFF+16) CHANGE(OFF+32) CHANGE(OFF+48)

// EACH does a part of every array up to the last of a kind.
#define EACH(LAST, DO) \
	Block; \
		Loop; \
			Get R2; ARG(LAST) I64Eq; BrIf $1; \
			Get R4; Get R2; I64Add; I32WrapI64; I64Load $0; Get R1; I64Add; Set R3; \
			DO(0) DO(64) DO(128) DO(192) \
			Get R2; I64Const $8; I64Add; Set R2; \
			Br $0; \
		End; \
	End;

// func throughLoop(a *throughArgs)
TEXT ·throughLoop(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R0
	ARG(throughArgs_arrays)
	Set R4
	F32Const $1.0
	F32x4Splat
	Set V4
	I64Const $0
	Set R1
	Loop
		I64Const $0
		Set R2
		EACH(throughArgs_read, TAKE4)
		EACH(throughArgs_updated, CHANGE4)
		EACH(throughArgs_written, PUT4)
		Get R1
		I64Const $256
		I64Add
		Tee R1
		ARG(throughArgs_end)
		I64LtS
		BrIf $0
	End
	// What is not used is not read.
	Get R0
	I32WrapI64
	Get V0
	Get V1
	V128Or
	Get V2
	V128Or
	Get V3
	V128Or
	V128Store $0, $throughArgs_taken
	RET
