#include "runners/data/cache_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/error.h"
#include "base/json_fields.h"
#include "runners/data/cache_layout.h"
#include "runners/data/fingerprint.h"

namespace firesweep::runners::data {
namespace {

/// The footer of a file of `bytes` bytes; std::nullopt if they do not match.
std::optional<CacheFooter> read_footer(int file, std::size_t bytes) {
  CacheFooter footer;
  constexpr std::size_t kTail = sizeof(CacheFooter) + sizeof(Fingerprint::Bytes);
  if (bytes < kTail || ::pread(file, &footer, sizeof(footer), static_cast<off_t>(bytes - kTail)) !=
                           ssize_t{sizeof(footer)}) {
    return std::nullopt;
  }
  if (!is_plausible(footer) || sections_of(footer).end != bytes) {
    return std::nullopt;
  }
  return footer;
}

/// Everything after the pixels is checked by one checksum, which the block hashes are part of.
bool is_undamaged(std::string_view file, const CacheSections& sections, Fingerprint& tail) {
  constexpr std::size_t kChecksumBytes = sizeof(Fingerprint::Bytes);
  tail.add(file.substr(sections.pixel_bytes, sections.end - kChecksumBytes - sections.pixel_bytes));
  const Fingerprint::Bytes checksum = tail.bytes();
  if (std::memcmp(checksum.data(), file.data() + sections.end - kChecksumBytes, kChecksumBytes) !=
      0) {
    return false;
  }
  BlockHashes hashes;
  hashes.add(file.substr(0, sections.pixel_bytes));
  const std::vector<std::uint64_t>& found = hashes.finish();
  return found.size() == sections.block_count &&
         std::memcmp(found.data(), file.data() + sections.blocks,
                     found.size() * sizeof(std::uint64_t)) == 0;
}

std::optional<CacheMetadata> metadata_in(std::string_view text) {
  try {
    return cache_metadata_from(text);
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// A view of `count` values at `address`, which is aligned: the mapping is, and so is each section.
template <typename T>
std::span<const T> values_at(const char* address, std::size_t count) {
  return {reinterpret_cast<const T*>(address), count};
}

}  // namespace

std::string to_text(const CacheMetadata& metadata) {
  return nlohmann::json{{"class_names", metadata.class_names}, {"bad_files", metadata.bad_files}}
      .dump();
}

CacheMetadata cache_metadata_from(std::string_view text) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) {
    throw Error("the metadata of a cache file are not a JSON object");
  }
  CacheMetadata metadata;
  for (const nlohmann::json& name : base::array_field(json, "class_names")) {
    if (!name.is_string()) {
      throw Error("the metadata of a cache file name a class by no text");
    }
    metadata.class_names.push_back(name.get<std::string>());
  }
  metadata.bad_files = base::integer_field(json, "bad_files");
  return metadata;
}

std::optional<CacheFile> CacheFile::map(const std::filesystem::path& path) {
  const base::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
    return std::nullopt;
  }
  const auto bytes = static_cast<std::size_t>(status.st_size);
  const std::optional<CacheFooter> footer = read_footer(file.get(), bytes);
  if (!footer) {
    return std::nullopt;
  }
  void* const address = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file.get(), 0);
  if (address == MAP_FAILED) {
    const std::error_code code(errno, std::generic_category());
    throw FileError(fmt::format("{}: can't map: {}", path.string(), code.message()), code);
  }
  CacheFile mapped(address, bytes);
  const char* const begin = static_cast<const char*>(address);
  const CacheSections sections = sections_of(*footer);
  Fingerprint tail;
  if (!is_undamaged({begin, bytes}, sections, tail)) {
    return std::nullopt;
  }
  std::optional<CacheMetadata> metadata =
      metadata_in({begin + sections.metadata, static_cast<std::size_t>(footer->metadata_bytes)});
  if (!metadata) {
    return std::nullopt;
  }
  mapped.metadata_ = *std::move(metadata);
  mapped.shape_ = footer->shape();
  mapped.checksum_ = tail.hexadecimal();
  mapped.find_parts(sections, footer->has_groups != 0);
  return mapped;
}

void CacheFile::find_parts(const CacheSections& sections, bool has_groups) {
  const char* const begin = static_cast<const char*>(address_);
  const auto elements = static_cast<std::size_t>(shape_.image.elements());
  std::size_t first = 0;
  for (std::size_t i = 0; i < kParts.size(); ++i) {
    const auto images = static_cast<std::size_t>(images_in(kParts[i], shape_));
    ImageSet& part = parts_.at(i);
    part.shape = shape_.image;
    part.pixels = values_at<std::uint8_t>(begin + first * elements, images * elements);
    part.labels = values_at<Label>(begin + sections.labels, first + images).subspan(first);
    if (has_groups) {
      part.groups =
          values_at<std::uint32_t>(begin + sections.groups, first + images).subspan(first);
    }
    first += images;
  }
}

CacheFile::CacheFile(CacheFile&& other) noexcept
    : address_(std::exchange(other.address_, nullptr)),
      bytes_(other.bytes_),
      shape_(other.shape_),
      metadata_(std::move(other.metadata_)),
      checksum_(std::move(other.checksum_)),
      parts_(other.parts_) {}

CacheFile::~CacheFile() {
  if (address_ != nullptr) {
    ::munmap(address_, bytes_);
  }
}

const ImageSet& CacheFile::images(Part part) const {
  return parts_[static_cast<std::size_t>(part)];
}

}  // namespace firesweep::runners::data
