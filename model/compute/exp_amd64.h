// The exponential of a vector, as expVectors of exp_simd.go has it: to its range, then 2^n·e^r with n = round(x/ln
// 2). Not-a-number goes through all of it, because the largest and the smallest take their second operand where one
// is none.
//
// Z20 smallest argument   Z21 largest   Z22 1/ln 2   Z23, Z24 -ln 2 in two parts   Z25 to Z29 the polynomial   Z31 one

#define EXPCONSTANTS \
	VBROADCASTSS ·expTable+0(SB), Z20;  \
	VBROADCASTSS ·expTable+4(SB), Z21;  \
	VBROADCASTSS ·expTable+8(SB), Z22;  \
	VBROADCASTSS ·expTable+12(SB), Z23; \
	VBROADCASTSS ·expTable+16(SB), Z24; \
	VBROADCASTSS ·expTable+20(SB), Z25; \
	VBROADCASTSS ·expTable+24(SB), Z26; \
	VBROADCASTSS ·expTable+28(SB), Z27; \
	VBROADCASTSS ·expTable+32(SB), Z28; \
	VBROADCASTSS ·expTable+36(SB), Z29; \
	VBROADCASTSS ·expTable+40(SB), Z31

// CUT cuts V to the range, CUTLOW where it is known not to be above 0.
#define CUTLOW(V) VMAXPS V, Z20, V
#define CUT(V)    CUTLOW(V); VMINPS V, Z21, V

// The steps from V, which has been cut, to e^V, each of which waits for the one before it.
#define EXPROUND(V, N)      VMULPS Z22, V, N; VRNDSCALEPS $8, N, N
#define EXPREST(V, N)       VFMADD231PS Z23, N, V; VFMADD231PS Z24, N, V
#define EXPBEGIN(V, P, R)   VMULPS V, V, R; VMOVAPS Z26, P; VFMADD213PS Z27, V, P
#define EXPMORE(V, P, Q, R) VFMADD231PS Z25, R, P; VMOVAPS Z28, Q; VFMADD213PS Z29, V, Q
#define EXPEND(V, P, Q, R)  VFMADD213PS Q, R, P; EXPLAST(V, P, R)
#define EXPLAST(V, P, R)    VADDPS Z31, V, V; VFMADD213PS V, R, P
#define EXPPOWER(V, N, P)   VSCALEFPS N, P, V

// EXPCUT takes them all.
#define EXPCUT(V, N, P, Q, R) \
	EXPROUND(V, N);      \
	EXPREST(V, N);       \
	EXPBEGIN(V, P, R);   \
	EXPMORE(V, P, Q, R); \
	EXPEND(V, P, Q, R);  \
	EXPPOWER(V, N, P)

// EXPCUT2 is EXPCUT of two vectors side by side.
#define EXPCUT2(V, N, P, Q, R, V1, N1, P1, Q1, R1) \
	EXPROUND(V, N);      EXPROUND(V1, N1);        \
	EXPREST(V, N);       EXPREST(V1, N1);         \
	EXPBEGIN(V, P, R);   EXPBEGIN(V1, P1, R1);    \
	EXPMORE(V, P, Q, R); EXPMORE(V1, P1, Q1, R1); \
	EXPEND(V, P, Q, R);  EXPEND(V1, P1, Q1, R1);  \
	EXPPOWER(V, N, P);   EXPPOWER(V1, N1, P1)

// EXPCUT4 is EXPCUT of four vectors side by side, each with a register for what is whole, its square and the
// polynomial, and all with Q.
#define EXPCUT4(Q, V, N, R, P, V1, N1, R1, P1, V2, N2, R2, P2, V3, N3, R3, P3) \
	EXPROUND(V, N);      EXPROUND(V1, N1);      EXPROUND(V2, N2);      EXPROUND(V3, N3);      \
	EXPREST(V, N);       EXPREST(V1, N1);       EXPREST(V2, N2);       EXPREST(V3, N3);       \
	EXPBEGIN(V, P, R);   EXPBEGIN(V1, P1, R1);  EXPBEGIN(V2, P2, R2);  EXPBEGIN(V3, P3, R3);  \
	EXPMORE(V, P, Q, R);    VFMADD213PS Q, R, P;    \
	EXPMORE(V1, P1, Q, R1); VFMADD213PS Q, R1, P1;  \
	EXPMORE(V2, P2, Q, R2); VFMADD213PS Q, R2, P2;  \
	EXPMORE(V3, P3, Q, R3); VFMADD213PS Q, R3, P3;  \
	EXPLAST(V, P, R);    EXPLAST(V1, P1, R1);   EXPLAST(V2, P2, R2);   EXPLAST(V3, P3, R3);   \
	EXPPOWER(V, N, P);   EXPPOWER(V1, N1, P1);  EXPPOWER(V2, N2, P2);  EXPPOWER(V3, N3, P3)

// EXP sets V to e^V.
#define EXP(V, N, P, Q, R) CUT(V); EXPCUT(V, N, P, Q, R)
