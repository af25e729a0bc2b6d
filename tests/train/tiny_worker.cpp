// The worker as users have it, but it also knows the tests' family.
#include "models/family.h"
#include "runners/train/worker.h"
#include "tests/support/tiny_family.h"

int main(int argc, char** argv) {
  const firesweep::models::ScopedFamily scoped(firesweep::tests::tiny_family());
  return firesweep::runners::train::worker_main(argc, argv);
}
