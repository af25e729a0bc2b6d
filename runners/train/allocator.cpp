#include <jemalloc/jemalloc.h>

// Read by jemalloc before main. Freed pages are kept: with the default decay (and with the C
// library's malloc) every training step gives its large tensors back to the kernel and pays for
// them again in page faults, which costs more than the arithmetic (docs/performance.md). One arena:
// a worker trains in one thread. Huge pages where the kernel lets a program ask for them:
// activations of 224x224 images span tens of thousands of small ones, and looking those up costs a
// third of a step.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "narenas:1,dirty_decay_ms:-1,muzzy_decay_ms:-1,thp:always";
}
