// Kernels that ask the emulator what it does.

extern "C" __global__ void twice(float *dst, const float *src, int n) {
	const int i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i < n) dst[i] = 2 * src[i];
}

// Reads or writes at an index, whatever it is.
extern "C" __global__ void peek(float *dst, const float *src, wide i) { dst[0] = src[i]; }

// Shared memory as a block finds it, static and of the launch.
extern "C" __global__ void found(float *dst) {
	__shared__ float fixed[32];
	LAUNCH_SHARED(bytes);
	float *asked = (float *)bytes;
	dst[(blockIdx.x * 2 + 0) * 32 + threadIdx.x] = fixed[threadIdx.x];
	dst[(blockIdx.x * 2 + 1) * 32 + threadIdx.x] = asked[threadIdx.x];
	fixed[threadIdx.x] = asked[threadIdx.x] = 1;
}
extern "C" __global__ void beyond(int bytes) {
	LAUNCH_SHARED(shared);
	shared[bytes + threadIdx.x] = 1;
}

// Every thread gives its number on to the one behind it, by shared memory and a barrier.
extern "C" __global__ void pass_on(int *dst) {
	__shared__ int box[256];
	box[threadIdx.x] = threadIdx.x;
	__syncthreads();
	dst[threadIdx.x] = box[(threadIdx.x + 1) % blockDim.x];
}
extern "C" __global__ void pass_on_in_warp(int *dst) {
	__shared__ int box[64];
	box[threadIdx.x] = threadIdx.x;
	__syncwarp();
	dst[threadIdx.x] = box[threadIdx.x ^ 1];
}
extern "C" __global__ void parted() {
	if (threadIdx.x == 40) __syncwarp();
	else __syncthreads();
}

// The lanes of a warp ask each other.
extern "C" __global__ void lanes(int *dst, float *f) {
	const int i = threadIdx.x;
	dst[i] = __shfl_xor_sync(~0u, i, 5);
	dst[32 + i] = __shfl_sync(~0u, i, 7);
	dst[64 + i] = __shfl_down_sync(~0u, i, 3);
	dst[96 + i] = __shfl_up_sync(~0u, i, 3);
	dst[128 + i] = __shfl_xor_sync(~0u, i, 4, 8);
	dst[160 + i] = __ballot_sync(~0u, i % 3 == 0);
	dst[192 + i] = __any_sync(~0u, i == 9) + 2 * __all_sync(~0u, i < 32);
	f[i] = __shfl_xor_sync(~0u, (float)i / 2, 1);
}

// Two groups of copies to shared memory: of 16 bytes, and of 6 with zeros behind them. mode 0 waits for both, 1 for the
// first alone, 2 for none; what lies there is then taken.
extern "C" __global__ void copies(uint4 *dst, const uint4 *src, int mode) {
	__shared__ uint4 to[2][32];
	const int i = threadIdx.x;
	copy16(&to[0][i], src + i, 16);
	copies_commit();
	copy16(&to[1][i], src + 32 + i, 6);
	copies_commit();
	if (mode == 0) copies_wait<0>();
	if (mode == 1) copies_wait<1>();
	dst[i] = to[0][i], dst[32 + i] = to[1][i];
}

// d (16, 8) = a (16, 16) · b, which is (16, 8), or transposed (8, 16), by ldmatrix and mma. Rows have 16 and 8 elements.
extern "C" __global__ void multiply(float *d, const bf16 *a, const bf16 *b, int transposed) {
	__shared__ uint4 as[16][2], bs[16][2];
	const int lane = threadIdx.x, g = lane / 4, q = lane % 4;
	as[lane / 2][lane % 2] = ((const uint4 *)a)[lane];
	if (lane < 16) transposed ? bs[lane / 2][lane % 2] = ((const uint4 *)b)[lane] : bs[lane][0] = ((const uint4 *)b)[lane];
	__syncwarp();
	unsigned x[4], y[4];
	ldmatrix(x, &as[lane % 16][lane / 16]);
	if (transposed) ldmatrix(y, &bs[lane % 8][lane / 8 % 2]);
	else ldmatrix_trans(y, &bs[lane % 16][0]);
	float sum[4] = {0, 0, 0, 0};
	mma(sum, x, y);
	for (int h = 0; h < 4; h++) d[(g + h / 2 * 8) * 8 + 2 * q + h % 2] = sum[h];
}

struct Several {
	const float *x;
	int i, j;
	float f;
};
extern "C" __global__ void __launch_bounds__(64) arguments(float *dst, Several s, wide w, int last) {
	dst[threadIdx.x] = s.x[s.i] + s.x[s.j] * s.f + (float)w + (float)last;
}

// Reads two numbers at once from an index on.
extern "C" __global__ void peek2(float *dst, const float *src, int i) {
	const float2 x = *(const float2 *)(src + i);
	dst[0] = x.x + x.y;
}
