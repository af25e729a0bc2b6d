#include <jemalloc/jemalloc.h>

// Read by jemalloc before main. Freed pages are kept: with the default decay (and with the C
// library's malloc) every training step returns its large tensors to the kernel and takes
// them again in page faults, which cost more than the arithmetic (docs/performance.md). One arena:
// a worker trains in one thread. Huge pages where the kernel lets a program ask for them:
// activations of 224x224 images span tens of thousands of small pages, whose address translation
// takes a third of a step.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "narenas:1,dirty_decay_ms:-1,muzzy_decay_ms:-1,thp:always";
}
