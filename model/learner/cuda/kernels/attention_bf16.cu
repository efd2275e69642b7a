// Attention on tensor cores; attention.cu says what the arguments are. Operands are bf16: queries, keys, values, dout,
// and probabilities and gradients of scores, rounded where they become operands; all sums are float32. lse is to the
// base 2, of scores times log2(e)/sqrt(dim). Rows of bf16 matrices begin at multiples of 16 bytes where dim is a
// multiple of 8, and else at even elements.
//
// A block is 4 warps. Forward it does 128 queries, each warp 32 rows: tiles of 64 keys and values (32 above 96
// channels) come by asynchronous copies into one of two stages while the tensor cores work on the other; scores stay in
// registers, where they become probabilities and then the left operand. The softmax is taken online: a row's largest
// score and sum so far, and the result scaled down as the largest grows. Backward, probabilities are made again, once
// for the queries and once for the keys: a block does 64 queries, dQ += dS·K over tiles of 64 keys; another 64 keys,
// dV += Pᵀ·dO and dK += dSᵀ·Q over tiles of 64 queries, with scores made transposed so that again they never leave
// registers. Tiles ascend, and heads of a group; a row, or a key, is one warp's from end to end. Tiles in which the
// diagonal lets nothing through are not read; 16 or 32 rows that see nothing of one skip it.
//
// Shared memory, with rows of dim+8 elements so that eight rows begin in different banks: 128 rows of queries and two
// stages of keys and values forward, two stages of two tiles of 64 backward, where the block's own rows are kept in
// registers; above 96 channels its keys and values stay there too, and tiles of queries have 32. A tile of 64 keys and
// values serves 128 queries: 4·128·64·dim operations for 256·dim bytes, 128 a byte; backward 96 and 128 a byte.

// In the launch's shared memory lie tiles of rows so many elements apart.
template <int D> struct Rows {
	static const int apart = D + 8;
};

// bring begins to copy rows as a tile of so many, tall; those from live on and channels from dim on are 0. A few
// neighbouring threads have a row, and every so manieth 16 bytes of it.
template <int D, int tall> __device__ void bring(bf16 *tile, const bf16 *rows, int live, int dim, int ld) {
	const int apart = Rows<D>::apart, each = D < 32 ? 2 : 4, step = 128 / each;
	if (dim % 8 == 0) {
		const int row = threadIdx.x / each, from = threadIdx.x % each * 8;
		const Shared to = shared_at(tile) + 2 * (row * apart + from);
#pragma unroll
		for (int r = 0; r < tall; r += step)
#pragma unroll
			for (int c = 0; c < D; c += 8 * each) {
				const int bytes = row + r < live && from + c < dim ? 16 : 0;
				copy16(to + 2 * (r * apart + c), bytes ? rows + (wide)(row + r) * ld + from + c : rows, bytes);
			}
	} else {
#pragma unroll 1
		for (int i = threadIdx.x; i < tall * D; i += 128) {
			const int r = i / D, c = i % D;
			tile[r * apart + c].bits = r < live && c < dim ? rows[(wide)r * ld + c].bits : 0;
		}
	}
}

// Where a lane's address for ldmatrix lies in a tile, in bytes, for operands of mma that are 16 rows by 16 channels: as
// the left one, whose rows are rows, and, transposed, as the right one whose columns are channels; and as the right one
// whose columns are rows. r[0] and r[1] of a right one are of its first 8 columns.
template <int D> __device__ int place_left() {
	return 2 * (threadIdx.x % 16 * Rows<D>::apart + threadIdx.x % 32 / 16 * 8);
}
template <int D> __device__ int place_right() {
	const int lane = threadIdx.x % 32;
	return 2 * ((lane / 16 * 8 + lane % 8) * Rows<D>::apart + lane / 8 % 2 * 8);
}
// Sums of two neighbours of 8 columns become the left operand of 16.
__device__ void operand_of(unsigned *a, const float (*sums)[4]) {
	a[0] = pair(sums[0][0], sums[0][1]), a[1] = pair(sums[0][2], sums[0][3]);
	a[2] = pair(sums[1][0], sums[1][1]), a[3] = pair(sums[1][2], sums[1][3]);
}

// 2 to the power of x.
__device__ float power(float x) {
#ifdef __CUDA_ARCH__
	float y;
	asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
	return y;
#else
	return exp2f(x);
#endif
}
__device__ float quad_largest(float x) {
	x = fmaxf(x, __shfl_xor_sync(~0u, x, 1));
	return fmaxf(x, __shfl_xor_sync(~0u, x, 2));
}
__device__ float quad_total(float x) {
	x += __shfl_xor_sync(~0u, x, 1);
	return x + __shfl_xor_sync(~0u, x, 2);
}

const float log2e = 1.44269504f;

template <int D> __device__ void attention_of(bf16 *out, float *lse, const bf16 *qkv, SHAPE) {
	const int tall = 128, N = D > 96 ? 32 : 64, apart = Rows<D>::apart;
	LAUNCH_SHARED(memory);
	bf16 *const qs = (bf16 *)memory, *const stages = qs + tall * apart;
	const int first = (gridDim.x - 1 - blockIdx.x) * tall, h = blockIdx.y; // the blocks with most keys begin
	const int warp = threadIdx.x / 32, g = threadIdx.x % 32 / 4, c2 = threadIdx.x % 4 * 2, own = first + warp * 32;
	const int left = place_left<D>(), right = place_right<D>();
	const wide start = (wide)blockIdx.z * seq;
	qkv += start * ld;
	const Shared mine = shared_at(qs) + 2 * warp * 32 * apart + left;
	const bf16 *k = qkv + (heads + h / (heads / kv)) * dim, *v = k + kv * dim;
	const float scale = log2e / sqrtf(dim);
	const int tiles = ((first + tall < seq ? first + tall : seq) + N - 1) / N;
	bring<D, tall>(qs, qkv + (wide)first * ld + h * dim, seq - first, dim, ld);
	bring<D, N>(stages, k, seq, dim, ld), bring<D, N>(stages + N * apart, v, seq, dim, ld);
	copies_commit();
	float o[2][D / 8][4] = {}, top[2][2] = {{-INF, -INF}, {-INF, -INF}}, sum[2][2] = {};
	for (int t = 0; t < tiles; t++) {
		const Shared tile = shared_at(stages) + t % 2 * 4 * N * apart;
		const Shared ks = tile + right, vs = tile + 2 * N * apart + left;
		copies_wait<0>();
		__syncthreads();
		if (t + 1 < tiles) {
			bf16 *next = stages + (t + 1) % 2 * 2 * N * apart;
			const bf16 *row = k + (wide)(t + 1) * N * ld;
			const int live = seq - (t + 1) * N;
			bring<D, N>(next, row, live, dim, ld), bring<D, N>(next + N * apart, row + kv * dim, live, dim, ld);
			copies_commit();
		}
		const int j0 = t * N;
		if (j0 > own + 31) continue;
		float s[2][N / 8][4] = {};
#pragma unroll
		for (int c = 0; c < D; c += 16) {
			unsigned a[2][4], b[4];
			ldmatrix(a[0], mine + 2 * c), ldmatrix(a[1], mine + 2 * (16 * apart + c));
#pragma unroll
			for (int n = 0; n < N / 16; n++) {
				ldmatrix(b, ks + 2 * (n * 16 * apart + c));
				for (int m = 0; m < 2; m++) mma(s[m][2 * n], a[m], b), mma(s[m][2 * n + 1], a[m], b + 2);
			}
		}
		if (j0 + N - 1 > own) // some rows do not see all of the tile
#pragma unroll
			for (int m = 0; m < 2; m++)
				for (int n = 0; n < N / 8; n++)
					for (int e = 0; e < 4; e++)
						if (j0 + n * 8 + c2 + e % 2 > own + m * 16 + e / 2 * 8 + g) s[m][n][e] = -INF;
#pragma unroll
		for (int m = 0; m < 2; m++)
#pragma unroll
			for (int r = 0; r < 2; r++) {
				float now = top[m][r];
				for (int n = 0; n < N / 8; n++) now = fmaxf(now, fmaxf(s[m][n][2 * r], s[m][n][2 * r + 1]));
				now = quad_largest(now);
				const float f = power((top[m][r] - now) * scale), base = now * scale;
				float all = 0;
				for (int n = 0; n < N / 8; n++)
					for (int e = 0; e < 2; e++) {
						float &x = s[m][n][2 * r + e];
						x = power(fmaf(x, scale, -base)), all += x;
					}
				sum[m][r] = fmaf(sum[m][r], f, all), top[m][r] = now;
				for (int n = 0; n < D / 8; n++) o[m][n][2 * r] *= f, o[m][n][2 * r + 1] *= f;
			}
#pragma unroll
		for (int n = 0; n < N / 16; n++) {
			unsigned a[2][4], b[4];
			operand_of(a[0], &s[0][2 * n]), operand_of(a[1], &s[1][2 * n]);
#pragma unroll
			for (int c = 0; c < D / 16; c++) {
				ldmatrix_trans(b, vs + 2 * (n * 16 * apart + c * 16));
				for (int m = 0; m < 2; m++) mma(o[m][2 * c], a[m], b), mma(o[m][2 * c + 1], a[m], b + 2);
			}
		}
	}
#pragma unroll
	for (int m = 0; m < 2; m++)
#pragma unroll
		for (int r = 0; r < 2; r++) {
			const int i = own + m * 16 + r * 8 + g;
			const float all = quad_total(sum[m][r]), f = 1 / all;
			if (i >= seq) continue;
			if (c2 == 0) lse[start * heads + (wide)h * seq + i] = fmaf(top[m][r], scale, log2f(all));
			bf16 *row = out + (start + i) * ldo + h * dim;
			for (int n = 0; n < D / 8; n++) {
				const int c = n * 8 + c2;
				if (c < dim) *(unsigned *)(row + c) = pair(o[m][n][2 * r] * f, o[m][n][2 * r + 1] * f);
			}
		}
}

template <int D> __device__ void attention_query_of(float *dqk, float *delta, const bf16 *dout, const bf16 *out,
	const float *lse, const bf16 *qkv, SHAPE) {
	const int tall = 64, N = 64, apart = Rows<D>::apart;
	LAUNCH_SHARED(memory);
	bf16 *const stages = (bf16 *)memory;
	float *const deltas = (float *)(stages + 4 * N * apart);
	const int first = (gridDim.x - 1 - blockIdx.x) * tall, h = blockIdx.y;
	const int warp = threadIdx.x / 32, g = threadIdx.x % 32 / 4, c2 = threadIdx.x % 4 * 2, own = first + warp * 16;
	const int left = place_left<D>(), right = place_right<D>();
	const wide start = (wide)blockIdx.z * seq;
	qkv += start * ld, dout += start * ldo + h * dim, out += start * ldo + h * dim;
	lse += start * heads + (wide)h * seq, delta += start * heads + (wide)h * seq;
	const bf16 *k = qkv + (heads + h / (heads / kv)) * dim, *v = k + kv * dim;
	bring<D, tall>(stages, qkv + (wide)first * ld + h * dim, seq - first, dim, ld);
	bring<D, tall>(stages + N * apart, dout + (wide)first * ldo, seq - first, dim, ldo);
	bring<D, tall>(stages + 2 * N * apart, out + (wide)first * ldo, seq - first, dim, ldo);
	copies_commit();
	copies_wait<0>();
	__syncthreads();
	const Shared mine = shared_at(stages) + 2 * warp * 16 * apart + left;
	unsigned q[D / 16][4], o[D / 16][4];
#pragma unroll
	for (int c = 0; c < D / 16; c++) {
		ldmatrix(q[c], mine + 2 * c * 16);
		ldmatrix(o[c], mine + 2 * (N * apart + c * 16));
	}
	{
		const int at = threadIdx.x / 2 * apart + threadIdx.x % 2 * (D / 2), i = first + threadIdx.x / 2;
		float s = 0;
		for (int c = 0; c < D / 2; c++)
			s = fmaf(value(stages[N * apart + at + c]), value(stages[2 * N * apart + at + c]), s);
		s += __shfl_xor_sync(~0u, s, 1);
		if (threadIdx.x % 2 == 0) {
			deltas[threadIdx.x / 2] = s;
			if (i < seq) delta[i] = s;
		}
	}
	__syncthreads();
	float l[2], d[2], dq[D / 8][4] = {};
	for (int r = 0; r < 2; r++) {
		const int i = own + r * 8 + g;
		l[r] = i < seq ? lse[i] : INF, d[r] = deltas[warp * 16 + r * 8 + g];
	}
	const float scale = log2e / sqrtf(dim);
	const int tiles = ((first + tall < seq ? first + tall : seq) + N - 1) / N;
	bring<D, N>(stages, k, seq, dim, ld), bring<D, N>(stages + N * apart, v, seq, dim, ld);
	copies_commit();
	for (int t = 0; t < tiles; t++) {
		const Shared tile = shared_at(stages) + t % 2 * 4 * N * apart;
		copies_wait<0>();
		__syncthreads();
		if (t + 1 < tiles) {
			bf16 *next = stages + (t + 1) % 2 * 2 * N * apart;
			const bf16 *row = k + (wide)(t + 1) * N * ld;
			const int live = seq - (t + 1) * N;
			bring<D, N>(next, row, live, dim, ld), bring<D, N>(next + N * apart, row + kv * dim, live, dim, ld);
			copies_commit();
		}
#pragma unroll 1
		for (int j = 0; j < N && t * N + j <= own + 15; j += 32) {
			const Shared keys = tile + 2 * j * apart + right, down = tile + 2 * j * apart + left;
			float s[4][4] = {}, dp[4][4] = {};
#pragma unroll
			for (int c = 0; c < D / 16; c++)
#pragma unroll
				for (int n = 0; n < 2; n++) {
					unsigned b[4];
					ldmatrix(b, keys + 2 * (n * 16 * apart + c * 16));
					mma(s[2 * n], q[c], b), mma(s[2 * n + 1], q[c], b + 2);
					ldmatrix(b, keys + 2 * ((N + n * 16) * apart + c * 16));
					mma(dp[2 * n], o[c], b), mma(dp[2 * n + 1], o[c], b + 2);
				}
			if (t * N + j + 31 > own)
				for (int n = 0; n < 4; n++)
					for (int e = 0; e < 4; e++)
						if (t * N + j + n * 8 + c2 + e % 2 > own + e / 2 * 8 + g) s[n][e] = -INF;
			for (int n = 0; n < 4; n++)
				for (int e = 0; e < 4; e++)
					s[n][e] = power(fmaf(s[n][e], scale, -l[e / 2])) * (dp[n][e] - d[e / 2]);
#pragma unroll
			for (int n = 0; n < 2; n++) {
				unsigned a[4], b[4];
				operand_of(a, &s[2 * n]);
#pragma unroll
				for (int c = 0; c < D / 16; c++) {
					ldmatrix_trans(b, down + 2 * (n * 16 * apart + c * 16));
					mma(dq[2 * c], a, b), mma(dq[2 * c + 1], a, b + 2);
				}
			}
		}
	}
	const float f = 1 / sqrtf(dim);
	for (int r = 0; r < 2; r++) {
		const int i = own + r * 8 + g;
		if (i >= seq) continue;
		float *row = dqk + ((start + i) * (heads + kv) + h) * dim;
		for (int n = 0; n < D / 8; n++) {
			const int c = n * 8 + c2;
			if (c < dim) *(float2 *)(row + c) = make_float2(dq[n][2 * r] * f, dq[n][2 * r + 1] * f);
		}
	}
}

template <int D> __device__ void attention_key_of(float *dqk, bf16 *dqkv, const float *delta, const bf16 *dout,
	const float *lse, const bf16 *qkv, SHAPE, int lddv) {
	const bool kept = D <= 96; // in registers; else keys and values stay in tiles of their own
	const int tall = 64, N = kept ? 64 : 32, apart = Rows<D>::apart;
	LAUNCH_SHARED(memory);
	bf16 *const stages = (bf16 *)memory, *const ks = stages + (kept ? 0 : 4 * N * apart), *const vs = ks + tall * apart;
	float *const lines = (float *)(stages + 256 * apart); // of each stage lse, then delta
	const int first = blockIdx.x * tall, kvh = blockIdx.y, group = heads / kv;
	const int warp = threadIdx.x / 32, g = threadIdx.x % 32 / 4, c2 = threadIdx.x % 4 * 2, own = first + warp * 16;
	const int left = place_left<D>(), right = place_right<D>();
	const wide start = (wide)blockIdx.z * seq;
	qkv += start * ld, dout += start * ldo;
	lse += start * heads, delta += start * heads;
	bring<D, tall>(ks, qkv + (wide)first * ld + (heads + kvh) * dim, seq - first, dim, ld);
	bring<D, tall>(vs, qkv + (wide)first * ld + (heads + kv + kvh) * dim, seq - first, dim, ld);
	copies_commit();
	copies_wait<0>();
	__syncthreads();
	const Shared mine = shared_at(ks) + 2 * warp * 16 * apart + left;
	unsigned k[kept ? D / 16 : 1][4], v[kept ? D / 16 : 1][4];
	if (kept)
#pragma unroll
		for (int c = 0; c < D / 16; c++)
			ldmatrix(k[c], mine + 2 * c * 16), ldmatrix(v[c], mine + 2 * (tall * apart + c * 16));
	// Tiles of queries from the diagonal on, of one head after another.
	const int from = first / N, each = (seq + N - 1) / N - from, tiles = group * each;
	const float scale = log2e / sqrtf(dim);
	float dk[D / 8][4] = {}, dv[D / 8][4] = {};
	for (int t = -1; t < tiles; t++) {
		copies_wait<0>();
		__syncthreads();
		float line = 0; // what this thread brings for the next tile
		if (t + 1 < tiles) {
			bf16 *next = stages + (t + 1) % 2 * 2 * N * apart;
			const int h = kvh * group + (t + 1) / each, i0 = (from + (t + 1) % each) * N, i = i0 + threadIdx.x % N;
			bring<D, N>(next, qkv + (wide)i0 * ld + h * dim, seq - i0, dim, ld);
			bring<D, N>(next + N * apart, dout + (wide)i0 * ldo + h * dim, seq - i0, dim, ldo);
			copies_commit();
			const float *row = (threadIdx.x < N ? lse : delta) + (wide)h * seq;
			line = i < seq ? row[i] : threadIdx.x < N ? INF : 0;
		}
		const int i0 = t < 0 ? 0 : (from + t % each) * N;
		const Shared tile = shared_at(stages) + (t & 1) * 4 * N * apart;
		const float *l = lines + (t & 1) * 2 * N, *d = l + N;
#pragma unroll 1
		for (int i = 0; i < N && t >= 0; i += 32) {
			if (i0 + i + 31 < own) continue;
			const Shared rows = tile + 2 * i * apart + right, down = tile + 2 * i * apart + left;
			float s[4][4] = {}, dp[4][4] = {};
#pragma unroll
			for (int c = 0; c < D / 16; c++) {
				unsigned *const a = k[kept ? c : 0], *const z = v[kept ? c : 0];
				if (!kept) ldmatrix(a, mine + 2 * c * 16), ldmatrix(z, mine + 2 * (tall * apart + c * 16));
#pragma unroll
				for (int n = 0; n < 2; n++) {
					unsigned b[4];
					ldmatrix(b, rows + 2 * (n * 16 * apart + c * 16));
					mma(s[2 * n], a, b), mma(s[2 * n + 1], a, b + 2);
					ldmatrix(b, rows + 2 * ((N + n * 16) * apart + c * 16));
					mma(dp[2 * n], z, b), mma(dp[2 * n + 1], z, b + 2);
				}
			}
			if (i0 + i < own + 15)
				for (int n = 0; n < 4; n++)
					for (int e = 0; e < 4; e++)
						if (i0 + i + n * 8 + c2 + e % 2 < own + e / 2 * 8 + g) s[n][e] = -INF;
			for (int n = 0; n < 4; n++) {
				const int at = i + n * 8 + c2;
				const float2 bases = *(const float2 *)(l + at), means = *(const float2 *)(d + at);
				for (int e = 0; e < 4; e++) {
					const float p = power(fmaf(s[n][e], scale, e % 2 ? -bases.y : -bases.x));
					s[n][e] = p, dp[n][e] = p * (dp[n][e] - (e % 2 ? means.y : means.x));
				}
			}
#pragma unroll
			for (int n = 0; n < 2; n++) {
				unsigned a[4], b[4], z[4];
				operand_of(a, &s[2 * n]), operand_of(z, &dp[2 * n]);
#pragma unroll
				for (int c = 0; c < D / 16; c++) {
					ldmatrix_trans(b, down + 2 * ((N + n * 16) * apart + c * 16));
					mma(dv[2 * c], a, b), mma(dv[2 * c + 1], a, b + 2);
					ldmatrix_trans(b, down + 2 * (n * 16 * apart + c * 16));
					mma(dk[2 * c], z, b), mma(dk[2 * c + 1], z, b + 2);
				}
			}
		}
		if (threadIdx.x < 2 * N) lines[((t + 1) & 1) * 2 * N + threadIdx.x] = line;
	}
	const float f = 1 / sqrtf(dim);
	for (int r = 0; r < 2; r++) {
		const int j = own + r * 8 + g;
		if (j >= seq) continue;
		float *row = dqk + ((start + j) * (heads + kv) + heads + kvh) * dim;
		bf16 *values = dqkv + (start + j) * lddv + (heads + kv + kvh) * dim;
		for (int n = 0; n < D / 8; n++) {
			const int c = n * 8 + c2;
			if (c >= dim) continue;
			*(float2 *)(row + c) = make_float2(dk[n][2 * r] * f, dk[n][2 * r + 1] * f);
			*(unsigned *)(values + c) = pair(dv[n][2 * r], dv[n][2 * r + 1]);
		}
	}
}

ATTENTION(bf16_16, 16, bf16, 128, 2)
ATTENTION(bf16_32, 32, bf16, 128, 2)
ATTENTION(bf16_64, 64, bf16, 128, 2)
ATTENTION(bf16_96, 96, bf16, 128, 2)
ATTENTION(bf16_128, 128, bf16, 128, 2)
#undef SHAPE
#undef FORWARD
#undef QUERY
#undef KEY
#undef ATTENTION
