#include "runners/data/sources.h"

namespace firesweep::runners::data {
namespace {

class ImageNetSource final : public DataSource {
 public:
  explicit ImageNetSource(const sweep::DatasetSpec& spec) : spec_(spec) {}

  [[nodiscard]] Description describe() const override {
    return {{{3, 224, 224}, 1000, 1'281'167, 50'000}};
  }
  [[nodiscard]] std::string fingerprint() const override { refuse(); }
  void stream(Part /*part*/, std::int64_t /*first*/, ImageSink& /*sink*/) const override {
    refuse();
  }

 private:
  [[noreturn]] void refuse() const {
    fail_at_key(spec_, "name",
                "'imagenet' can only be planned, not trained; choose another data set");
  }

  sweep::DatasetSpec spec_;
};

}  // namespace

std::unique_ptr<DataSource> make_imagenet_source(const sweep::DatasetSpec& spec) {
  reject_shape_keys(spec);
  return std::make_unique<ImageNetSource>(spec);
}

}  // namespace firesweep::runners::data
