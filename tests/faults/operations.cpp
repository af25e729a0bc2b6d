#include "tests/faults/operations.h"

#include <algorithm>
#include <cerrno>

#include "base/atomic_file.h"
#include "runners/data/cache_writer.h"
#include "sweep/store/run_directory.h"

namespace firesweep::tests {
namespace {

namespace fs = std::filesystem;

constexpr const char* kId = "0123456789abcdef";
const std::string kOld = "old content\n";
const std::string kNew = std::string(5000, 'n') + '\n';

sweep::Manifest manifest(const std::string& name) {
  sweep::Manifest manifest;
  manifest.sweep = name;
  manifest.dataset.name = "synthetic";
  manifest.created = "2026-01-02T03:04:05Z";
  return manifest;
}

sweep::TrialResult result() {
  sweep::TrialResult result;
  result.id = kId;
  result.state = sweep::TrialState::kDiverged;
  result.reason = "the loss became infinite";
  return result;
}

std::vector<sweep::EpochMetrics> epochs(std::int64_t count) {
  std::vector<sweep::EpochMetrics> metrics;
  for (std::int64_t epoch = 1; epoch <= count; ++epoch) {
    metrics.push_back({epoch, 0.5, 0.5, 0.5, 1.0, 0.1, 1.0});
  }
  return metrics;
}

/// Images of one pixel value.
class PlainSource final : public runners::data::DataSource {
 public:
  explicit PlainSource(std::uint8_t pixel, std::int64_t bad_files = 0)
      : pixels_(4, pixel), bad_files_(bad_files) {}
  [[nodiscard]] runners::data::Description describe() const override {
    return {{{1, 2, 2}, 2, 2, 1}};
  }
  [[nodiscard]] std::string fingerprint() const override { return "plain"; }
  [[nodiscard]] bool is_fingerprint_of_content() const override { return bad_files_ == 0; }
  void stream(runners::data::Part part, std::int64_t first,
              runners::data::ImageSink& sink) const override {
    for (std::int64_t i = first; i < runners::data::images_in(part, describe().shape); ++i) {
      if (part == runners::data::Part::kTrain && i < bad_files_) {
        sink.bad_file("bad.png", "the file is empty");
        continue;
      }
      sink.image({.pixels = pixels_, .label = static_cast<runners::data::Label>(i)});
    }
  }

 private:
  std::vector<std::uint8_t> pixels_;
  std::int64_t bad_files_;
};

void write_images(const fs::path& directory, std::uint8_t pixel, std::int64_t bad_files = 0) {
  const PlainSource source(pixel, bad_files);
  runners::data::write_cache(directory, source.fingerprint(), source.describe(), source,
                             [] { return false; });
}

void nothing(const fs::path&) {}

void old_file(const fs::path& directory) {
  base::write_file_atomically(directory / "file", kOld);
}

void started_run(const fs::path& directory) {
  sweep::RunDirectory(directory).create(manifest("old"), "name: old\n");
}

void started_trial(const fs::path& directory) {
  started_run(directory);
  const sweep::RunDirectory run(directory);
  base::create_directory(run.trial_directory(kId));
  run.write_epochs(kId, epochs(1));
}

void ended_trial(const fs::path& directory) {
  started_trial(directory);
  sweep::RunDirectory(directory).write_result(result());
}

/// The manifest comes last: a reader of the new one sees the new sweep file.
bool manifest_is_last(const Tree& tree) {
  const auto manifest = tree.find("manifest.json");
  const auto spec = tree.find("sweep.yaml");
  const bool is_new =
      manifest != tree.end() && manifest->second.find("\"new\"") != std::string::npos;
  return !is_new || (spec != tree.end() && spec->second == "name: new\n");
}

/// A result that is set aside is under one name or the other.
bool has_one_result(const Tree& tree) {
  const std::string folder = std::string("trials/") + kId + "/";
  return tree.count(folder + "result.json") + tree.count(folder + "failed-1.json") == 1;
}

void create_run(const fs::path& directory) {
  sweep::RunDirectory(directory).create(manifest("new"), "name: new\n");
}

void write_new_file(const fs::path& directory) {
  static_cast<void>(base::write_new_file_atomically(directory / "file", kNew));
}

void write_result(const fs::path& directory) {
  sweep::RunDirectory(directory).write_result(result());
}

void three_versions(const fs::path& directory) {
  base::write_file_atomically(directory / "previous", "older content");
  old_file(directory);
}

void keep_previous(const fs::path& directory) {
  std::error_code absent;
  if (fs::file_size(directory / "file", absent) != kNew.size()) {
    base::write_file_keeping_previous(directory / "file", directory / "previous", kNew);
  }
}

/// The old content or the new is there, whatever became of what is older.
bool newest_is_there(const Tree& tree) {
  return tree.count("file") == 1 || tree.at("previous") == kOld;
}

/// The cache file comes last: whoever finds it finds its reference and the list of bad files.
bool has_all_of_a_cache(const Tree& tree) {
  const bool is_there =
      std::ranges::any_of(tree, [](const auto& entry) { return entry.first.ends_with(".bin"); });
  return !is_there || (tree.contains("plain.ref") && tree.contains("plain.problems.csv"));
}

std::vector<Operation> file_operations() {
  const auto write_file = [](const fs::path& directory) {
    base::write_file_atomically(directory / "file", kNew);
  };
  const auto move = [](const fs::path& directory) {
    if (fs::exists(directory / "from")) {
      base::move_file(directory / "from", directory / "file");
    }
  };
  const auto old_and_from = [](const fs::path& directory) {
    old_file(directory);
    base::write_file_atomically(directory / "from", kNew);
  };
  return {
      {"replace a file", old_file, write_file},
      {"write a file where none is", nothing, write_file},
      {"publish a file", nothing, write_new_file},
      {"publish a file by link", nothing, write_new_file, {}, {}, {{"renameat2", EINVAL}}},
      {"publish a file with neither",
       nothing,
       write_new_file,
       {},
       {},
       {{"renameat2", ENOSYS}, {"link", EPERM}}},
      {"publish a file where one is", old_file, write_new_file},
      {"move a file over another", old_and_from, move,
       [](const Tree& tree) { return tree.count("from") == 1 || tree.at("file") == kNew; }},
      {"keep the previous file", three_versions, keep_previous, newest_is_there, "file"},
      {"create directories", nothing,
       [](const fs::path& directory) { base::create_directories(directory / "a" / "b" / "c"); }},
      {"write decoded images", [](const fs::path& directory) { write_images(directory, 1); },
       [](const fs::path& directory) { write_images(directory, 2); }},
      {"write decoded pictures of which one is bad", nothing,
       [](const fs::path& directory) { write_images(directory, 1, 1); }, has_all_of_a_cache},
  };
}

std::vector<Operation> run_operations() {
  return {
      {"create a run", [](const fs::path& directory) { fs::remove(directory); }, create_run,
       manifest_is_last},
      {"let a run grow", started_run, create_run, manifest_is_last},
      {"write the first result", started_run, write_result},
      {"write a trial's result", started_trial, write_result},
      {"write a result that is there", ended_trial, write_result},
      {"rewrite epochs", started_trial,
       [](const fs::path& directory) {
         sweep::RunDirectory(directory).write_epochs(kId, epochs(2));
       }},
      {"set a result aside", ended_trial,
       [](const fs::path& directory) { sweep::RunDirectory(directory).set_result_aside(kId); },
       has_one_result},
      {"note a crashed attempt", started_trial,
       [](const fs::path& directory) {
         const sweep::RunDirectory run(directory);
         if (run.load_attempts(kId).empty()) {
           run.add_attempt(kId, {"2026-01-02T03:04:05Z", sweep::FailureCause::kSignal, "killed"});
         }
       }},
  };
}

bool is_temporary(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with('.') && name.ends_with(".tmp");
}

/// What the making of a cache file can be continued from.
bool is_unfinished_cache(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.ends_with(".partial") || name.ends_with(".partial.journal");
}

}  // namespace

std::vector<Operation> all_operations() {
  std::vector<Operation> operations = file_operations();
  for (Operation& operation : run_operations()) {
    operations.push_back(std::move(operation));
  }
  return operations;
}

Tree tree_of(const fs::path& directory) {
  Tree tree;
  std::error_code absent;
  for (const auto& entry : fs::recursive_directory_iterator(directory, absent)) {
    const std::string name = fs::relative(entry.path(), directory).string();
    if (entry.is_directory()) {
      tree[name + "/"] = "";
    } else if (!is_temporary(entry.path()) && !is_unfinished_cache(entry.path())) {
      tree[name] = base::read_file(entry.path());
    }
  }
  return tree;
}

std::vector<fs::path> temporaries_in(const fs::path& directory) {
  std::vector<fs::path> found;
  std::error_code absent;
  for (const auto& entry : fs::recursive_directory_iterator(directory, absent)) {
    if (is_temporary(entry.path())) {
      found.push_back(entry.path());
    }
  }
  return found;
}

}  // namespace firesweep::tests
