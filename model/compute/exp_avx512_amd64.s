//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "exp_amd64.h"

// Z0 argument and result   Z1, Z2 what EXP needs   Z4 top   Z5 by   Z6 sum
//
// func exp512(a *expArgs)
TEXT ·exp512(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), AX
	MOVQ expArgs_y(AX), DI
	MOVQ expArgs_x(AX), SI
	MOVQ expArgs_step(AX), DX
	MOVQ expArgs_n(AX), CX
	VMOVUPS expArgs_top(AX), Z4
	VMOVUPS expArgs_by(AX), Z5
	VPXORD Z6, Z6, Z6
	EXPCONSTANTS

vector:
	VMOVUPS (SI), Z0
	VSUBPS  Z4, Z0, Z0
	VMULPS  Z5, Z0, Z0
	EXP(Z0, Z1, Z2, Z3, Z7)
	VMOVUPS Z0, (DI)
	VADDPS  Z0, Z6, Z6
	ADDQ    DX, SI
	ADDQ    DX, DI
	DECQ    CX
	JNZ     vector
	VMOVUPS Z6, expArgs_sum(AX)
	VZEROUPPER
	RET

// Z0 to Z4, Z9 to Z13 what two exponentials need
//
// func expRow(y, x *float32, n int)
TEXT ·expRow(SB), NOSPLIT, $0-24
	MOVQ y+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), CX
	EXPCONSTANTS

pair:
	VMOVUPS (SI), Z0
	VMOVUPS 64(SI), Z9
	CUT(Z0)
	CUT(Z9)
	EXPCUT2(Z0, Z1, Z2, Z3, Z4, Z9, Z10, Z11, Z12, Z13)
	VMOVUPS Z0, (DI)
	VMOVUPS Z9, 64(DI)
	ADDQ    $128, SI
	ADDQ    $128, DI
	DECQ    CX
	JNZ     pair
	VZEROUPPER
	RET
