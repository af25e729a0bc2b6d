// firesweep-worker: runs jobs one after another. It reads them from standard input, answers with
// events on standard output (runners/jobs/messages.h), and exits at the end of standard input.
#pragma once

namespace firesweep::runners::train {

/// The program's main function. A function, so that a worker of the tests can register more model
/// families before it. Returns the exit status.
int worker_main(int argc, char** argv);

}  // namespace firesweep::runners::train
