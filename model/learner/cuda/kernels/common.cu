// What all kernels share. The text is header-free CUDA: for NVRTC, and for a C++ compiler over the emulator's headers.
// Matrices are row-major with one row a token, or a slot: a token and one of its experts. No kernel uses atomics or
// splits a sum over blocks, and every element of a result is summed in an order that does not depend on where it lies:
// so equal inputs give equal bits in every row and column.

typedef long long wide;
#define INF __int_as_float(0x7f800000)

// bf16 is a float32 whose lower half is missing. Operands of products are stored so; all else is float32.
struct bf16 {
	unsigned short bits;
};

// A float32 rounded to bf16, to nearest, ties to even; what is no number stays none.
__device__ unsigned half(float x) {
	const unsigned u = __float_as_uint(x);
	if ((u & 0x7fffffff) > 0x7f800000) return u >> 16 | 0x40;
	return (u + 0x7fff + (u >> 16 & 1)) >> 16;
}
// Two float32 rounded so, the first in the lower half.
__device__ unsigned pair(float first, float second) {
#ifdef __CUDA_ARCH__
	unsigned both;
	asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(second), "f"(first));
	return both;
#else
	return half(first) | half(second) << 16;
#endif
}
__device__ float value(float x) { return x; }
__device__ float value(bf16 x) { return __int_as_float((int)((unsigned)x.bits << 16)); }
__device__ void store(float *p, float x) { *p = x; }
__device__ void store(bf16 *p, float x) { p->bits = half(x); }

#ifdef __CUDA_ARCH__
// One matrix instruction of a warp: d (16, 8) += a (16, 16) · b (16, 8) in bf16 with float32 sums (PTX ISA,
// mma.m16n8k16).
__device__ void mma(float *d, const unsigned *a, const unsigned *b) {
	asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
		"{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
		: "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
		: "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

// Memory that a block shares, as many bytes as the launch asks for.
#define LAUNCH_SHARED(name) extern __shared__ __align__(128) unsigned char name[]

// Where something lies in shared memory: a number of 32 bits here, with which addresses cost less.
typedef unsigned Shared;
__device__ Shared shared_at(const void *p) { return (unsigned)__cvta_generic_to_shared(p); }

// copy16 begins a copy of bytes (0 to 16) from global to 16 bytes of shared memory; the rest of those becomes 0, and
// what lies behind bytes is not read. Both addresses are multiples of 16. What was begun since the last copies_commit
// is one group; copies_wait returns when no more than the newest pending groups of this thread are still under way.
// Other threads see the bytes after a barrier behind the wait.
__device__ void copy16(Shared shared, const void *global, int bytes) {
	asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
		:: "r"(shared), "l"(__cvta_generic_to_global(global)), "r"(bytes) : "memory");
}
__device__ void copy16(void *shared, const void *global, int bytes) { copy16(shared_at(shared), global, bytes); }
__device__ void copies_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int pending> __device__ void copies_wait() {
	asm volatile("cp.async.wait_group %0;" :: "n"(pending) : "memory");
}

// ldmatrix reads four 8 x 8 matrices of bf16: lane 8i+j names row j (16 bytes) of matrix i, and of matrix i lane 4g+q
// gets elements 2q and 2q+1 of row g in r[i]; with _trans those of column g.
__device__ void ldmatrix(unsigned *r, Shared row) {
	asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
		: "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(row) : "memory");
}
__device__ void ldmatrix_trans(unsigned *r, Shared row) {
	asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
		: "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(row) : "memory");
}
__device__ void ldmatrix(unsigned *r, const void *row) { ldmatrix(r, shared_at(row)); }
__device__ void ldmatrix_trans(unsigned *r, const void *row) { ldmatrix_trans(r, shared_at(row)); }
#endif

// across joins one number a thread of the block by a tree of fixed shape; all threads get the result.
template <class F> __device__ float across(float x, F f) {
	__shared__ float shared[32];
	for (int d = 16; d > 0; d /= 2) x = f(x, __shfl_xor_sync(~0u, x, d));
	__syncthreads();
	if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32] = x;
	__syncthreads();
	x = shared[0];
	for (int w = 1; w < (int)blockDim.x / 32; w++) x = f(x, shared[w]);
	return x;
}
__device__ float total(float x) { return across(x, [](float a, float b) { return a + b; }); }
__device__ float largest(float x) { return across(x, [](float a, float b) { return fmaxf(a, b); }); }

// The sum of one double a thread, of 256 threads, by a tree of fixed shape; all threads get it. A kernel asks for one.
__device__ double total(double x) {
	__shared__ double all[256], some[16];
	const int t = threadIdx.x;
	all[t] = x;
	__syncthreads();
	if (t < 16) {
		some[t] = 0;
		for (int i = t; i < 256; i += 16) some[t] += all[i];
	}
	__syncthreads();
	x = 0;
	for (int i = 0; i < 16; i++) x += some[i];
	return x;
}

// What a thread reads or writes at once: n float32, or their halves in bf16.
template <int n> struct alignas(4 * n) floats {
	float x[n];
};
template <int n> struct alignas(2 * n) halves {
	unsigned short x[n];
};
