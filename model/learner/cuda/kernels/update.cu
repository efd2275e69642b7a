// Updates of the optimizer: AdamW, and what Muon does besides products. Every element is read and written once. What is
// multiplied and added is fused by hand, so that all elements are rounded alike, whatever a compiler makes of a loop.

// The rate of an element is that of its growth stage. The gradient of an update is what the backward pass left, times
// clip; where that changes it, it is written back.

// adamw: a row of a tensor a block, n elements a thread at once: widths are multiples of n. height rows make a matrix.
// Where copy is there, it gets the new weights rounded, in rows that lie ldc apart.
template <int n> __device__ void adamw_of(float *p, bf16 *copy, float *g, float *m, float *v, const float *rate,
	const unsigned char *rows, const unsigned char *cols, int height, int width, int ldc, float clip,
	float decay, float beta1, float beta2, float eps, float corr1, float corr2) {
	const wide at = (wide)blockIdx.x * width;
	const int age = rows ? rows[blockIdx.x % height] : 0;
	const float rest1 = 1 - beta1, rest2 = 1 - beta2;
	p += at, g += at, m += at, v += at;
	for (int c = threadIdx.x * n; c < width; c += blockDim.x * n) {
		floats<n> pc = *(floats<n> *)(p + c), gc = *(floats<n> *)(g + c);
		floats<n> mc = *(floats<n> *)(m + c), vc = *(floats<n> *)(v + c);
		halves<n> rounded;
		for (int j = 0; j < n; j++) {
			const float x = gc.x[j] = gc.x[j] * clip;
			mc.x[j] = fmaf(beta1, mc.x[j], rest1 * x);
			vc.x[j] = fmaf(beta2, vc.x[j], rest2 * x * x);
			const float step = mc.x[j] / corr1 / (sqrtf(vc.x[j] / corr2) + eps);
			const int young = cols && cols[c + j] > age ? cols[c + j] : age;
			pc.x[j] = fmaf(-rate[young], fmaf(decay, pc.x[j], step), pc.x[j]);
			rounded.x[j] = half(pc.x[j]);
		}
		*(floats<n> *)(p + c) = pc, *(floats<n> *)(m + c) = mc, *(floats<n> *)(v + c) = vc;
		if (clip != 1) *(floats<n> *)(g + c) = gc;
		if (copy) *(halves<n> *)(copy + (wide)blockIdx.x * ldc + c) = rounded;
	}
}
#define ADAMW float *__restrict__ p, bf16 *__restrict__ copy, float *__restrict__ g, float *__restrict__ m, \
	float *__restrict__ v, const float *__restrict__ rate, const unsigned char *__restrict__ rows, \
	const unsigned char *__restrict__ cols, int height, int width, int ldc, float clip, float decay, \
	float beta1, float beta2, float eps, float corr1, float corr2
#define GIVEN p, copy, g, m, v, rate, rows, cols, height, width, ldc, clip, decay, beta1, beta2, eps, corr1, corr2
extern "C" __global__ void __launch_bounds__(256) adamw(ADAMW) { adamw_of<1>(GIVEN); }
extern "C" __global__ void __launch_bounds__(256) adamw_4(ADAMW) { adamw_of<4>(GIVEN); }
#undef ADAMW
#undef GIVEN

// A matrix that Muon updates, as the host describes it.
struct MuonMatrix {
	float *p, *g, *m;
	bf16 *copy;                       // of the weights, none where null
	const unsigned char *rows, *cols; // ages, none where null
	const float *rate;                // by stage
	int height, width, ldc, unused;
};

// Muon works on matrices X (lesser, greater), row-major and one behind the other: the side of a matrix with fewer rows
// than columns, or its transpose. A block has 32 x 32 elements of one, and 256 threads of which each has four.
enum { TILE = 32 };
struct Corner {
	int i, j;        // of this thread, in the tile: column, and first row of four that lie 8 apart
	int row, col;    // of the tile's corner in the matrix
	wide x;          // where X of the matrix begins
	int x_row, x_col; // of the tile's corner in X
	bool turned;
};
__device__ Corner corner_of(const MuonMatrix &w, int lesser, int greater) {
	Corner t;
	t.i = threadIdx.x % TILE, t.j = threadIdx.x / TILE;
	t.x = (wide)blockIdx.z * lesser * greater, t.x_row = blockIdx.y * TILE, t.x_col = blockIdx.x * TILE;
	t.turned = w.height > w.width;
	t.row = t.turned ? t.x_col : t.x_row, t.col = t.turned ? t.x_row : t.x_col;
	return t;
}

// muon_momentum: momentum m = mu·m + g, X = g + mu·m; and Σx² of every tile.
extern "C" __global__ void __launch_bounds__(256) muon_momentum(float *__restrict__ x, double *__restrict__ squares,
	const MuonMatrix *__restrict__ matrices, int lesser, int greater, float clip, float mu) {
	__shared__ float tile[TILE][TILE + 1];
	const MuonMatrix w = matrices[blockIdx.z];
	const Corner t = corner_of(w, lesser, greater);
	double s = 0;
	for (int j = t.j; j < TILE; j += 8) {
		float u = 0;
		if (t.row + j < w.height && t.col + t.i < w.width) {
			const wide at = (wide)(t.row + j) * w.width + t.col + t.i;
			const float g = w.g[at] * clip, m = fmaf(mu, w.m[at], g);
			if (clip != 1) w.g[at] = g;
			w.m[at] = m, u = fmaf(mu, m, g);
		}
		s += (double)u * u;
		tile[j][t.i] = u;
	}
	__syncthreads();
	for (int j = t.j; j < TILE; j += 8)
		if (t.x_row + j < lesser && t.x_col + t.i < greater)
			x[t.x + (wide)(t.x_row + j) * greater + t.x_col + t.i] = t.turned ? tile[t.i][j] : tile[j][t.i];
	s = total(s);
	if (threadIdx.x == 0) squares[((wide)blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x] = s;
}

// muon_update moves the weights along X.
extern "C" __global__ void __launch_bounds__(256) muon_update(const float *__restrict__ x,
	const MuonMatrix *__restrict__ matrices, int lesser, int greater, float decay, float scale) {
	__shared__ float tile[TILE][TILE + 1];
	const MuonMatrix w = matrices[blockIdx.z];
	const Corner t = corner_of(w, lesser, greater);
	for (int j = t.j; j < TILE; j += 8)
		if (t.x_row + j < lesser && t.x_col + t.i < greater)
			tile[j][t.i] = x[t.x + (wide)(t.x_row + j) * greater + t.x_col + t.i];
	__syncthreads();
	for (int j = t.j; j < TILE; j += 8) {
		const int row = t.row + j, col = t.col + t.i;
		if (row >= w.height || col >= w.width) continue;
		const float u = t.turned ? tile[t.i][j] : tile[j][t.i], p = w.p[(wide)row * w.width + col];
		const float now = fmaf(-w.rate[age_of(w.rows, w.cols, row, col)], fmaf(decay, p, scale * u), p);
		w.p[(wide)row * w.width + col] = now;
		if (w.copy) store(w.copy + (wide)row * w.ldc + col, now);
	}
}

// muon_scale: X divided by its Frobenius norm, in rows of width, n elements a thread at once; a row a block, height
// rows a matrix. The rows of operand, where there is one, are those of X rounded, and lie ld apart.
template <int n> __device__ void muon_scale_of(float *x, bf16 *operand, const double *squares, int height, int width,
	int ld, float eps) {
	const float a = (float)(1 / (sqrt(squares[blockIdx.x / height]) + eps));
	x += (wide)blockIdx.x * width, operand += operand ? (wide)blockIdx.x * ld : 0;
	for (int c = threadIdx.x * n; c < width; c += blockDim.x * n) {
		floats<n> v = *(floats<n> *)(x + c);
		halves<n> rounded;
		for (int j = 0; j < n; j++) rounded.x[j] = half(v.x[j] *= a);
		*(floats<n> *)(x + c) = v;
		if (operand) *(halves<n> *)(operand + c) = rounded;
	}
}
#define SCALE float *__restrict__ x, bf16 *__restrict__ operand, const double *__restrict__ squares, int height, \
	int width, int ld, float eps
#define GIVEN x, operand, squares, height, width, ld, eps
extern "C" __global__ void __launch_bounds__(256) muon_scale(SCALE) { muon_scale_of<1>(GIVEN); }
extern "C" __global__ void __launch_bounds__(256) muon_scale_4(SCALE) { muon_scale_of<4>(GIVEN); }
#undef SCALE
#undef GIVEN
