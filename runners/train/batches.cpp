#include "runners/train/batches.h"

#include "runners/engine/threads.h"

namespace firesweep::runners::train {

namespace {

void ensure_size(Batch& batch, std::int64_t count, const models::Shape& shape) {
  if (batch.images.defined() && batch.images.size(0) == count) {
    return;
  }
  // NHWC in memory, seen as NCHW: channels-last also where C is 1 and strides are ambiguous.
  batch.images = torch::empty({count, shape.height, shape.width, shape.channels}, torch::kFloat32)
                     .permute({0, 3, 1, 2});
  batch.labels = torch::empty({count}, torch::kInt64);
}

/// Calls `write(first, count, pixels, labels)` for parts of the batch, in several threads.
template <typename Write>
void fill(Batch& batch, std::int64_t count, const models::Shape& shape, const Write& write) {
  ensure_size(batch, count, shape);
  auto* const pixels = batch.images.data_ptr<float>();
  auto* const labels = batch.labels.data_ptr<std::int64_t>();
  engine::in_parallel(count, [&](std::int64_t first, std::int64_t part) {
    write(first, part, pixels + first * shape.elements(), labels + first);
  });
}

}  // namespace

bool EpochBatches::next(Batch& batch) {
  const std::int64_t count = images_.next_size();
  if (count == 0) {
    return false;
  }
  fill(batch, count, images_.shape(), [this](auto... part) { images_.write(part...); });
  images_.advance();
  return true;
}

void load_batch(const data::ImageSet& images, std::span<const std::int32_t> indices,
                const Normalization& normalization, Batch& batch) {
  fill(batch, static_cast<std::int64_t>(indices.size()), images.shape,
       [&](std::int64_t first, std::int64_t count, float* pixels, std::int64_t* labels) {
         batches::write_images(
             images,
             indices.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)),
             normalization, pixels, labels);
       });
}

}  // namespace firesweep::runners::train
