// What the kernels for amd64 share. A panel is all rows of a few vectors of columns, the last vector under a mask.
// Its rows are computed several at a time; every element is one chain of fused multiply-adds over ascending k,
// whichever tile it lies in.
//
// DI panel    SI b         R8, R9 rows 0 and 4 of a    DX, R9 rows 0 and 4 of c    CX steps left
// R14 a of the tile    R15 rows left
// R10 aRow    R11 3 aRow   R12 aCol                    BX ldc, AX 3 ldc            R13 ldb

#define ARGUMENTS \
	MOVQ p+0(FP), DI;            \
	MOVQ panel_c(DI), DX;        \
	MOVQ panel_ldc(DI), BX;      \
	MOVQ panel_a(DI), R14;       \
	MOVQ panel_aRow(DI), R10;    \
	MOVQ panel_aCol(DI), R12;    \
	MOVQ panel_ldb(DI), R13;     \
	MOVQ panel_m(DI), R15;       \
	LEAQ (BX)(BX*2), AX;         \
	LEAQ (R10)(R10*2), R11

// A tile of five rows or more: load c, add k steps, store c. ALL does something to each of its rows, LOAD, ADD and
// STORE to one; ROW loads a row of b, BEFORE is the kernel's own. The tile that follows is the caller's to find.
#define TILE(ALL, LOAD, ROW, ADD, STORE, step) \
	BEFORE;                      \
	LEAQ (DX)(BX*4), R9;         \
	ALL(LOAD, DX, R9, BX, AX);   \
	MOVQ R14, R8;                \
	LEAQ (R14)(R10*4), R9;       \
	MOVQ panel_b(DI), SI;        \
	MOVQ panel_k(DI), CX;        \
step:                            \
	ROW;                         \
	ALL(ADD, R8, R9, R10, R11);  \
	ADDQ R12, R8;                \
	ADDQ R12, R9;                \
	ADDQ R13, SI;                \
	DECQ CX;                     \
	JNZ  step;                   \
	LEAQ (DX)(BX*4), R9;         \
	ALL(STORE, DX, R9, BX, AX)

#define BEGIN MOVQ R14, R8; MOVQ panel_b(DI), SI; MOVQ panel_k(DI), CX
#define NEXT(step) ADDQ R12, R8; ADDQ R13, SI; DECQ CX; JNZ step

#define TILE4(ALL, LOAD, ROW, ADD, STORE, step) \
	BEFORE;                      \
	ALL(LOAD, DX, BX, AX);       \
	BEGIN;                       \
step:                            \
	ROW;                         \
	ALL(ADD, R8, R10, R11);      \
	NEXT(step);                  \
	ALL(STORE, DX, BX, AX);      \
	LEAQ (DX)(BX*4), DX;         \
	LEAQ (R14)(R10*4), R14

#define TILE2(ALL, LOAD, ROW, ADD, STORE, step) \
	BEFORE;                      \
	ALL(LOAD, DX, BX);           \
	BEGIN;                       \
step:                            \
	ROW;                         \
	ALL(ADD, R8, R10);           \
	NEXT(step);                  \
	ALL(STORE, DX, BX);          \
	LEAQ (DX)(BX*2), DX;         \
	LEAQ (R14)(R10*2), R14

#define TILE1(ALL, LOAD, ROW, ADD, STORE, step) \
	BEFORE;                      \
	ALL(LOAD, DX);               \
	BEGIN;                       \
step:                            \
	ROW;                         \
	ALL(ADD, R8);                \
	NEXT(step);                  \
	ALL(STORE, DX)

// All rows of a panel, eight at a time; what the next eight will load or store is fetched before, in case that no
// cache holds it. The caller follows with REST.
#define EIGHTS(R8x, FETCH, LOAD, ROW, ADD, STORE) \
	SUBQ $8, R15;                \
	JLT  four;                   \
eight:                           \
	LEAQ (DX)(BX*8), R8;         \
	LEAQ (R8)(BX*4), R9;         \
	R8x(FETCH, R8, R9, BX, AX);  \
	TILE(R8x, LOAD, ROW, ADD, STORE, step8); \
	LEAQ (DX)(BX*8), DX;         \
	LEAQ (R14)(R10*8), R14;      \
	SUBQ $8, R15;                \
	JGE  eight;                  \
four:

// The last rows of a panel, whose number is in the low bits of R15, and the end.
#define REST(R4x, R2x, R1x, LOAD, ROW, ADD, STORE) \
	TESTQ $4, R15;               \
	JZ   two;                    \
	TILE4(R4x, LOAD, ROW, ADD, STORE, step4); \
two:                             \
	TESTQ $2, R15;               \
	JZ   one;                    \
	TILE2(R2x, LOAD, ROW, ADD, STORE, step2); \
one:                             \
	TESTQ $1, R15;               \
	JZ   done;                   \
	TILE1(R1x, LOAD, ROW, ADD, STORE, step1); \
done:                            \
	VZEROUPPER;                  \
	RET
