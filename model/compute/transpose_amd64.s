#include "textflag.h"

// Four columns of rows 0 to 3 in the lower halves and of rows 4 to 7 in the upper ones become four rows of eight.
//
// func transpose8(dst *float32, ldd int, src *float32, lds, blocks int)
TEXT ·transpose8(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ ldd+8(FP), R8
	MOVQ src+16(FP), SI
	MOVQ lds+24(FP), R9
	MOVQ blocks+32(FP), CX
	LEAQ (R9)(R9*2), R10
	LEAQ (SI)(R9*4), DX
	LEAQ (R8)(R8*2), R11

block:
	VMOVUPS     (SI), X0
	VMOVUPS     (SI)(R9*1), X1
	VMOVUPS     (SI)(R9*2), X2
	VMOVUPS     (SI)(R10*1), X3
	VINSERTF128 $1, (DX), Y0, Y0
	VINSERTF128 $1, (DX)(R9*1), Y1, Y1
	VINSERTF128 $1, (DX)(R9*2), Y2, Y2
	VINSERTF128 $1, (DX)(R10*1), Y3, Y3
	VUNPCKLPS   Y1, Y0, Y4
	VUNPCKHPS   Y1, Y0, Y5
	VUNPCKLPS   Y3, Y2, Y6
	VUNPCKHPS   Y3, Y2, Y7
	VUNPCKLPD   Y6, Y4, Y0
	VUNPCKHPD   Y6, Y4, Y1
	VUNPCKLPD   Y7, Y5, Y2
	VUNPCKHPD   Y7, Y5, Y3
	VMOVUPS     Y0, (DI)
	VMOVUPS     Y1, (DI)(R8*1)
	VMOVUPS     Y2, (DI)(R8*2)
	VMOVUPS     Y3, (DI)(R11*1)
	ADDQ        $16, SI
	ADDQ        $16, DX
	LEAQ        (DI)(R8*4), DI
	DECQ        CX
	JNZ         block
	VZEROUPPER
	RET
