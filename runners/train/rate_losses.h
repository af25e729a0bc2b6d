// A learning-rate range test of a design (sweep/study/range_test.h): the training part.
#pragma once

#include <torch/types.h>

#include "runners/jobs/rate_job.h"
#include "runners/train/prepared_data.h"

namespace firesweep::runners::train {

/// Trains from scratch on `data`, in this thread, exactly as a trial would but for the learning
/// rate. A function of the job and the data only. Throws Error if the data are not those of the job
/// or the recipe can't be trained here, std::exception for an impossible design.
[[nodiscard]] jobs::RateLosses test_rates(const jobs::RateJob& job, const PreparedData& data,
                                          torch::Device device);

}  // namespace firesweep::runners::train
