// Sums, or whatever else OP makes of two numbers, across the lanes of vectors. The order is the same in both: within
// each four lanes first, then over the fours; and that all lanes get the same bits is because OP does not care which
// of two comes first.

// ACROSS gives every lane of V what OP makes of all its lanes, with T to work in.
#define ACROSS(OP, V, T) \
	VPERMILPS  $0x4E, V, T;    \
	OP         T, V, V;        \
	VPERMILPS  $0xB1, V, T;    \
	OP         T, V, V;        \
	VSHUFF32X4 $0x4E, V, V, T; \
	OP         T, V, V;        \
	VSHUFF32X4 $0xB1, V, V, T; \
	OP         T, V, V

// ACROSS4 gives lane i of every four lanes of A what OP makes of all lanes of the i-th of A, B, C and D, with S and T
// to work in.
#define ACROSS4(OP, A, B, C, D, S, T) \
	VUNPCKLPS  B, A, S;        \
	VUNPCKHPS  B, A, T;        \
	OP         T, S, A;        \
	VUNPCKLPS  D, C, S;        \
	VUNPCKHPS  D, C, T;        \
	OP         T, S, C;        \
	VUNPCKLPD  C, A, S;        \
	VUNPCKHPD  C, A, T;        \
	OP         T, S, A;        \
	VSHUFF32X4 $0x4E, A, A, T; \
	OP         T, A, A;        \
	VSHUFF32X4 $0xB1, A, A, T; \
	OP         T, A, A
