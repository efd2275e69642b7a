// Between tokens and their slots: rows of experts' inputs, what comes back of their outputs, and the gradients of both.
// One block a token.

// dispatch copies every token's row to its slots; rows of dst lie ld apart.
template <int n, class T> __device__ void dispatch_by(T *dst, const float *src, const int *slot, int cols, int ld,
	int k) {
	const wide t = blockIdx.x;
	for (int c = threadIdx.x * n; c < cols; c += blockDim.x * n) {
		const Columns<n> v = columns<n>(src + t * cols, c);
		for (int j = 0; j < k; j++) put_columns(dst + (wide)slot[t * k + j] * ld, c, v);
	}
}
extern "C" __global__ void __launch_bounds__(128) dispatch(float *__restrict__ dst, const float *__restrict__ src,
	const int *__restrict__ slot, int cols, int ld, int k) {
	BY_COLUMNS(dispatch_by, dst, src, slot, cols, ld, k);
}
extern "C" __global__ void __launch_bounds__(128) dispatch_bf16(bf16 *__restrict__ dst, const float *__restrict__ src,
	const int *__restrict__ slot, int cols, int ld, int k) {
	BY_COLUMNS(dispatch_by, dst, src, slot, cols, ld, k);
}

// combine: dst = base + Σ weight·src over a token's slots; without weights each counts once, without base it is 0. The
// slots' rows are read several at a time, and added in their order.
enum { at_once = 4 };
template <int n> __device__ void combine_by(float *dst, const float *base, const float *src, const int *slot,
	const float *weight, int cols, int k) {
	const wide t = blockIdx.x;
	for (int c = threadIdx.x * n; c < cols; c += blockDim.x * n) {
		Columns<n> sum = {};
		for (int from = 0; from < k; from += at_once) {
			Columns<n> row[at_once];
			for (int j = 0; j < at_once; j++)
				if (from + j < k) row[j] = columns<n>(src + (wide)slot[t * k + from + j] * cols, c);
			for (int j = 0; j < at_once; j++)
				if (from + j < k) {
					const float w = weight ? weight[t * k + from + j] : 1;
					for (int i = 0; i < n; i++) sum.x[i] = fmaf(w, row[j].x[i], sum.x[i]);
				}
		}
		if (base) {
			const Columns<n> b = columns<n>(base + t * cols, c);
			for (int i = 0; i < n; i++) sum.x[i] += b.x[i];
		}
		put_columns(dst + t * cols, c, sum);
	}
}
extern "C" __global__ void __launch_bounds__(128) combine(float *dst, const float *base, const float *__restrict__ src,
	const int *__restrict__ slot, const float *__restrict__ weight, int cols, int k) {
	(cols % 4 ? combine_by<1>(dst, base, src, slot, weight, cols, k)
		: combine_by<4>(dst, base, src, slot, weight, cols, k));
}

// combine_backward: the gradients weight·ddst of a token's slots, whose rows in dsrc lie ld apart; and of its weights,
// dw = ddst·src. Eight slots are done at a time.
enum { dots_at_once = 8 };
template <int n, class T> __device__ void combine_backward_by(T *dsrc, float *dw, const float *ddst, const float *src,
	const int *slot, const float *weight, int cols, int ld, int k) {
	__shared__ float part[4][dots_at_once];
	const wide t = blockIdx.x;
	const int warp = threadIdx.x / 32, warps = blockDim.x / 32;
	for (int from = 0; from < k; from += dots_at_once) {
		float dot[dots_at_once] = {};
		for (int c = threadIdx.x * n; c < cols; c += blockDim.x * n) {
			const Columns<n> g = columns<n>(ddst + t * cols, c);
			for (int j = 0; j < dots_at_once; j++)
				if (from + j < k) {
					const wide at = slot[t * k + from + j];
					const float w = weight[t * k + from + j];
					const Columns<n> y = columns<n>(src + at * cols, c);
					Columns<n> d;
					for (int i = 0; i < n; i++) dot[j] = fmaf(g.x[i], y.x[i], dot[j]), d.x[i] = w * g.x[i];
					put_columns(dsrc + at * ld, c, d);
				}
		}
		for (int j = 0; j < dots_at_once; j++) {
			dot[j] = warp_total(dot[j]);
			if (threadIdx.x % 32 == 0) part[warp][j] = dot[j];
		}
		__syncthreads();
		if (threadIdx.x < dots_at_once && from + (int)threadIdx.x < k) {
			float sum = 0;
			for (int w = 0; w < warps; w++) sum += part[w][threadIdx.x];
			dw[t * k + from + threadIdx.x] = sum;
		}
		if (from + dots_at_once < k) __syncthreads(); // for the next eight
	}
}
extern "C" __global__ void __launch_bounds__(128) combine_backward(float *__restrict__ dsrc, float *__restrict__ dw,
	const float *__restrict__ ddst, const float *__restrict__ src, const int *__restrict__ slot,
	const float *__restrict__ weight, int cols, int ld, int k) {
	BY_COLUMNS(combine_backward_by, dsrc, dw, ddst, src, slot, weight, cols, ld, k);
}
extern "C" __global__ void __launch_bounds__(128) combine_backward_bf16(bf16 *__restrict__ dsrc, float *__restrict__ dw,
	const float *__restrict__ ddst, const float *__restrict__ src, const int *__restrict__ slot,
	const float *__restrict__ weight, int cols, int ld, int k) {
	BY_COLUMNS(combine_backward_by, dsrc, dw, ddst, src, slot, weight, cols, ld, k);
}
