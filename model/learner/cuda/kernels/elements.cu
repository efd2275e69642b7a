// What is done element by element. Rows of float32 are dense; rows of operands lie ld apart.

// swiglu: h = silu(gate)·up; a row of both has cols elements of gate, then as many of up.
template <class T> __device__ void swiglu_of(T *h, const float *both, int cols, int ld, wide count) {
	const wide i = (wide)blockIdx.x * blockDim.x + threadIdx.x, row = i / cols, col = i % cols;
	if (i >= count) return;
	const float g = both[row * 2 * cols + col], u = both[row * 2 * cols + cols + col];
	store(h + row * ld + col, g / (1 + expf(-g)) * u);
}
extern "C" __global__ void swiglu(float *h, const float *both, int cols, int ld, wide count) {
	swiglu_of(h, both, cols, ld, count);
}
extern "C" __global__ void swiglu_bf16(bf16 *h, const float *both, int cols, int ld, wide count) {
	swiglu_of(h, both, cols, ld, count);
}

// swiglu_backward: the gradients of gate and up, in rows of d, from dh.
template <class T> __device__ void swiglu_backward_of(T *d, const float *dh, const float *both, int cols, int ld,
	wide count) {
	const wide i = (wide)blockIdx.x * blockDim.x + threadIdx.x, row = i / cols, col = i % cols;
	if (i >= count) return;
	const float g = both[row * 2 * cols + col], u = both[row * 2 * cols + cols + col], s = 1 / (1 + expf(-g));
	store(d + row * ld + cols + col, dh[i] * g * s);
	store(d + row * ld + col, dh[i] * u * s * (1 + g * (1 - s)));
}
extern "C" __global__ void swiglu_backward(float *d, const float *dh, const float *both, int cols, int ld,
	wide count) { swiglu_backward_of(d, dh, both, cols, ld, count); }
extern "C" __global__ void swiglu_backward_bf16(bf16 *d, const float *dh, const float *both, int cols, int ld,
	wide count) { swiglu_backward_of(d, dh, both, cols, ld, count); }

// round_bf16 rounds so many elements of a matrix.
extern "C" __global__ void round_bf16(bf16 *dst, const float *src, int cols, int ld, wide count) {
	const wide i = (wide)blockIdx.x * blockDim.x + threadIdx.x;
	if (i < count) store(dst + i / cols * ld + i % cols, src[i]);
}
