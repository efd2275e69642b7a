// The exponential, for four vectors side by side: one is a chain of some twenty steps that wait for each other, and a
// core does not look far enough ahead to find the next one beside it. Constants are read from memory, once for all
// four: the compiler of WebAssembly makes one that stands in the code anew at every turn, by three instructions that
// take the place of arithmetic. Larger and smaller of two numbers are taken such that a number that is none stays.
//
// R15 constants   V12 a constant
// V0 to V3 x, cut, r   V4 to V7 rounded   V8 to V11 whole, polynomial, e^x

// Where each constant lies, in every lane.
#define LOWEST       0
#define HIGHEST      16
#define MINUSLOWEST  32
#define MINUSHIGHEST 48
#define TOBASE2      64
#define MINUSTOBASE2 80
#define ROUNDER      96
#define LN2HIGH      112
#define LN2LOW       128
#define P4           144
#define P3           160
#define P2           176
#define P1           192
#define P0           208
#define ONE          224

// EVERYLANE puts a constant into every lane of a table.
#define EVERYLANE(TABLE, AT, X) \
	DATA TABLE+(AT+0)(SB)/4, $X; \
	DATA TABLE+(AT+4)(SB)/4, $X; \
	DATA TABLE+(AT+8)(SB)/4, $X; \
	DATA TABLE+(AT+12)(SB)/4, $X;

#define CONSTANT(FIELD) Get R15; I32WrapI64; V128Load $FIELD;
#define LET(FIELD)      CONSTANT(FIELD) Set V12;

#define EXPOPEN MOVD $·exponential(SB), R15;

#define NOTBELOW(X) Get X; Get V12; F32x4Pmax; Set X;
#define NOTABOVE(X) Get X; Get V12; F32x4Pmin; Set X;
#define CUTLOW      LET(LOWEST) NOTBELOW(V0) NOTBELOW(V1) NOTBELOW(V2) NOTBELOW(V3)

#define TIMES(X, S)   Get X; Get V12; F32x4Mul; Set S;
#define PLUS(P)       Get P; Get V12; F32x4Add; Set P;
#define MINUS(S, P)   Get S; Get V12; F32x4Sub; Set P;
#define REST(P, X)    Get P; Get V12; F32x4Mul; Get X; F32x4Add; Set X;
#define RESTMINUS(P, X) Get P; Get V12; F32x4Mul; Get X; F32x4Sub; Set X;
#define POLY(X, P)    Get P; Get X; F32x4Mul; Get V12; F32x4Add; Set P;
#define SQUARE(X, P)  Get P; Get X; Get X; F32x4Mul; F32x4Mul; Set P;
#define LAST(X, P)    Get X; Get V12; F32x4Add; Get P; F32x4Add; Set P;
#define POWER(S, P)   Get S; I32Const $23; I32x4Shl; Get P; F32x4Mul; Set P;

// CUT cuts x to the range, CUTLOW where x is known not to be above 0; CUTMINUS cuts x such that −x is within it.
#define CUT      CUTLOW LET(HIGHEST) NOTABOVE(V0) NOTABOVE(V1) NOTABOVE(V2) NOTABOVE(V3)
#define CUTMINUS LET(MINUSHIGHEST) NOTBELOW(V0) NOTBELOW(V1) NOTBELOW(V2) NOTBELOW(V3) \
	LET(MINUSLOWEST) NOTABOVE(V0) NOTABOVE(V1) NOTABOVE(V2) NOTABOVE(V3)

// ROUND multiplies by the constant TOBASE2 and rounds.
#define ROUND(TOBASE2) \
	LET(TOBASE2) TIMES(V0, V4) TIMES(V1, V5) TIMES(V2, V6) TIMES(V3, V7)                      \
	LET(ROUNDER) PLUS(V4) PLUS(V5) PLUS(V6) PLUS(V7)                                          \
	MINUS(V4, V8) MINUS(V5, V9) MINUS(V6, V10) MINUS(V7, V11)

// EXP leaves e^x, and EXPMINUS e^−x, of V0 to V3 in V8 to V11.
#define EXP \
	ROUND(TOBASE2)                                                                            \
	LET(LN2HIGH) REST(V8, V0) REST(V9, V1) REST(V10, V2) REST(V11, V3)                        \
	POLYNOMIAL

#define EXPMINUS \
	ROUND(MINUSTOBASE2)                                                                       \
	LET(LN2HIGH) RESTMINUS(V8, V0) RESTMINUS(V9, V1) RESTMINUS(V10, V2) RESTMINUS(V11, V3)    \
	POLYNOMIAL

#define POLYNOMIAL \
	LET(LN2LOW) REST(V8, V0) REST(V9, V1) REST(V10, V2) REST(V11, V3)                         \
	LET(P4) TIMES(V0, V8) TIMES(V1, V9) TIMES(V2, V10) TIMES(V3, V11)                         \
	LET(P3) PLUS(V8) PLUS(V9) PLUS(V10) PLUS(V11)                                             \
	LET(P2) POLY(V0, V8) POLY(V1, V9) POLY(V2, V10) POLY(V3, V11)                             \
	LET(P1) POLY(V0, V8) POLY(V1, V9) POLY(V2, V10) POLY(V3, V11)                             \
	LET(P0) POLY(V0, V8) POLY(V1, V9) POLY(V2, V10) POLY(V3, V11)                             \
	SQUARE(V0, V8) SQUARE(V1, V9) SQUARE(V2, V10) SQUARE(V3, V11)                             \
	LET(ONE) LAST(V0, V8) LAST(V1, V9) LAST(V2, V10) LAST(V3, V11)                            \
	POWER(V4, V8) POWER(V5, V9) POWER(V6, V10) POWER(V7, V11)
