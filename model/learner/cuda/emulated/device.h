// What kernels may use of CUDA: words of the language, functions of a warp and a block, vectors. What common.cu has asm
// statements for is a function of the same name here, with the layout of registers that the manual of PTX gives.
#pragma once

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __noinline__ __attribute__((noinline))
#define __align__(n) __attribute__((aligned(n)))
#define __constant__ static
#define __shared__ static __attribute__((section("emu_shared"), aligned(16)))
#define __launch_bounds__(...)

static void __syncthreads() {
	if (!emu::skips()) emu::wait(emu::atBlock);
}

namespace emu {
static float fromBits(unsigned x) {
	float f;
	memcpy(&f, &x, 4);
	return f;
}
static unsigned toBits(float f) {
	unsigned x;
	memcpy(&x, &f, 4);
	return x;
}

// ask begins what a thread asks for together with its warp; join waits for it.
static Ask &ask(Kind kind, unsigned mask) {
	Ask &a = fiber[now].ask;
	a.kind = kind, a.mask = mask, a.count = 0, a.transposed = false;
	return a;
}
static unsigned join(const Ask &a) {
	wait(atWarp);
	return a.bits;
}

static void matrixLoad(int first) {
	unsigned short m[4][8][8];
	const Ask &all = fiber[first].ask;
	for (int i = 0; i < all.count; i++)
		for (int r = 0; r < 8; r++) memcpy(m[i][r], fiber[first + 8 * i + r].ask.row, 16);
	for (int lane = 0; lane < 32; lane++)
		for (int i = 0; i < all.count; i++) {
			const int a = lane / 4, b = lane % 4 * 2;
			fiber[first + lane].ask.out[i] = all.transposed ? m[i][b][a] | (unsigned)m[i][b + 1][a] << 16
				: m[i][a][b] | (unsigned)m[i][a][b + 1] << 16;
		}
}

// Lane 4g + q holds rows g and g + 8, and columns 2q and 2q + 1.
static void matrixProduct(int first) {
	float a[16][16], b[16][8], d[16][8];
	for (int lane = 0; lane < 32; lane++) {
		const Ask &x = fiber[first + lane].ask;
		const int g = lane / 4, q = lane % 4 * 2;
		for (int i = 0; i < 4; i++)
			for (int h = 0; h < 2; h++)
				a[g + i % 2 * 8][q + h + i / 2 * 8] = fromBits(h ? x.a[i] & 0xffff0000 : x.a[i] << 16);
		for (int i = 0; i < 2; i++)
			for (int h = 0; h < 2; h++) b[q + h + i * 8][g] = fromBits(h ? x.b[i] & 0xffff0000 : x.b[i] << 16);
		for (int i = 0; i < 4; i++) d[g + i / 2 * 8][q + i % 2] = x.d[i];
	}
	typedef float row __attribute__((vector_size(32)));
	for (int r = 0; r < 16; r++) {
		row sum;
		memcpy(&sum, d[r], 32);
		for (int k = 0; k < 16; k++) {
			row y;
			memcpy(&y, b[k], 32);
			sum += a[r][k] * y;
		}
		memcpy(d[r], &sum, 32);
	}
	for (int lane = 0; lane < 32; lane++)
		for (int i = 0; i < 4; i++)
			fiber[first + lane].ask.d[i] = d[lane / 4 + i / 2 * 8][lane % 4 * 2 + i % 2];
}

static void warpWork(int first, int lanes) {
	int living = 0, one = -1;
	unsigned mask = 0;
	for (int i = 0; i < lanes; i++)
		if (state[first + i] == atWarp) mask |= 1u << i, living++, one = first + i;
	const Ask &all = fiber[one].ask;
	now = one;
	auto say = [&](const char *what) {
		failure = std::string("kernel ") + kernelName + ": the threads of a warp " + what;
	};
	for (int i = 0; i < lanes; i++) {
		const Fiber &f = fiber[first + i];
		if (state[first + i] != atWarp) continue;
		if (f.ask.kind != all.kind || f.ask.count != all.count || f.ask.transposed != all.transposed)
			return say("wait for each other at different instructions");
		if (mask & ~f.ask.mask) return say("meet at an instruction whose mask leaves some of them out");
	}
	if (all.kind >= aMatrixLoad && living != 32) return say("do a matrix instruction, and some of the 32 are missing");
	unsigned bits[32];
	switch (all.kind) {
	case aSync: break;
	case aShuffle:
		for (int i = 0; i < lanes; i++) bits[i] = fiber[first + i].ask.bits;
		for (int i = 0; i < lanes; i++) {
			Fiber &f = fiber[first + i];
			if (state[first + i] != atWarp) continue;
			if (f.ask.lane < 0 || f.ask.lane > 31 || !(mask >> f.ask.lane & 1))
				return say("shuffle with a lane that is not there");
			f.ask.bits = bits[f.ask.lane];
		}
		break;
	case aBallot: {
		unsigned votes = 0;
		for (int i = 0; i < lanes; i++)
			if (state[first + i] == atWarp && fiber[first + i].ask.bits) votes |= 1u << i;
		for (int i = 0; i < lanes; i++) fiber[first + i].ask.bits = votes;
		break;
	}
	case aMatrixLoad: matrixLoad(first); break;
	case aMatrixProduct: matrixProduct(first); break;
	}
}

template <class T> static T shuffle(unsigned mask, T x, int lane) {
	static_assert(sizeof(T) == 4, "shuffles are of 32 bits");
	Ask &a = ask(aShuffle, mask);
	a.lane = lane;
	memcpy(&a.bits, &x, 4);
	const unsigned bits = join(a);
	memcpy(&x, &bits, 4);
	return x;
}

// The instructions behind asm statements.
static void loadMatrices(unsigned *out, const void *row, int count, bool transposed) {
	const bool read = now % 32 < 8 * count;
	if (read && (uintptr_t)row % 16) fail("a row of a matrix load at %p, which is not aligned to 16 bytes", row);
	if (read && !isShared(row, 16)) fail("a row of a matrix load at %p, which is not in shared memory", row);
	Ask &a = ask(aMatrixLoad, ~0u);
	a.transposed = transposed, a.count = count, a.row = row, a.out = out;
	join(a);
}
static void multiplyMatrices(float *d, const unsigned *a, const unsigned *b) {
	Ask &x = ask(aMatrixProduct, ~0u);
	x.d = d, x.a = a, x.b = b;
	join(x);
}
}

#define LAUNCH_SHARED(name) unsigned char *const name = (unsigned char *)emu::dynamicShared
typedef unsigned char *Shared;
static Shared shared_at(void *p) { return (Shared)p; }
static void copy16(void *shared, const void *global, int bytes) { emu::startCopy(shared, global, 16, bytes); }
static void copies_commit() { emu::commitCopies(); }
template <int pending> static void copies_wait() { emu::waitCopies(pending); }
static void ldmatrix(unsigned *r, const void *row) { emu::loadMatrices(r, row, 4, false); }
static void ldmatrix_trans(unsigned *r, const void *row) { emu::loadMatrices(r, row, 4, true); }
static void mma(float *d, const unsigned *a, const unsigned *b) { emu::multiplyMatrices(d, a, b); }

static void __syncwarp(unsigned mask = ~0u) {
	if (emu::skips()) return;
	emu::join(emu::ask(emu::aSync, mask));
}
template <class T> static T __shfl_sync(unsigned mask, T x, int lane, int width = 32) {
	const int self = emu::now % 32;
	return emu::shuffle(mask, x, self / width * width + lane % width);
}
template <class T> static T __shfl_xor_sync(unsigned mask, T x, int lane, int width = 32) {
	const int self = emu::now % 32, from = self ^ lane;
	return emu::shuffle(mask, x, from / width == self / width ? from : self);
}
template <class T> static T __shfl_down_sync(unsigned mask, T x, int lanes, int width = 32) {
	const int self = emu::now % 32;
	return emu::shuffle(mask, x, self % width + lanes < width ? self + lanes : self);
}
template <class T> static T __shfl_up_sync(unsigned mask, T x, int lanes, int width = 32) {
	const int self = emu::now % 32;
	return emu::shuffle(mask, x, self % width >= lanes ? self - lanes : self);
}
static unsigned __ballot_sync(unsigned mask, int x) {
	emu::Ask &a = emu::ask(emu::aBallot, mask);
	a.bits = x != 0;
	return emu::join(a);
}
static int __any_sync(unsigned mask, int x) { return __ballot_sync(mask, x) != 0; }
static int __all_sync(unsigned mask, int x) { return !__ballot_sync(mask, !x); }

static float __int_as_float(int x) { return emu::fromBits(x); }
static float __uint_as_float(unsigned x) { return emu::fromBits(x); }
static int __float_as_int(float x) { return emu::toBits(x); }
static unsigned __float_as_uint(float x) { return emu::toBits(x); }
static int __popc(unsigned x) { return __builtin_popcount(x); }
static int __ffs(int x) { return __builtin_ffs(x); }
static int __clz(int x) { return x ? __builtin_clz(x) : 32; }
static float rsqrtf(float x) { return 1 / sqrtf(x); }
#define __expf expf
#define __logf logf
static float __fdividef(float x, float y) { return x / y; }
template <class T> static T __ldg(const T *p) { return *p; }

template <class T> static T min(T a, T b) { return b < a ? b : a; }
template <class T> static T max(T a, T b) { return a < b ? b : a; }

// Vectors, aligned as a device needs them.
#define EMU_VECTORS(of, name) \
	struct alignas(2 * sizeof(of)) name##2 { of x, y; }; \
	struct name##3 { of x, y, z; }; \
	struct alignas(4 * sizeof(of) > 16 ? 16 : 4 * sizeof(of)) name##4 { of x, y, z, w; }; \
	static name##2 make_##name##2(of x, of y) { return {x, y}; } \
	static name##3 make_##name##3(of x, of y, of z) { return {x, y, z}; } \
	static name##4 make_##name##4(of x, of y, of z, of w) { return {x, y, z, w}; }
EMU_VECTORS(float, float)
EMU_VECTORS(int, int)
EMU_VECTORS(unsigned, uint)
EMU_VECTORS(short, short)
EMU_VECTORS(unsigned short, ushort)
EMU_VECTORS(signed char, char)
EMU_VECTORS(unsigned char, uchar)
#undef EMU_VECTORS
