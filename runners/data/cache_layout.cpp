#include "runners/data/cache_layout.h"

#include <algorithm>
#include <new>

#include <xxhash.h>

namespace firesweep::runners::data {
namespace {

constexpr std::int64_t kMaxCachedExtent = 4096;
constexpr std::int64_t kMaxImages = (std::int64_t{1} << 31) - 1;  // a split's indices have 32 bits
constexpr std::int64_t kMaxMetadataBytes = std::int64_t{1} << 26;
constexpr std::int64_t kMaxPixelBytes = std::int64_t{1} << 50;

bool within(std::int64_t value, std::int64_t minimum, std::int64_t maximum) {
  return value >= minimum && value <= maximum;
}

}  // namespace

bool is_plausible(const CacheFooter& footer) {
  const std::int64_t maximum = kMaxImages;
  return footer.magic == CacheFooter{}.magic && footer.version == CacheFooter::kCacheVersion &&
         within(footer.channels, 1, kMaxCachedExtent) &&
         within(footer.height, 1, kMaxCachedExtent) && within(footer.width, 1, kMaxCachedExtent) &&
         within(footer.classes, 1, kMaxClasses) && within(footer.train, 1, maximum) &&
         within(footer.validation, 0, maximum) && within(footer.test, 0, maximum) &&
         within(footer.has_groups, 0, 1) && within(footer.metadata_bytes, 0, kMaxMetadataBytes) &&
         footer.train + footer.validation + footer.test <=
             kMaxPixelBytes / footer.shape().image.elements();
}

CacheSections sections_of(const CacheFooter& footer) {
  const auto images = static_cast<std::size_t>(footer.train + footer.validation + footer.test);
  CacheSections sections;
  sections.pixel_bytes = images * static_cast<std::size_t>(footer.shape().image.elements());
  sections.labels = padded(sections.pixel_bytes);
  sections.groups = sections.labels + padded(images * sizeof(Label));
  sections.metadata =
      sections.groups + (footer.has_groups != 0 ? padded(images * sizeof(std::uint32_t)) : 0);
  sections.blocks = sections.metadata + padded(static_cast<std::size_t>(footer.metadata_bytes));
  sections.block_count =
      (sections.pixel_bytes + BlockHashes::kBlockBytes - 1) / BlockHashes::kBlockBytes;
  sections.footer = sections.blocks + sections.block_count * sizeof(std::uint64_t);
  sections.end = sections.footer + sizeof(CacheFooter) + sizeof(Fingerprint::Bytes);
  return sections;
}

BlockHashes::BlockHashes() : state_(XXH3_createState()) {
  if (state_ == nullptr) {
    throw std::bad_alloc();
  }
  XXH3_64bits_reset(state_);
}

BlockHashes::~BlockHashes() {
  XXH3_freeState(state_);
}

void BlockHashes::add(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view fitting = bytes.substr(0, kBlockBytes - in_block_);
    XXH3_64bits_update(state_, fitting.data(), fitting.size());
    in_block_ += fitting.size();
    bytes.remove_prefix(fitting.size());
    if (in_block_ == kBlockBytes) {
      close_block();
    }
  }
}

const std::vector<std::uint64_t>& BlockHashes::finish() {
  if (in_block_ > 0) {
    close_block();
  }
  return hashes_;
}

void BlockHashes::close_block() {
  hashes_.push_back(XXH3_64bits_digest(state_));
  XXH3_64bits_reset(state_);
  in_block_ = 0;
}

}  // namespace firesweep::runners::data
