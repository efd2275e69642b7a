// Attention: causal, scale 1/sqrt(dim), without memory for probabilities. A row of qkv (tokens, ld) holds heads of
// queries, then kv of keys and kv of values, dim each; tokens lie one sequence of seq after another. Kv head g serves
// the query heads g·G to g·G+G−1, G = heads/kv. lse (sequences, heads, seq) is what the backward needs to make
// probabilities again: the logarithm of a row's sum of exponentials, to a base that only kernels of the same kind read.
// delta, of the same shape, is Σ dout·out. A kernel is compiled for few dim; others take the next wider one, with
// zeros for the channels that they lack. Grids are (blocks of rows, heads or kv, sequences). Nothing reads a row of
// another sequence, or of none.
//
// Here is float32; attention_bf16.cu has tensor cores. A block of 128 threads does 32 rows, 4 lanes a row, lane p
// channels 4p to 4p+3 of every 16. Keys, or queries, pass through shared memory 32 at a time, ascending, 256·dim bytes.
// A score is each lane's sum over its channels, joined by a tree. Read once a block, a number serves 32 rows: 16
// operations a byte.

#define SHAPE int heads, int kv, int seq, int dim, int ld, int ldo

// Quad is what a lane holds of a row.
template <int D> struct Quad {
	float x[D / 4];
};
template <int D> __device__ int channel(int i) { return i / 4 * 16 + threadIdx.x % 4 * 4 + i % 4; }
template <int D> __device__ Quad<D> quad(const float *row, int dim, bool live, float scale) {
	Quad<D> q;
	for (int i = 0; i < D / 4; i++) {
		const int c = channel<D>(i);
		q.x[i] = live && c < dim ? row[c] * scale : 0;
	}
	return q;
}
template <int D> __device__ float dot(const Quad<D> &a, const float *row) {
	float s = 0;
	for (int i = 0; i < D / 4; i++) s = fmaf(a.x[i], row[channel<D>(i)], s);
	s += __shfl_xor_sync(~0u, s, 1);
	return s + __shfl_xor_sync(~0u, s, 2);
}
template <int D> __device__ void add_row(Quad<D> &a, float f, const float *row) {
	for (int i = 0; i < D / 4; i++) a.x[i] = fmaf(f, row[channel<D>(i)], a.x[i]);
}
template <int D> __device__ void keep(float *row, const Quad<D> &a, int dim, float scale) {
	for (int i = 0; i < D / 4; i++)
		if (channel<D>(i) < dim) row[channel<D>(i)] = a.x[i] * scale;
}
// fill brings 32 rows from first on into shared memory, and zeros where there are none.
template <int D> __device__ void fill(float (*to)[D], const float *from, int first, int rows, int dim, int ld) {
	for (int i = threadIdx.x; i < 32 * D; i += 128) {
		const int r = first + i / D, c = i % D;
		to[i / D][c] = r < rows && c < dim ? from[(wide)r * ld + c] : 0;
	}
}

template <int D> __device__ void attention_of(float *out, float *lse, const float *qkv, SHAPE) {
	__shared__ float ks[32][D], vs[32][D];
	const int first = blockIdx.x * 32, i = first + threadIdx.x / 4, h = blockIdx.y;
	const wide start = (wide)blockIdx.z * seq;
	qkv += start * ld;
	const float *k = qkv + (heads + h / (heads / kv)) * dim, *v = k + kv * dim;
	const Quad<D> q = quad<D>(qkv + (wide)i * ld + h * dim, dim, i < seq, 1 / sqrtf(dim));
	Quad<D> o = {};
	float top = -INF, sum = 0;
	for (int j0 = 0; j0 < first + 32 && j0 < seq; j0 += 32) {
		fill<D>(ks, k, j0, seq, dim, ld), fill<D>(vs, v, j0, seq, dim, ld);
		__syncthreads();
		for (int j = 0; j < 32; j++) {
			const float all = dot<D>(q, ks[j]), s = j0 + j <= i ? all : -INF;
			const float now = fmaxf(top, s), f = expf(top - now), p = expf(s - now);
			sum = fmaf(sum, f, p), top = now;
			for (int c = 0; c < D / 4; c++) o.x[c] *= f;
			add_row<D>(o, p, vs[j]);
		}
		__syncthreads();
	}
	if (i >= seq) return;
	if (threadIdx.x % 4 == 0) lse[start * heads + (wide)h * seq + i] = top + logf(sum);
	keep<D>(out + (start + i) * ldo + h * dim, o, dim, 1 / sum);
}

// attention_query: the gradient of queries, dqk (tokens, heads+kv, dim), and delta, which attention_key needs.
template <int D> __device__ void attention_query_of(float *dqk, float *delta, const float *dout, const float *out,
	const float *lse, const float *qkv, SHAPE) {
	__shared__ float ks[32][D], vs[32][D];
	const int first = blockIdx.x * 32, i = first + threadIdx.x / 4, h = blockIdx.y;
	const wide start = (wide)blockIdx.z * seq, row = start + i;
	const bool live = i < seq;
	qkv += start * ld;
	const float *k = qkv + (heads + h / (heads / kv)) * dim, *v = k + kv * dim;
	const float scale = 1 / sqrtf(dim);
	const Quad<D> q = quad<D>(qkv + (wide)i * ld + h * dim, dim, live, scale);
	const Quad<D> o = quad<D>(dout + row * ldo + h * dim, dim, live, 1);
	const Quad<D> y = quad<D>(out + row * ldo + h * dim, dim, live, 1);
	float sum = 0;
	for (int c = 0; c < D / 4; c++) sum = fmaf(o.x[c], y.x[c], sum);
	sum += __shfl_xor_sync(~0u, sum, 1), sum += __shfl_xor_sync(~0u, sum, 2);
	lse += start * heads + (wide)h * seq, delta += start * heads + (wide)h * seq;
	const float l = live ? lse[i] : 0;
	if (live && threadIdx.x % 4 == 0) delta[i] = sum;
	Quad<D> d = {};
	for (int j0 = 0; j0 < first + 32 && j0 < seq; j0 += 32) {
		fill<D>(ks, k, j0, seq, dim, ld), fill<D>(vs, v, j0, seq, dim, ld);
		__syncthreads();
		for (int j = 0; j < 32; j++) {
			const float s = dot<D>(q, ks[j]), dp = dot<D>(o, vs[j]), p = j0 + j <= i ? expf(s - l) : 0;
			add_row<D>(d, p * (dp - sum), ks[j]);
		}
		__syncthreads();
	}
	if (live) keep<D>(dqk + (row * (heads + kv) + h) * dim, d, dim, scale);
}

// attention_key: the gradients of keys, into dqk behind those of the queries, and of values, into the values' columns
// of dqkv (tokens, lddv). Heads of the group ascending, queries ascending within a head.
template <int D> __device__ void attention_key_of(float *dqk, float *dqkv, const float *delta, const float *dout,
	const float *lse, const float *qkv, SHAPE, int lddv) {
	__shared__ float qs[32][D], os[32][D], ls[32], ds[32];
	const int first = blockIdx.x * 32, j = first + threadIdx.x / 4, g = blockIdx.y, group = heads / kv;
	const wide start = (wide)blockIdx.z * seq, row = start + j;
	const bool live = j < seq;
	qkv += start * ld, dout += start * ldo, lse += start * heads, delta += start * heads;
	const float *kj = qkv + (wide)j * ld + (heads + g) * dim;
	const float scale = 1 / sqrtf(dim);
	const Quad<D> k = quad<D>(kj, dim, live, scale), v = quad<D>(kj + kv * dim, dim, live, 1);
	Quad<D> dk = {}, dv = {};
	for (int h = g * group; h < (g + 1) * group; h++)
		for (int i0 = first; i0 < seq; i0 += 32) {
			fill<D>(qs, qkv + h * dim, i0, seq, dim, ld), fill<D>(os, dout + h * dim, i0, seq, dim, ldo);
			if (threadIdx.x < 32) {
				const int i = i0 + threadIdx.x;
				ls[threadIdx.x] = i < seq ? lse[(wide)h * seq + i] : 0;
				ds[threadIdx.x] = i < seq ? delta[(wide)h * seq + i] : 0;
			}
			__syncthreads();
			for (int i = 0; i < 32; i++) {
				const float s = dot<D>(k, qs[i]), dp = dot<D>(v, os[i]);
				const float p = j <= i0 + i && i0 + i < seq ? expf(s - ls[i]) : 0;
				add_row<D>(dv, p, os[i]), add_row<D>(dk, p * (dp - ds[i]), qs[i]);
			}
			__syncthreads();
		}
	if (!live) return;
	keep<D>(dqk + (row * (heads + kv) + heads + g) * dim, dk, dim, scale);
	keep<D>(dqkv + row * lddv + (heads + kv + g) * dim, dv, dim, 1);
}

#define FORWARD(T) T *out, float *lse, const T *qkv, SHAPE
#define QUERY(T) float *dqk, float *delta, const T *dout, const T *out, const float *lse, const T *qkv, SHAPE
#define KEY(T) float *dqk, T *dqkv, const float *delta, const T *dout, const float *lse, const T *qkv, SHAPE, int lddv
// The kernels of heads of up to D channels, of operands T; the name ends with end. Behind them the launch bounds of the
// gradients of keys and values.
#define ATTENTION(end, D, T, ...) \
	extern "C" __global__ void __launch_bounds__(128) attention_##end(FORWARD(T)) { \
		attention_of<D>(out, lse, qkv, heads, kv, seq, dim, ld, ldo); \
	} \
	extern "C" __global__ void __launch_bounds__(128) attention_query_##end(QUERY(T)) { \
		attention_query_of<D>(dqk, delta, dout, out, lse, qkv, heads, kv, seq, dim, ld, ldo); \
	} \
	extern "C" __global__ void __launch_bounds__(__VA_ARGS__) attention_key_##end(KEY(T)) { \
		attention_key_of<D>(dqk, dqkv, delta, dout, lse, qkv, heads, kv, seq, dim, ld, ldo, lddv); \
	}
ATTENTION(32, 32, float, 128)
ATTENTION(64, 64, float, 128)
ATTENTION(128, 128, float, 128)
