// Norms: of rows, fused with what stands before and behind them, and of the heads of queries and keys, which are then
// rotated.
//
// Rows: a warp does a row, whatever its width. Lane l sums columns l·W to l·W+W−1 of every 32·W, W = 4 where the width
// is a multiple of 4 and else 1; the lanes' sums are joined by a tree. Backward, a block of 8 warps does a chunk of 16
// rows: first a dot product a row, as above, then a thread walks down W columns of the chunk, rows ascending, while
// they are still in a cache; what a column gives the gain is one number a chunk. gain_sum adds those: chunk c falls to
// slot c mod 8, chunks ascending within a slot, then slots ascending.
// Heads: 4 lanes do a head, lane p the pairs p·W to p·W+W−1 of every 4·W; a pair is a channel of the first half and
// that of the second which it is rotated with.
// Every product that is summed is fused with its sum by name (fmaf), so that no compiler chooses for one column
// what it does not choose for another. About one float32 operation a byte: memory is the bound.

const int gain_chunk = 16; // rows, or tokens, whose share of a gain's gradient is summed in one block

template <int W> struct Few {
	float x[W];
};
template <int W> __device__ Few<W> get(const float *p) {
	Few<W> f;
	if constexpr (W == 4) {
		const float4 v = *(const float4 *)p;
		f.x[0] = v.x, f.x[1] = v.y, f.x[2] = v.z, f.x[3] = v.w;
	} else {
		f.x[0] = *p;
	}
	return f;
}
template <int W> __device__ void put(float *p, const Few<W> &f) {
	if constexpr (W == 4) *(float4 *)p = make_float4(f.x[0], f.x[1], f.x[2], f.x[3]);
	else *p = f.x[0];
}
template <int W> __device__ void put(bf16 *p, const Few<W> &f) {
	if constexpr (W == 4) *(uint2 *)p = make_uint2(pair(f.x[0], f.x[1]), pair(f.x[2], f.x[3]));
	else store(p, f.x[0]);
}

// lanes joins one number a lane, of every n lanes; all of them get the sum.
template <int n> __device__ float lanes(float x) {
	for (int d = 1; d < n; d *= 2) x += __shfl_xor_sync(~0u, x, d);
	return x;
}

// add_norm: x1 = x0 + branch, y = x1·inv·gain with inv = 1/sqrt(mean(x1²) + eps); without a branch x1 is x0 and not
// written. squares, if any, gets Σx1² and Σbranch² of the row: what enters the block behind, and what the one before
// has added. x0, x1 and branch may be one another. A block of 256 threads does 8 rows.
template <int W, class T> __device__ void add_norm_row(T *y, float *inv, float *x1, const float *x0,
	const float *branch, const float *__restrict__ gain, float *squares, int cols, float eps) {
	const int lane = threadIdx.x % 32;
	float s = 0, added = 0;
	for (int j = lane * W; j < cols; j += 32 * W) {
		Few<W> x = get<W>(x0 + j);
		if (branch) {
			const Few<W> b = get<W>(branch + j);
			for (int i = 0; i < W; i++) added = fmaf(b.x[i], b.x[i], added), x.x[i] += b.x[i];
			put(x1 + j, x);
		}
		for (int i = 0; i < W; i++) s = fmaf(x.x[i], x.x[i], s);
	}
	s = lanes<32>(s);
	if (squares) {
		added = lanes<32>(added);
		if (lane == 0) squares[0] = s, squares[1] = added;
	}
	const float r = 1 / sqrtf(s / cols + eps), *from = branch ? x1 : x0;
	if (lane == 0) *inv = r;
	for (int j = lane * W; j < cols; j += 32 * W) {
		Few<W> x = get<W>(from + j);
		const Few<W> g = get<W>(gain + j);
		for (int i = 0; i < W; i++) x.x[i] = x.x[i] * r * g.x[i];
		put(y + j, x);
	}
}
template <class T> __device__ void add_norm_of(T *y, float *inv, float *x1, const float *x0, const float *branch,
	const float *gain, float *squares, int rows, int cols, int ldy, float eps) {
	const int row = blockIdx.x * 8 + threadIdx.x / 32;
	if (row >= rows) return;
	const wide at = (wide)row * cols;
	y += (wide)row * ldy, inv += row, x0 += at, x1 += at;
	if (branch) branch += at;
	if (squares) squares += 2 * (wide)row;
	if (cols % 4) add_norm_row<1>(y, inv, x1, x0, branch, gain, squares, cols, eps);
	else add_norm_row<4>(y, inv, x1, x0, branch, gain, squares, cols, eps);
}
#define ADD_NORM float *inv, float *x1, const float *x0, const float *branch, const float *gain, float *squares, \
	int rows, int cols, int ldy, float eps
extern "C" __global__ void __launch_bounds__(256, 4) add_norm(float *y, ADD_NORM) {
	add_norm_of(y, inv, x1, x0, branch, gain, squares, rows, cols, ldy, eps);
}
extern "C" __global__ void __launch_bounds__(256, 4) add_norm_bf16(bf16 *y, ADD_NORM) {
	add_norm_of(y, inv, x1, x0, branch, gain, squares, rows, cols, ldy, eps);
}
#undef ADD_NORM

// norm_backward: dx = (gain·dy − x·c)·inv with c = mean(gain·dy·x)·inv², added to dx where acc is not 0. share
// (chunks, cols) gets what each chunk gives the gain's gradient. rounded, if any, is dx as an operand of products. A
// block of 256 threads does a chunk.
template <int W> __device__ void norm_backward_chunk(float *dx, float *share, bf16 *rounded,
	const float *__restrict__ dy, const float *__restrict__ x, const float *__restrict__ gain,
	const float *__restrict__ inv, int rows, int cols, int ld, int acc) {
	__shared__ float r[gain_chunk], c[gain_chunk];
	const int lane = threadIdx.x % 32;
	for (int row = threadIdx.x / 32; row < rows; row += 8) {
		const float *g = dy + (wide)row * cols, *v = x + (wide)row * cols;
		float s = 0;
		for (int j = lane * W; j < cols; j += 32 * W) {
			const Few<W> a = get<W>(g + j), b = get<W>(v + j), w = get<W>(gain + j);
			for (int i = 0; i < W; i++) s = fmaf(w.x[i] * a.x[i], b.x[i], s);
		}
		s = lanes<32>(s);
		if (lane == 0) r[row] = inv[row], c[row] = s / cols * inv[row] * inv[row];
	}
	__syncthreads();
	for (int j = threadIdx.x * W; j < cols; j += 256 * W) {
		const Few<W> w = get<W>(gain + j);
		Few<W> sum = {};
		for (int row = 0; row < rows; row++) {
			const wide at = (wide)row * cols + j;
			const Few<W> a = get<W>(dy + at), b = get<W>(x + at);
			Few<W> d = {};
			if (acc) d = get<W>(dx + at);
			for (int i = 0; i < W; i++) {
				sum.x[i] = fmaf(a.x[i] * b.x[i], r[row], sum.x[i]);
				d.x[i] = fmaf(fmaf(-b.x[i], c[row], w.x[i] * a.x[i]), r[row], d.x[i]);
			}
			put(dx + at, d);
			if (rounded) put(rounded + (wide)row * ld + j, d);
		}
		put(share + j, sum);
	}
}
extern "C" __global__ void __launch_bounds__(256) norm_backward(float *dx, float *share, bf16 *rounded,
	const float *dy, const float *x, const float *gain, const float *inv, int rows, int cols, int ld, int acc) {
	const int first = blockIdx.x * gain_chunk, n = rows - first < gain_chunk ? rows - first : gain_chunk;
	const wide at = (wide)first * cols;
	dx += at, dy += at, x += at, inv += first, share += (wide)blockIdx.x * cols;
	if (rounded) rounded += (wide)first * ld;
	if (cols % 4) norm_backward_chunk<1>(dx, share, rounded, dy, x, gain, inv, n, cols, ld, acc);
	else norm_backward_chunk<4>(dx, share, rounded, dy, x, gain, inv, n, cols, ld, acc);
}

// gain_sum adds the chunks' shares, whose rows lie ld apart, to a gain's gradient. A block of 256 threads does 32
// columns.
extern "C" __global__ void __launch_bounds__(256) gain_sum(float *dgain, const float *__restrict__ share, int chunks,
	int cols, int ld) {
	__shared__ float slots[8][32];
	const int slot = threadIdx.x / 32, lane = threadIdx.x % 32, j = blockIdx.x * 32 + lane;
	float s = 0;
	for (int c = slot; c < chunks && j < cols; c += 8) s += share[(wide)c * ld + j];
	slots[slot][lane] = s;
	__syncthreads();
	if (slot || j >= cols) return;
	for (int k = 1; k < 8; k++) s += slots[k][lane];
	dgain[j] += s;
}

// head_norm: rows of x (tokens, ldx) hold heads of queries, then kv of keys and kv of values, all before any norm; y
// (tokens, ldy) gets the same as attention reads it. Queries and keys are normed, inv (tokens, heads+kv), and rotated
// by cosine and sine (seq, dim/2); values are copied. A block of 256 threads does 64 heads.
template <int W, class T> __device__ void head_norm_of(T *y, float *inv, const float *__restrict__ x,
	const float *__restrict__ qgain, const float *__restrict__ kgain, const float *__restrict__ cosine,
	const float *__restrict__ sine, int tokens, int heads, int kv, int dim, int seq, int ldx, int ldy, float eps) {
	const int half = dim / 2, all = heads + 2 * kv, part = threadIdx.x % 4 * W;
	const wide i = (wide)blockIdx.x * 64 + threadIdx.x / 4;
	const bool live = i < (wide)tokens * all;
	const int t = live ? i / all : 0, h = i % all;
	x += (wide)t * ldx + h * dim, y += (wide)t * ldy + h * dim;
	float s = 0;
	for (int c = part; live && c < half; c += 4 * W) {
		const Few<W> a = get<W>(x + c), b = get<W>(x + half + c);
		for (int k = 0; k < W; k++) s = fmaf(b.x[k], b.x[k], fmaf(a.x[k], a.x[k], s));
	}
	s = lanes<4>(s);
	if (!live) return;
	if (h >= heads + kv) {
		for (int c = part; c < half; c += 4 * W) put(y + c, get<W>(x + c)), put(y + half + c, get<W>(x + half + c));
		return;
	}
	const float r = 1 / sqrtf(s / dim + eps), *gain = h < heads ? qgain : kgain;
	if (part == 0) inv[(wide)t * (heads + kv) + h] = r;
	cosine += (wide)(t % seq) * half, sine += (wide)(t % seq) * half;
	for (int c = part; c < half; c += 4 * W) {
		Few<W> a = get<W>(x + c), b = get<W>(x + half + c);
		const Few<W> ga = get<W>(gain + c), gb = get<W>(gain + half + c);
		const Few<W> co = get<W>(cosine + c), si = get<W>(sine + c);
		for (int k = 0; k < W; k++) {
			const float u = a.x[k] * r * ga.x[k], v = b.x[k] * r * gb.x[k];
			a.x[k] = fmaf(u, co.x[k], -(v * si.x[k])), b.x[k] = fmaf(v, co.x[k], u * si.x[k]);
		}
		put(y + c, a), put(y + half + c, b);
	}
}
#define HEADS float *inv, const float *x, const float *qgain, const float *kgain, const float *cosine, \
	const float *sine, int tokens, int heads, int kv, int dim, int seq, int ldx, int ldy, float eps
extern "C" __global__ void __launch_bounds__(256) head_norm(float *y, HEADS) {
	if (dim % 8) head_norm_of<1>(y, inv, x, qgain, kgain, cosine, sine, tokens, heads, kv, dim, seq, ldx, ldy, eps);
	else head_norm_of<4>(y, inv, x, qgain, kgain, cosine, sine, tokens, heads, kv, dim, seq, ldx, ldy, eps);
}
extern "C" __global__ void __launch_bounds__(256) head_norm_bf16(bf16 *y, HEADS) {
	if (dim % 8) head_norm_of<1>(y, inv, x, qgain, kgain, cosine, sine, tokens, heads, kv, dim, seq, ldx, ldy, eps);
	else head_norm_of<4>(y, inv, x, qgain, kgain, cosine, sine, tokens, heads, kv, dim, seq, ldx, ldy, eps);
}
#undef HEADS

// back turns the gradients of a rotated pair into those of the pair.
__device__ void back(float &a, float &b, float cosine, float sine) {
	const float u = a;
	a = fmaf(u, cosine, b * sine), b = fmaf(b, cosine, -(u * sine));
}

// head_norm_backward: dy (tokens, heads+kv, dim), the gradients of rotated queries and keys, become those of rows of
// x, rows of dx lddx apart; dx of the values is not touched. share (chunks, 2·dim) gets what a chunk of tokens gives
// the gradients of the gains of queries and of keys: tokens ascending, the heads of each go round over slots, as many
// as there are whole halves of a head in 256 threads; then slots ascending. A block of 256 threads does a chunk.
template <int W, class T> __device__ void head_norm_backward_of(T *dx, float *share, const float *__restrict__ dy,
	const float *__restrict__ x, const float *__restrict__ qgain, const float *__restrict__ kgain,
	const float *__restrict__ inv, const float *__restrict__ cosine, const float *__restrict__ sine, int tokens,
	int heads, int kv, int dim, int seq, int lddx, int ldx) {
	__shared__ float sums[2][256];
	const int half = dim / 2, all = heads + kv, part = threadIdx.x % 4 * W, first = blockIdx.x * gain_chunk;
	const int n = tokens - first < gain_chunk ? tokens - first : gain_chunk;
	for (int from = 0; from < n * all; from += 64) {
		const int i = from + threadIdx.x / 4, t = first + i / all, h = i % all;
		const bool live = i < n * all;
		const float *d = dy + ((wide)t * all + h) * dim, *v = x + (wide)t * ldx + h * dim;
		const float *gain = h < heads ? qgain : kgain;
		const float *co = cosine + (wide)(t % seq) * half, *si = sine + (wide)(t % seq) * half;
		float s = 0;
		for (int c = part; live && c < half; c += 4 * W) {
			Few<W> a = get<W>(d + c), b = get<W>(d + half + c);
			const Few<W> u = get<W>(v + c), w = get<W>(v + half + c), k = get<W>(co + c), m = get<W>(si + c);
			const Few<W> ga = get<W>(gain + c), gb = get<W>(gain + half + c);
			for (int l = 0; l < W; l++) {
				back(a.x[l], b.x[l], k.x[l], m.x[l]);
				s = fmaf(gb.x[l] * b.x[l], w.x[l], fmaf(ga.x[l] * a.x[l], u.x[l], s));
			}
		}
		s = lanes<4>(s);
		if (!live) continue;
		const float r = inv[(wide)t * all + h], q = s / dim * r * r;
		T *out = dx + (wide)t * lddx + h * dim;
		for (int c = part; c < half; c += 4 * W) {
			Few<W> a = get<W>(d + c), b = get<W>(d + half + c);
			const Few<W> u = get<W>(v + c), w = get<W>(v + half + c), k = get<W>(co + c), m = get<W>(si + c);
			const Few<W> ga = get<W>(gain + c), gb = get<W>(gain + half + c);
			for (int l = 0; l < W; l++) {
				back(a.x[l], b.x[l], k.x[l], m.x[l]);
				a.x[l] = fmaf(-u.x[l], q, ga.x[l] * a.x[l]) * r, b.x[l] = fmaf(-w.x[l], q, gb.x[l] * b.x[l]) * r;
			}
			put(out + c, a), put(out + half + c, b);
		}
	}
	const int slots = 256 / half, slot = threadIdx.x / half, c = threadIdx.x % half;
	for (int keys = 0; keys < 2; keys++) {
		const int own = keys ? kv : heads, skip = keys ? heads : 0;
		float sa = 0, sb = 0;
		for (int t = first; t < first + n; t++) {
			const wide angle = (wide)(t % seq) * half + c;
			const float co = cosine[angle], si = sine[angle];
			for (int h = slot; slot < slots && h < own; h += slots) {
				const wide at = (wide)t * all + skip + h;
				const float *v = x + (wide)t * ldx + (skip + h) * dim, r = inv[at];
				float a = dy[at * dim + c], b = dy[at * dim + half + c];
				back(a, b, co, si);
				sa = fmaf(a * v[c], r, sa), sb = fmaf(b * v[half + c], r, sb);
			}
		}
		sums[0][threadIdx.x] = sa, sums[1][threadIdx.x] = sb;
		__syncthreads();
		if (threadIdx.x < dim) {
			const int second = threadIdx.x >= half;
			float s = 0;
			for (int k = 0; k < slots; k++) s += sums[second][k * half + threadIdx.x - second * half];
			share[(wide)blockIdx.x * 2 * dim + keys * dim + threadIdx.x] = s;
		}
		__syncthreads();
	}
}
#define HEADS float *share, const float *dy, const float *x, const float *qgain, const float *kgain, \
	const float *inv, const float *cosine, const float *sine, int tokens, int heads, int kv, int dim, int seq, \
	int lddx, int ldx
#define PASSED dx, share, dy, x, qgain, kgain, inv, cosine, sine, tokens, heads, kv, dim, seq, lddx, ldx
extern "C" __global__ void __launch_bounds__(256) head_norm_backward(float *dx, HEADS) {
	if (dim % 8) head_norm_backward_of<1>(PASSED);
	else head_norm_backward_of<4>(PASSED);
}
extern "C" __global__ void __launch_bounds__(256) head_norm_backward_bf16(bf16 *dx, HEADS) {
	if (dim % 8) head_norm_backward_of<1>(PASSED);
	else head_norm_backward_of<4>(PASSED);
}
#undef HEADS
#undef PASSED
