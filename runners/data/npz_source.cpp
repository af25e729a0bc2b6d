#include <filesystem>

#include "runners/data/fingerprint.h"
#include "runners/data/npz_images.h"
#include "runners/data/sources.h"

namespace firesweep::runners::data {
namespace {

class NpzSource final : public DataSource {
 public:
  explicit NpzSource(std::filesystem::path root) : root_(std::move(root)) {}

  [[nodiscard]] Description describe() const override { return images().describe(); }

  [[nodiscard]] std::string fingerprint() const override {
    Fingerprint fingerprint;
    fingerprint.add_file(find_npz(root_));
    return fingerprint.hexadecimal();
  }

  void stream(Part part, std::int64_t first, ImageSink& sink) const override {
    images().stream(part, first, sink);
  }

 private:
  [[nodiscard]] NpzImages images() const { return NpzImages(find_npz(root_)); }

  std::filesystem::path root_;
};

}  // namespace

std::unique_ptr<DataSource> make_npz_source(const sweep::DatasetSpec& spec) {
  reject_shape_keys(spec);
  if (!spec.root) {
    fail_at_key(spec, "name", "'npz' needs dataset.root: the .npz file, or its directory");
  }
  return std::make_unique<NpzSource>(*spec.root);
}

}  // namespace firesweep::runners::data
