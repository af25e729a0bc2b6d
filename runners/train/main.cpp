#include "runners/train/worker.h"

int main(int argc, char** argv) {
  return firesweep::runners::train::worker_main(argc, argv);
}
