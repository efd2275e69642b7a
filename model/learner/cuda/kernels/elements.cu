// What is done element by element. Rows of float32 are dense; rows of operands lie ld apart. A thread does 8 elements of
// a row, or one where they do not divide its width; count is how many it all are.

// swiglu: h = silu(gate)·up; a row of both has cols elements of gate, then as many of up.
template <int n, class T> __device__ void swiglu_by(T *h, const float *both, int cols, int ld, wide count) {
	const wide i = ((wide)blockIdx.x * blockDim.x + threadIdx.x) * n;
	if (i >= count) return;
	const wide row = i / cols;
	const int col = (int)(i - row * cols);
	const Columns<n> g = columns<n>(both + row * 2 * cols, col), u = columns<n>(both + row * 2 * cols + cols, col);
	Columns<n> y;
	for (int j = 0; j < n; j++) y.x[j] = g.x[j] / (1 + expf(-g.x[j])) * u.x[j];
	put_columns(h + row * ld, col, y);
}
extern "C" __global__ void __launch_bounds__(256) swiglu(float *__restrict__ h, const float *__restrict__ both,
	int cols, int ld, wide count) {
	BY_COLUMNS(swiglu_by, h, both, cols, ld, count);
}
extern "C" __global__ void __launch_bounds__(256) swiglu_bf16(bf16 *__restrict__ h, const float *__restrict__ both,
	int cols, int ld, wide count) {
	BY_COLUMNS(swiglu_by, h, both, cols, ld, count);
}

// swiglu_backward: the gradients of gate and up, in rows of d, from dh.
template <int n, class T> __device__ void swiglu_backward_by(T *d, const float *dh, const float *both, int cols,
	int ld, wide count) {
	const wide i = ((wide)blockIdx.x * blockDim.x + threadIdx.x) * n;
	if (i >= count) return;
	const wide row = i / cols;
	const int col = (int)(i - row * cols);
	const Columns<n> g = columns<n>(both + row * 2 * cols, col), u = columns<n>(both + row * 2 * cols + cols, col);
	const Columns<n> y = columns<n>(dh + row * cols, col);
	Columns<n> dg, du;
	for (int j = 0; j < n; j++) {
		const float s = 1 / (1 + expf(-g.x[j]));
		du.x[j] = y.x[j] * g.x[j] * s;
		dg.x[j] = y.x[j] * u.x[j] * s * (1 + g.x[j] * (1 - s));
	}
	put_columns(d + row * ld, col, dg);
	put_columns(d + row * ld + cols, col, du);
}
extern "C" __global__ void __launch_bounds__(256) swiglu_backward(float *__restrict__ d, const float *__restrict__ dh,
	const float *__restrict__ both, int cols, int ld, wide count) {
	BY_COLUMNS(swiglu_backward_by, d, dh, both, cols, ld, count);
}
extern "C" __global__ void __launch_bounds__(256) swiglu_backward_bf16(bf16 *__restrict__ d,
	const float *__restrict__ dh, const float *__restrict__ both, int cols, int ld, wide count) {
	BY_COLUMNS(swiglu_backward_by, d, dh, both, cols, ld, count);
}

// round_bf16 rounds so many elements of a matrix.
template <int n> __device__ void round_by(bf16 *dst, const float *src, int cols, int ld, wide count) {
	const wide i = ((wide)blockIdx.x * blockDim.x + threadIdx.x) * n;
	if (i >= count) return;
	const wide row = i / cols;
	const int col = (int)(i - row * cols);
	put_columns(dst + row * ld, col, columns<n>(src + row * cols, col));
}
extern "C" __global__ void __launch_bounds__(256) round_bf16(bf16 *__restrict__ dst, const float *__restrict__ src,
	int cols, int ld, wide count) {
	BY_COLUMNS(round_by, dst, src, cols, ld, count);
}
