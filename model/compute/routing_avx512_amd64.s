//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "across_amd64.h"

// The rows of tokens, together and apart: a token's k rows lie among those sorted by expert. Of a row that is not whole vectors the rest comes
// last, under a mask.
//
// AX args   DI near row   CX tokens left   R8 where the token's slots begin, R9 their weights, R10 gradients of these   BX whole vectors in bytes
// R11 cursor   R12 slot   R13 weight   R14 far row   R15 slots left   DX, SI scratch   K1 the rest's elements   K2, K3 those of a vector and of
// the rest that are added to
// Z0 sum   Z1 weight   Z2 vector, second sum   Z3 what ACROSS needs

#define OPEN \
	MOVQ  a+0(FP), AX;            \
	MOVQ  rowArgs_near(AX), DI;   \
	MOVQ  rowArgs_slots(AX), R8;  \
	MOVQ  rowArgs_weight(AX), R9; \
	MOVQ  rowArgs_whole(AX), BX;  \
	MOVQ  rowArgs_last(AX), CX;   \
	KMOVW CX, K1;                 \
	MOVQ  rowArgs_tokens(AX), CX

// SLOTS begins with the first of a token's slots.
#define SLOTS \
	MOVQ R8, R12; \
	MOVQ R9, R13; \
	MOVQ rowArgs_k(AX), R15

// FAR sets Z1 to the weight of a slot, and R14 to where its row lies from the first.
#define FAR \
	VBROADCASTSS (R13), Z1;  \
	MOVLQSX      (R12), R14; \
	IMULQ        rowArgs_farRow(AX), R14

#define NEXTSLOT(again) \
	ADDQ rowArgs_slotStep(AX), R12;   \
	ADDQ rowArgs_weightStep(AX), R13; \
	DECQ R15;                         \
	JNZ  again

#define NEXTTOKEN(again) \
	ADDQ rowArgs_nearRow(AX), DI;    \
	ADDQ $4, R8;                     \
	ADDQ rowArgs_weightNext(AX), R9; \
	DECQ CX;                         \
	JNZ  again;                      \
	VZEROUPPER;                      \
	RET

// func combine512(a *rowArgs)
TEXT ·combine512(SB), NOSPLIT, $0-8
	OPEN
	MOVQ  rowArgs_acc(AX), DX
	KMOVW DX, K2
	KANDW K1, K2, K3
	MOVQ  rowArgs_far(AX), SI

token:
	XORL R11, R11
	JMP  pairNext

pair:
	VMOVUPS.Z (DI)(R11*1), K2, Z0
	VMOVUPS.Z 64(DI)(R11*1), K2, Z2
	SLOTS

pairSlot:
	FAR
	ADDQ        SI, R14
	VFMADD231PS (R14)(R11*1), Z1, Z0
	VFMADD231PS 64(R14)(R11*1), Z1, Z2
	NEXTSLOT(pairSlot)
	VMOVUPS     Z0, (DI)(R11*1)
	VMOVUPS     Z2, 64(DI)(R11*1)
	MOVQ        DX, R11

pairNext:
	LEAQ 128(R11), DX
	CMPQ DX, BX
	JLE  pair
	CMPQ R11, BX
	JEQ  rest
	VMOVUPS.Z (DI)(R11*1), K2, Z0
	SLOTS

slot:
	FAR
	ADDQ        SI, R14
	VFMADD231PS (R14)(R11*1), Z1, Z0
	NEXTSLOT(slot)
	VMOVUPS     Z0, (DI)(R11*1)
	ADDQ        $64, R11

rest:
	CMPQ      rowArgs_last(AX), $0
	JEQ       done
	VMOVUPS.Z (DI)(R11*1), K3, Z0
	SLOTS

slotRest:
	FAR
	ADDQ        SI, R14
	VMOVUPS.Z   (R14)(R11*1), K1, Z2
	VFMADD231PS Z2, Z1, Z0
	NEXTSLOT(slotRest)
	VMOVUPS     Z0, K1, (DI)(R11*1)

done:
	NEXTTOKEN(token)

// func combineBackward512(a *rowArgs)
TEXT ·combineBackward512(SB), NOSPLIT, $0-8
	OPEN
	MOVQ rowArgs_dweight(AX), R10

token:
	SLOTS
	MOVQ R10, DX

slot:
	FAR
	MOVQ   R14, SI
	ADDQ   rowArgs_other(AX), SI
	ADDQ   rowArgs_far(AX), R14
	VPXORD Z0, Z0, Z0
	XORL   R11, R11
	JMP    next

vector:
	VMOVUPS     (DI)(R11*1), Z2
	VFMADD231PS (SI)(R11*1), Z2, Z0
	VMULPS      Z1, Z2, Z2
	VMOVUPS     Z2, (R14)(R11*1)
	ADDQ        $64, R11

next:
	CMPQ        R11, BX
	JNE         vector
	CMPQ        rowArgs_last(AX), $0
	JEQ         sum
	VMOVUPS.Z   (DI)(R11*1), K1, Z2
	VMOVUPS.Z   (SI)(R11*1), K1, Z3
	VFMADD231PS Z3, Z2, Z0
	VMULPS      Z1, Z2, Z2
	VMOVUPS     Z2, K1, (R14)(R11*1)

sum:
	ACROSS(VADDPS, Z0, Z3)
	VMOVSS X0, (DX)
	ADDQ   rowArgs_dweightStep(AX), DX
	NEXTSLOT(slot)
	ADDQ   $4, R10
	NEXTTOKEN(token)
