// Columns of a row at once. A thread does n of them: 8 or 4 where these divide all columns, so that vectors are aligned,
// else one.

// columns reads those of a row of float32 from c on; put_columns stores them, in float32 or rounded to bf16.
template <int n> struct Columns {
	float x[n];
};
template <int n> __device__ Columns<n> columns(const float *row, int c) {
	Columns<n> v;
	if constexpr (n % 4 != 0)
		for (int i = 0; i < n; i++) v.x[i] = row[c + i];
	else
		for (int i = 0; i < n; i += 4) {
			const float4 q = *(const float4 *)(row + c + i);
			v.x[i] = q.x, v.x[i + 1] = q.y, v.x[i + 2] = q.z, v.x[i + 3] = q.w;
		}
	return v;
}
template <int n> __device__ void put_columns(float *row, int c, const Columns<n> &v) {
	if constexpr (n % 4 != 0)
		for (int i = 0; i < n; i++) row[c + i] = v.x[i];
	else
		for (int i = 0; i < n; i += 4)
			*(float4 *)(row + c + i) = make_float4(v.x[i], v.x[i + 1], v.x[i + 2], v.x[i + 3]);
}
template <int n> __device__ void put_columns(bf16 *row, int c, const Columns<n> &v) {
	if constexpr (n % 8 != 0)
		for (int i = 0; i < n; i++) store(row + c + i, v.x[i]);
	else
		for (int i = 0; i < n; i += 8)
			*(uint4 *)(row + c + i) = make_uint4(pair(v.x[i], v.x[i + 1]), pair(v.x[i + 2], v.x[i + 3]),
				pair(v.x[i + 4], v.x[i + 5]), pair(v.x[i + 6], v.x[i + 7]));
}

// BY_COLUMNS calls a function for 8 columns at once, or for one.
#define BY_COLUMNS(f, ...) (cols % 8 ? f<1>(__VA_ARGS__) : f<8>(__VA_ARGS__))
