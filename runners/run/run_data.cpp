#include "runners/run/run_data.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/base64.h"
#include "base/counts.h"
#include "base/steady_seconds.h"
#include "base/units.h"
#include "runners/batches/normalization.h"
#include "runners/pictures/encode.h"
#include "runners/run/image_picture.h"

namespace firesweep::runners::run {
namespace {

constexpr std::size_t kSampledClasses = 20;
constexpr std::size_t kSamplesPerClass = 3;
constexpr std::int64_t kMaxSampleExtent = 64;
constexpr double kFirstNote = 2.0;                // seconds
constexpr std::int64_t kLargeFile = 100'000'000;  // bytes: its size is said at once
constexpr double kNextNotes = 10.0;

/// What has been said, and when.
struct NotedProgress {
  double begin = base::steady_seconds();
  double next = begin + kFirstNote;
  bool has_started = false;
  bool has_waited = false;
};

std::string bad_files_text(std::int64_t files) {
  return files == 0 ? "" : fmt::format(" ({} can't be read)", base::grouped(files));
}

void note_progress(const data::CacheProgress& progress, NotedProgress& noted,
                   const schedule::Note& note) {
  const double now = base::steady_seconds();
  if (progress.is_waiting) {
    if (!noted.has_waited) {
      note("waiting for another process that decodes the same images");
    }
    noted.has_waited = true;
  } else if (progress.items == progress.total && noted.has_started) {
    note(fmt::format("decoded {} images in {}{}", base::grouped(progress.total),
                     base::rough_duration_text(now - noted.begin),
                     bad_files_text(progress.bad_files)));
  } else if (!noted.has_started && (now >= noted.next || progress.bytes >= kLargeFile)) {
    note(fmt::format("decoding {} images once; the file takes {}", base::grouped(progress.total),
                     base::size_text(progress.bytes)));
    noted.has_started = true;
  } else if (now >= noted.next) {
    note(fmt::format("decoded {} of {} images{}", base::grouped(progress.items),
                     base::grouped(progress.total), bad_files_text(progress.bad_files)));
    noted.next = now + kNextNotes;
  }
}

std::string png_of(const data::ImageSet& images, std::int32_t index) {
  return base::base64(
      pictures::encode_png(picture_within(images.image(index), images.shape, kMaxSampleExtent)));
}

std::vector<sweep::DataSummary::Sample> samples_of(const RunData& data) {
  const data::ImageSet& images = data.dataset.train();
  std::vector<std::size_t> taken(
      std::min(kSampledClasses, static_cast<std::size_t>(data.dataset.classes())));
  std::vector<sweep::DataSummary::Sample> samples;
  if (images.shape.channels != 1 && images.shape.channels != 3) {
    return samples;
  }
  for (const std::int32_t index : data.split.train) {
    const data::Label label = images.labels[static_cast<std::size_t>(index)];
    if (label < taken.size() && taken[label] < kSamplesPerClass) {
      ++taken[label];
      samples.push_back({label, png_of(images, index)});
    }
    if (samples.size() == taken.size() * kSamplesPerClass) {
      break;
    }
  }
  std::ranges::stable_sort(samples, {}, &sweep::DataSummary::Sample::label);
  return samples;
}

}  // namespace

data::OnCacheProgress decoding_notes(schedule::Note note) {
  return [note = std::move(note), noted = std::make_shared<NotedProgress>()](
             const data::CacheProgress& progress) { note_progress(progress, *noted, note); };
}

RunData open_run_data(const sweep::DatasetSpec& spec, const std::filesystem::path& cache_directory,
                      const schedule::Note& note) {
  data::Dataset dataset =
      data::open_dataset(spec, cache_directory, data::built_in_sources(), decoding_notes(note));
  data::Split split = data::split_of(dataset, spec);
  return {std::move(dataset), std::move(split)};
}

void note_left_out(const data::Dataset& dataset, const schedule::Note& note) {
  for (const std::string& line : dataset.description().notes) {
    note(line);
  }
  if (dataset.bad_files() > 0) {
    note(fmt::format("warning: {} could not be read and {} left out",
                     base::counted(static_cast<std::size_t>(dataset.bad_files()), "picture"),
                     dataset.bad_files() == 1 ? "is" : "are"));
  }
}

sweep::DataSummary summary_of(const RunData& data) {
  const auto counts = [&](data::Part part, const std::vector<std::int32_t>& indices) {
    return data::class_counts(indices, data.dataset.images_for(part).labels,
                              data.dataset.classes());
  };
  sweep::DataSummary summary;
  summary.classes = data.dataset.description().classes.names;
  summary.train = counts(data::Part::kTrain, data.split.train);
  summary.validation = counts(data::Part::kValidation, data.split.validation);
  summary.test = counts(data::Part::kTest, data.split.test);
  const batches::Normalization normalization(data.dataset.train(), data.split.train);
  for (std::int64_t channel = 0; channel < data.dataset.train().shape.channels; ++channel) {
    summary.mean.push_back(normalization.mean(channel));
    summary.deviation.push_back(normalization.deviation(channel));
  }
  summary.bad_files = data.dataset.bad_files();
  summary.skipped_files = data.dataset.description().skipped_files;
  summary.samples = samples_of(data);
  return summary;
}

void write_data_files(const RunData& data, const sweep::RunDirectory& directory) {
  if (data.dataset.bad_files() > 0) {
    base::write_file_atomically(directory.data_problems_path(),
                                base::read_file(data.dataset.problems()));
  }
  directory.write_data_summary(summary_of(data));
}

}  // namespace firesweep::runners::run
