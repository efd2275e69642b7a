//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "exp_amd64.h"

// SwiGLU and its gradient, the exponential among it. Main part and tail are the same but for a mask.
//
// AX args   DI h or dgate   R8 dup   R9 dh   SI gate   DX up   BX whole vectors in bytes   R10 cursor   K1 the elements of the last one. Storing
// under a mask is slow where no cache holds the memory: whole vectors are stored without.
// Z0 σ(gate)   Z1 to Z4 what EXP needs   Z5 gate   Z6 up   Z7 dh   Z8 sign   Z9 h, dgate or dup

#define OPEN \
	MOVQ         a+0(FP), AX;              \
	MOVQ         swiGLUArgs_h(AX), DI;     \
	MOVQ         swiGLUArgs_dup(AX), R8;   \
	MOVQ         swiGLUArgs_dh(AX), R9;    \
	MOVQ         swiGLUArgs_gate(AX), SI;  \
	MOVQ         swiGLUArgs_up(AX), DX;    \
	MOVQ         swiGLUArgs_whole(AX), BX; \
	VPBROADCASTD swiGLUArgs_sign(AX), Z8;  \
	XORL         R10, R10;                 \
	EXPCONSTANTS

// LAST is the mask of the last vector, if there is one.
#define LAST(done) \
	MOVQ  swiGLUArgs_last(AX), CX; \
	TESTQ CX, CX;                  \
	JZ    done;                    \
	KMOVW CX, K1

// SIGMOID sets Z0 = 1/(1 + e^−gate).
#define SIGMOID \
	VPXORD Z8, Z5, Z0;       \
	EXP(Z0, Z1, Z2, Z3, Z4); \
	VADDPS Z31, Z0, Z0;      \
	VDIVPS Z0, Z31, Z0

#define FORWARD \
	SIGMOID;           \
	VMULPS Z0, Z5, Z9; \
	VMULPS Z6, Z9, Z9

// dup = dh·gate·σ, dgate = dh·up·σ·(1 + gate·(1 − σ))
#define BACKWARD \
	SIGMOID;                 \
	VMULPS      Z0, Z7, Z7;  \
	VMULPS      Z5, Z7, Z10; \
	VMULPS      Z6, Z7, Z7;  \
	VSUBPS      Z0, Z31, Z9; \
	VFMADD213PS Z31, Z5, Z9; \
	VMULPS      Z7, Z9, Z9

// func swiGLU512(a *swiGLUArgs)
TEXT ·swiGLU512(SB), NOSPLIT, $0-8
	OPEN
	JMP next

vector:
	VMOVUPS (SI)(R10*1), Z5
	VMOVUPS (DX)(R10*1), Z6
	FORWARD
	VMOVUPS Z9, (DI)(R10*1)
	ADDQ    $64, R10

next:
	CMPQ      R10, BX
	JLT       vector
	LAST(done)
	VMOVUPS.Z (SI)(R10*1), K1, Z5
	VMOVUPS.Z (DX)(R10*1), K1, Z6
	FORWARD
	VMOVUPS   Z9, K1, (DI)(R10*1)

done:
	VZEROUPPER
	RET

// func swiGLUBackward512(a *swiGLUArgs)
TEXT ·swiGLUBackward512(SB), NOSPLIT, $0-8
	OPEN
	JMP next

vector:
	VMOVUPS (SI)(R10*1), Z5
	VMOVUPS (DX)(R10*1), Z6
	VMOVUPS (R9)(R10*1), Z7
	BACKWARD
	VMOVUPS Z9, (DI)(R10*1)
	VMOVUPS Z10, (R8)(R10*1)
	ADDQ    $64, R10

next:
	CMPQ      R10, BX
	JLT       vector
	LAST(done)
	VMOVUPS.Z (SI)(R10*1), K1, Z5
	VMOVUPS.Z (DX)(R10*1), K1, Z6
	VMOVUPS.Z (R9)(R10*1), K1, Z7
	BACKWARD
	VMOVUPS   Z9, K1, (DI)(R10*1)
	VMOVUPS   Z10, K1, (R8)(R10*1)

done:
	VZEROUPPER
	RET
