// Matrix products, grouped by expert; a dense one is one group.

enum { NN, NT, TN };

// Where the elements of a grouped product lie: rows off[e] to off[e+1] of the slots belong to expert e; weights stack one matrix an expert.
// NT: dst (slots, n) = a (slots, k) · b[e] (n, k)ᵀ. NN: the same with b[e] (k, n). TN: dst[e] (m, n) = a (slots, m)ᵀ · b (slots, n).
struct Product {
	float *dst;
	const float *a, *b;
	int rows, from, to, n, lda, ldb, ldc; // rows of dst in this expert; from and to bound k
};
template <int form> __device__ Product of(float *dst, const float *a, const float *b, const int *off, int m, int n, int k, int lda, int ldb, int ldc) {
	const int e = blockIdx.z, begin = off[e], end = off[e + 1];
	if (form == TN) return {dst + (wide)e * m * ldc, a, b, m, begin, end, n, lda, ldb, ldc};
	const wide first = begin;
	return {dst + first * ldc, a + first * lda, b + (wide)e * (form == NT ? n : k) * ldb, end - begin, 0, k, n, lda, ldb, ldc};
}
template <int form> __device__ float left(const Product &p, int row, int k) {
	if (row >= p.rows || k >= p.to) return 0;
	return form == TN ? p.a[(wide)k * p.lda + row] : p.a[(wide)row * p.lda + k];
}
template <int form> __device__ float right(const Product &p, int col, int k) {
	if (col >= p.n || k >= p.to) return 0;
	return form == NT ? p.b[(wide)col * p.ldb + k] : p.b[(wide)k * p.ldb + col];
}

// A block of 256 threads does 64 x 64 of dst, each thread 4 x 4, in float32.
template <int form> __device__ void product(const Product &p, int acc) {
	__shared__ float as[16][68], bs[16][68];
	const int row0 = blockIdx.y * 64, col0 = blockIdx.x * 64, t = threadIdx.x, tr = t / 16 * 4, tc = t % 16 * 4;
	if (row0 >= p.rows) return;
	float sum[4][4];
	for (int i = 0; i < 4; i++)
		for (int j = 0; j < 4; j++) sum[i][j] = acc && row0 + tr + i < p.rows && col0 + tc + j < p.n ? p.dst[(wide)(row0 + tr + i) * p.ldc + col0 + tc + j] : 0;
	for (int k0 = p.from; k0 < p.to; k0 += 16) {
		for (int i = t; i < 64 * 16; i += 256) {
			const int ra = form == TN ? i % 64 : i / 16, ka = form == TN ? i / 64 : i % 16, cb = form == NT ? i / 16 : i % 64, kb = form == NT ? i % 16 : i / 64;
			as[ka][ra] = left<form>(p, row0 + ra, k0 + ka);
			bs[kb][cb] = right<form>(p, col0 + cb, k0 + kb);
		}
		__syncthreads();
		for (int c = 0; c < 16; c++) {
			float x[4], y[4];
			for (int i = 0; i < 4; i++) x[i] = as[c][tr + i], y[i] = bs[c][tc + i];
			for (int i = 0; i < 4; i++)
				for (int j = 0; j < 4; j++) sum[i][j] += x[i] * y[j];
		}
		__syncthreads();
	}
	for (int i = 0; i < 4; i++)
		for (int j = 0; j < 4; j++)
			if (row0 + tr + i < p.rows && col0 + tc + j < p.n) p.dst[(wide)(row0 + tr + i) * p.ldc + col0 + tc + j] = sum[i][j];
}

// The same with operands rounded to bf16 on the way to the tensor cores: 8 warps, each 32 x 16.
template <int form> __device__ void product_bf16(const Product &p, int acc) {
	__shared__ unsigned as[64][20], bs[64][20]; // 32 of k in pairs, rows padded against bank conflicts
	const int row0 = blockIdx.y * 64, col0 = blockIdx.x * 64, t = threadIdx.x, lane = t % 32, g = lane / 4, q = lane % 4, wr = t / 128 * 32, wc = t / 32 % 4 * 16;
	if (row0 >= p.rows) return;
	float sum[2][2][4];
	for (int i = 0; i < 2; i++)
		for (int j = 0; j < 2; j++)
			for (int h = 0; h < 4; h++) {
				const int r = row0 + wr + 16 * i + g + h / 2 * 8, c = col0 + wc + 8 * j + 2 * q + h % 2;
				sum[i][j][h] = acc && r < p.rows && c < p.n ? p.dst[(wide)r * p.ldc + c] : 0;
			}
	for (int k0 = p.from; k0 < p.to; k0 += 32) {
		for (int i = t; i < 64 * 16; i += 256) {
			const int ra = form == TN ? i % 64 : i / 16, ka = form == TN ? i / 64 : i % 16, cb = form == NT ? i / 16 : i % 64, kb = form == NT ? i % 16 : i / 64;
			as[ra][ka] = half(left<form>(p, row0 + ra, k0 + 2 * ka)) | half(left<form>(p, row0 + ra, k0 + 2 * ka + 1)) << 16;
			bs[cb][kb] = half(right<form>(p, col0 + cb, k0 + 2 * kb)) | half(right<form>(p, col0 + cb, k0 + 2 * kb + 1)) << 16;
		}
		__syncthreads();
		for (int c = 0; c < 16; c += 8) {
			unsigned x[2][4], y[2][2];
			for (int i = 0; i < 2; i++) {
				const int r = wr + 16 * i + g;
				x[i][0] = as[r][c + q], x[i][1] = as[r + 8][c + q], x[i][2] = as[r][c + q + 4], x[i][3] = as[r + 8][c + q + 4];
				y[i][0] = bs[wc + 8 * i + g][c + q], y[i][1] = bs[wc + 8 * i + g][c + q + 4];
			}
			for (int i = 0; i < 2; i++)
				for (int j = 0; j < 2; j++) mma(sum[i][j], x[i], y[j]);
		}
		__syncthreads();
	}
	for (int i = 0; i < 2; i++)
		for (int j = 0; j < 2; j++)
			for (int h = 0; h < 4; h++) {
				const int r = row0 + wr + 16 * i + g + h / 2 * 8, c = col0 + wc + 8 * j + 2 * q + h % 2;
				if (r < p.rows && c < p.n) p.dst[(wide)r * p.ldc + c] = sum[i][j][h];
			}
}

#define OPERANDS float *dst, const float *a, const float *b, const int *off, int m, int n, int k, int lda, int ldb, int ldc, int acc
extern "C" __global__ void __launch_bounds__(256) product_nn(OPERANDS) { product<NN>(of<NN>(dst, a, b, off, m, n, k, lda, ldb, ldc), acc); }
extern "C" __global__ void __launch_bounds__(256) product_nt(OPERANDS) { product<NT>(of<NT>(dst, a, b, off, m, n, k, lda, ldb, ldc), acc); }
extern "C" __global__ void __launch_bounds__(256) product_tn(OPERANDS) { product<TN>(of<TN>(dst, a, b, off, m, n, k, lda, ldb, ldc), acc); }
extern "C" __global__ void __launch_bounds__(256) product_nn_bf16(OPERANDS) { product_bf16<NN>(of<NN>(dst, a, b, off, m, n, k, lda, ldb, ldc), acc); }
extern "C" __global__ void __launch_bounds__(256) product_nt_bf16(OPERANDS) { product_bf16<NT>(of<NT>(dst, a, b, off, m, n, k, lda, ldb, ldc), acc); }
extern "C" __global__ void __launch_bounds__(256) product_tn_bf16(OPERANDS) { product_bf16<TN>(of<TN>(dst, a, b, off, m, n, k, lda, ldb, ldc), acc); }
