// The CUDA driver as a library that needs no GPU: the calls that we use, on the kernels above it. Nothing happens
// before a synchronisation, as late as a device may do it. Memory begins as not-a-number and lies between pages that
// cannot be touched. Beside the driver's functions stand ours, emu_..., which tests hold it with; EMU_ORDER,
// EMU_MEMORY, EMU_VERSION and EMU_FAIL=function:nth:code do the same for a program that is started.
#pragma once

namespace emu {
typedef uint64_t Ptr;
struct Block {
	char *map;
	size_t whole, size;
};
struct Event {
	double at; // milliseconds
};
static std::map<Ptr, Block> blocks;
static std::deque<Bound> queue;
static size_t used, most, memory = (size_t)8 << 30;
static long launches;
static int contexts; // how often the context is held
static int version = 12040, mostShared = 232448, sticky; // the error that every call returns from now on
static std::string stickyText;
static std::mutex lock;
static thread_local bool current; // whether the thread has the context

// A call by its name that shall fail.
static std::string failName;
static long failNth;
static int failCode;

static struct Settings {
	Settings() {
		if (const char *s = getenv("EMU_ORDER")) order = atoi(s) & 3;
		if (const char *s = getenv("EMU_MEMORY")) memory = atoll(s);
		if (const char *s = getenv("EMU_VERSION")) version = atoi(s);
		char name[64];
		if (const char *s = getenv("EMU_FAIL"))
			if (sscanf(s, "%63[^:]:%ld:%d", name, &failNth, &failCode) == 3) failName = name;
	}
} settings;

static std::string describe(uintptr_t address) {
	char text[256];
	for (auto &b : blocks) {
		const uintptr_t from = b.first;
		const uintptr_t map = (uintptr_t)b.second.map;
		if (address < map || address >= map + b.second.whole) continue;
		const size_t size = b.second.size;
		if (address < from) snprintf(text, sizeof text, "%zu bytes before a buffer of %zu", from - address, size);
		else snprintf(text, sizeof text, "%zu bytes behind the start of a buffer of %zu", address - from, size);
		return text;
	}
	const uintptr_t end = (uintptr_t)dynamicShared + dynamicBytes;
	if (address >= end && address < end + page)
		snprintf(text, sizeof text, "%zu bytes behind %zu of dynamic shared memory", address - end, dynamicBytes);
	else snprintf(text, sizeof text, "address %#zx, in no buffer, or of a vector that is not aligned", address);
	return text;
}

static void stick(int code, const std::string &text) {
	if (!sticky) sticky = code, stickyText = text;
	queue.clear();
}
static int flush() {
	while (!queue.empty() && !sticky) {
		Bound f = std::move(queue.front());
		queue.pop_front();
		f();
	}
	return sticky;
}

// enter is what every call begins with: 0, or the code that it has to return.
static int enter(const char *name, bool needsContext = true) {
	if (!failName.empty() && failName == name && --failNth == 0) {
		failName.clear();
		if (failCode >= 700) stick(failCode, "an error that a test asked for");
		return failCode;
	}
	if (sticky) return sticky;
	return needsContext && !current ? 201 : 0;
}
static double milliseconds() {
	timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}
// inside reports whether n bytes are of one buffer.
static bool inside(Ptr p, size_t n) {
	auto it = blocks.upper_bound(p);
	if (it == blocks.begin()) return false;
	--it;
	return p + n <= it->first + it->second.size;
}
static int later(Bound f) { return queue.push_back(std::move(f)), 0; }
}

#define EMU_ENTER(...) \
	std::lock_guard<std::mutex> guard(emu::lock); \
	if (int code = emu::enter(__func__, ##__VA_ARGS__)) return code;

extern "C" {
using emu::Ptr;
int cuInit(unsigned) {
	EMU_ENTER(false)
	return 0;
}
int cuDriverGetVersion(int *v) {
	EMU_ENTER(false)
	return *v = emu::version, 0;
}
int cuDeviceGetCount(int *n) {
	EMU_ENTER(false)
	return *n = 1, 0;
}
int cuDeviceGet(int *d, int i) {
	EMU_ENTER(false)
	return *d = i, i ? 101 : 0;
}
int cuDeviceGetName(char *s, int n, int) {
	EMU_ENTER(false)
	return snprintf(s, n, "emulated GPU"), 0;
}
int cuDeviceGetAttribute(int *v, int what, int) {
	EMU_ENTER(false)
	return *v = what == 75 ? 9 : what == 76 ? 0 : what == 16 ? 132 : what == 97 ? emu::mostShared : 0, 0;
}
int cuDevicePrimaryCtxRetain(void **c, int) {
	EMU_ENTER(false)
	emu::contexts++;
	return *c = (void *)1, 0;
}
int cuDevicePrimaryCtxRelease_v2(int) {
	std::lock_guard<std::mutex> guard(emu::lock);
	if (!emu::contexts) return 201;
	emu::contexts--;
	emu::current = false;
	return 0;
}
int cuCtxSetCurrent(void *c) {
	EMU_ENTER(false)
	emu::current = c;
	return 0;
}
int cuMemGetInfo_v2(size_t *free, size_t *all) {
	EMU_ENTER()
	return *all = emu::memory, *free = emu::memory - std::min(emu::used, emu::memory), 0;
}
int cuMemAlloc_v2(Ptr *p, size_t n) {
	EMU_ENTER()
	using emu::page;
	if (!n) return 1;
	if (emu::used + n > emu::memory) return 2;
	const size_t size = (n + 15) / 16 * 16, whole = (size + page - 1) / page * page + 2 * page;
	char *m = (char *)mmap(0, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (m == MAP_FAILED) return 2;
	mprotect(m, page, PROT_NONE), mprotect(m + whole - page, page, PROT_NONE);
	memset(m + page, 0xff, whole - 2 * page);
	*p = (Ptr)(m + whole - page - size);
	emu::blocks[*p] = {m, whole, n};
	emu::most = std::max(emu::most, emu::used += n);
	return 0;
}
int cuMemFree_v2(Ptr p) {
	std::lock_guard<std::mutex> guard(emu::lock);
	const int code = emu::enter(__func__);
	auto it = emu::blocks.find(p);
	if (it == emu::blocks.end()) return code ? code : 1;
	emu::flush(); // memory is given back in any case
	munmap(it->second.map, it->second.whole);
	emu::used -= it->second.size;
	emu::blocks.erase(it);
	return code;
}
int cuMemHostAlloc(void **p, size_t n, unsigned) {
	EMU_ENTER()
	const size_t whole = (n + emu::page - 1) / emu::page * emu::page;
	*p = aligned_alloc(emu::page, whole);
	memset(*p, 0xff, whole);
	return 0;
}
int cuMemFreeHost(void *p) {
	EMU_ENTER()
	emu::flush();
	free(p);
	return 0;
}
int cuMemcpyHtoDAsync_v2(Ptr d, const void *s, size_t n, void *) {
	EMU_ENTER()
	if (!emu::inside(d, n)) return 1;
	return emu::later([=] { memcpy((void *)d, s, n); });
}
int cuMemcpyDtoHAsync_v2(void *d, Ptr s, size_t n, void *) {
	EMU_ENTER()
	if (!emu::inside(s, n)) return 1;
	return emu::later([=] { memcpy(d, (void *)s, n); });
}
int cuMemcpyDtoDAsync_v2(Ptr d, Ptr s, size_t n, void *) {
	EMU_ENTER()
	if (!emu::inside(d, n) || !emu::inside(s, n)) return 1;
	return emu::later([=] { memmove((void *)d, (void *)s, n); });
}
int cuMemsetD8Async(Ptr d, unsigned char x, size_t n, void *) {
	EMU_ENTER()
	if (!emu::inside(d, n)) return 1;
	return emu::later([=] { memset((void *)d, x, n); });
}
int cuStreamCreate(void **s, unsigned) {
	EMU_ENTER()
	return *s = (void *)2, 0;
}
int cuStreamDestroy_v2(void *) {
	EMU_ENTER()
	return emu::flush();
}
int cuStreamSynchronize(void *) {
	EMU_ENTER()
	return emu::flush();
}
int cuEventCreate(emu::Event **e, unsigned) {
	EMU_ENTER()
	return *e = new emu::Event(), 0;
}
int cuEventDestroy_v2(emu::Event *e) {
	EMU_ENTER()
	emu::flush();
	delete e;
	return 0;
}
int cuEventRecord(emu::Event *e, void *) {
	EMU_ENTER()
	return emu::later([=] { e->at = emu::milliseconds(); });
}
int cuEventSynchronize(emu::Event *) {
	EMU_ENTER()
	return emu::flush();
}
int cuEventElapsedTime(float *ms, emu::Event *from, emu::Event *to) {
	EMU_ENTER()
	return *ms = to->at - from->at, 0;
}
int cuModuleLoadData(void **m, const void *) {
	EMU_ENTER()
	return *m = (void *)3, 0;
}
int cuModuleUnload(void *) {
	EMU_ENTER()
	return emu::flush();
}
int cuModuleGetFunction(emu::Kernel **f, void *, const char *name) {
	EMU_ENTER()
	auto it = emu::kernels().find(name);
	return it == emu::kernels().end() ? 500 : (*f = &it->second, 0);
}
int cuFuncGetAttribute(int *v, int what, emu::Kernel *k) {
	EMU_ENTER()
	return *v = what == 0 ? k->mostThreads : what == 4 ? 255 : 0, 0;
}
int cuFuncSetAttribute(emu::Kernel *k, int what, int value) {
	EMU_ENTER()
	if (what != 8 || value < 0 || value > emu::mostShared) return 1;
	return k->shared = value, 0;
}
int cuLaunchKernel(emu::Kernel *k, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
	unsigned shared, void *, void **args, void **) {
	EMU_ENTER()
	if (!gx || !gy || !gz || gx > 0x7fffffff || gy > 65535 || gz > 65535 || !bx || bx * by * bz > 1024) return 1;
	if ((int)(bx * by * bz) > k->mostThreads || shared > k->shared || !k->fits(args)) return 1;
	emu::launches++, k->launches++;
	return emu::later([=, run = k->bind(args)] {
		emu::launch(k->name.c_str(), {gx, gy, gz}, {bx, by, bz}, shared, run);
		if (!emu::failure.empty()) emu::stick(emu::illegal ? 700 : 719, emu::failure);
	});
}
int cuGetErrorString(int e, const char **s) {
	static std::string text;
	std::lock_guard<std::mutex> guard(emu::lock);
	text = e == emu::sticky ? emu::stickyText : e == 1 ? "invalid argument" : e == 2 ? "out of memory"
		: e == 100 ? "no CUDA-capable device is detected" : e == 201 ? "invalid device context"
		: e == 500 ? "named symbol not found" : e == 700 ? "an illegal memory access was encountered"
		: e == 719 ? "unspecified launch failure" : "unknown error";
	return *s = text.c_str(), 0;
}

// What tests hold it with.
void emu_order(int o) { emu::order = o & 3; }
void emu_memory(size_t bytes) { emu::memory = bytes; }
void emu_version(int v) { emu::version = v; }
void emu_most_shared(int bytes) { emu::mostShared = bytes; }
int emu_contexts() { return emu::contexts; }
size_t emu_used() { return emu::used; }
size_t emu_most() { return emu::most; }
long emu_launches(const char *name) {
	if (!*name) return emu::launches;
	auto it = emu::kernels().find(name);
	return it == emu::kernels().end() ? -1 : it->second.launches;
}
void emu_fail(const char *name, long nth, int code) { emu::failName = name, emu::failNth = nth, emu::failCode = code; }
void emu_leave_out(int site) { emu::leftOut = site; }
long emu_hits(int site) { return (size_t)site < emu::hits.size() ? emu::hits[site] : 0; }
// emu_reset makes it as it was when it was loaded, but for memory that nobody has given back.
void emu_reset() {
	std::lock_guard<std::mutex> guard(emu::lock);
	emu::queue.clear(), emu::failName.clear(), emu::stickyText.clear(), emu::hits.clear();
	emu::sticky = 0, emu::order = 0, emu::leftOut = -1, emu::memory = (size_t)8 << 30, emu::version = 12040;
	emu::mostShared = 232448;
	emu::launches = 0, emu::most = emu::used;
	for (auto &k : emu::kernels()) k.second.launches = 0, k.second.shared = 48 << 10;
}
}
