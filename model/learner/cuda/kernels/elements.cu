// What is done element by element. Rows of float32 are dense; rows of bf16 lie ld apart.

extern "C" __global__ void add(float *dst, const float *a, const float *b, wide count) {
	const wide i = (wide)blockIdx.x * blockDim.x + threadIdx.x;
	if (i < count) dst[i] = a[i] + b[i];
}

// swiglu: h = silu(gate)·up.
template <class T> __device__ void swiglu_of(T *h, const float *gate, const float *up, int cols, int ld, wide count) {
	const wide i = (wide)blockIdx.x * blockDim.x + threadIdx.x;
	if (i < count) store(h + i / cols * ld + i % cols, gate[i] / (1 + expf(-gate[i])) * up[i]);
}
extern "C" __global__ void swiglu(float *h, const float *gate, const float *up, int cols, int ld, wide count) {
	swiglu_of(h, gate, up, cols, ld, count);
}
extern "C" __global__ void swiglu_bf16(bf16 *h, const float *gate, const float *up, int cols, int ld, wide count) {
	swiglu_of(h, gate, up, cols, ld, count);
}

template <class T> __device__ void swiglu_backward_of(T *dgate, T *dup, const float *dh, const float *gate,
	const float *up, int cols, int ld, wide count) {
	const wide i = (wide)blockIdx.x * blockDim.x + threadIdx.x, at = i / cols * ld + i % cols;
	if (i >= count) return;
	const float g = gate[i], s = 1 / (1 + expf(-g)), u = up[i], d = dh[i];
	store(dup + at, d * g * s);
	store(dgate + at, d * u * s * (1 + g * (1 - s)));
}
extern "C" __global__ void swiglu_backward(float *dgate, float *dup, const float *dh, const float *gate,
	const float *up, int cols, int ld, wide count) { swiglu_backward_of(dgate, dup, dh, gate, up, cols, ld, count); }
extern "C" __global__ void swiglu_backward_bf16(bf16 *dgate, bf16 *dup, const float *dh, const float *gate,
	const float *up, int cols, int ld, wide count) { swiglu_backward_of(dgate, dup, dh, gate, up, cols, ld, count); }

// round_bf16 rounds a matrix of so many elements to rows that lie ld apart.
extern "C" __global__ void round_bf16(bf16 *dst, const float *src, int cols, int ld, wide count) {
	const wide i = (wide)blockIdx.x * blockDim.x + threadIdx.x;
	if (i < count) store(dst + i / cols * ld + i % cols, src[i]);
}
