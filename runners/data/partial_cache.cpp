#include "runners/data/partial_cache.h"

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/atomic_file.h"
#include "base/error.h"

namespace firesweep::runners::data {
namespace {

/// Before each record's labels, groups and bad files (JSON); after them their XXH3-64.
struct RecordHead {
  std::uint32_t part = 0;
  std::uint32_t items = 0;
  std::uint32_t images = 0;
  std::uint32_t bad_bytes = 0;
  std::uint64_t pixel_hash = 0;
};
static_assert(sizeof(RecordHead) == 24);

constexpr std::uint32_t kMaxRecordImages = std::uint32_t{1} << 24;

std::size_t body_bytes(const RecordHead& head) {
  return head.images * (sizeof(Label) + sizeof(std::uint32_t)) + head.bad_bytes;
}

std::string bad_files_text(const std::vector<BadFile>& files) {
  if (files.empty()) {
    return {};
  }
  nlohmann::json json = nlohmann::json::array();
  for (const BadFile& file : files) {
    // Names may be any bytes: as numbers they survive.
    json.push_back({std::vector<std::uint8_t>(file.file.begin(), file.file.end()), file.reason});
  }
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<BadFile> bad_files_from(std::string_view text, Part part) {
  std::vector<BadFile> files;
  if (text.empty()) {
    return files;
  }
  for (const nlohmann::json& entry : nlohmann::json::parse(text)) {
    const auto name = entry.at(0).get<std::vector<std::uint8_t>>();
    files.push_back({part, {name.begin(), name.end()}, entry.at(1).get<std::string>()});
  }
  return files;
}

template <typename T>
void append_values(std::string& text, const std::vector<T>& values) {
  text.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

template <typename T>
std::vector<T> take_values(std::string_view& text, std::size_t count) {
  std::vector<T> values(count);
  std::memcpy(values.data(), text.data(), count * sizeof(T));
  text.remove_prefix(count * sizeof(T));
  return values;
}

std::string bytes_of(const auto& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

std::filesystem::path journal_of(std::filesystem::path path) {
  return path += ".journal";
}

}  // namespace

PartialCache::PartialCache(const std::filesystem::path& path, std::size_t elements)
    : elements_(elements), pixels_(path), journal_(journal_of(path)), is_mine_(lock()) {
  if (is_mine_) {
    take_up();
  }
}

/// Not where another process has renamed or removed the file since it was opened.
bool PartialCache::lock() {
  if (::flock(pixels_.descriptor(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return false;
    }
    // A file system without locks: two processes that make the same file at the same time damage
    // it, which its checksums show.
  }
  struct stat opened {};
  struct stat named {};
  return ::fstat(pixels_.descriptor(), &opened) == 0 &&
         ::stat(pixels_.path().c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
         opened.st_dev == named.st_dev;
}

void PartialCache::take_up() {
  std::string journal(journal_.size(), '\0');
  if (!journal_.read(0, journal)) {
    journal.clear();
  }
  std::size_t position = 0;
  while (journal.size() - position >= sizeof(RecordHead)) {
    RecordHead head;
    std::memcpy(&head, journal.data() + position, sizeof(head));
    if (head.images > kMaxRecordImages ||
        journal.size() - position < sizeof(head) + body_bytes(head) + sizeof(std::uint64_t)) {
      break;
    }
    const std::size_t bytes = sizeof(head) + body_bytes(head);
    std::uint64_t hash = 0;
    std::memcpy(&hash, journal.data() + position + bytes, sizeof(hash));
    if (hash != XXH3_64bits(journal.data() + position, bytes) ||
        !take_record(std::string_view(journal).substr(position, bytes), head.pixel_hash)) {
      break;
    }
    position += bytes + sizeof(hash);
  }
  journal_.truncate(position);
  pixels_.truncate(pixel_bytes_);
}

bool PartialCache::take_record(std::string_view record, std::uint64_t pixel_hash) {
  RecordHead head;
  std::memcpy(&head, record.data(), sizeof(head));
  record.remove_prefix(sizeof(head));
  if (head.part >= kParts.size()) {
    return false;
  }
  Piece piece;
  piece.part = kParts.at(head.part);
  piece.items = head.items;
  piece.pixels.resize(head.images * elements_);
  if (!pixels_.read(pixel_bytes_, piece.pixels) ||
      XXH3_64bits(piece.pixels.data(), piece.pixels.size()) != pixel_hash) {
    return false;
  }
  piece.labels = take_values<Label>(record, head.images);
  piece.groups = take_values<std::uint32_t>(record, head.images);
  piece.bad_files = bad_files_from(record, piece.part);
  note(piece);
  return true;
}

void PartialCache::note(const Piece& piece) {
  const auto part = static_cast<std::size_t>(piece.part);
  content_.items.at(part) += piece.items;
  content_.images.at(part) += std::ssize(piece.labels);
  content_.labels.insert(content_.labels.end(), piece.labels.begin(), piece.labels.end());
  content_.groups.insert(content_.groups.end(), piece.groups.begin(), piece.groups.end());
  content_.bad_files.insert(content_.bad_files.end(), piece.bad_files.begin(),
                            piece.bad_files.end());
  blocks_.add(piece.pixels);
  pixel_bytes_ += piece.pixels.size();
}

void PartialCache::append(const Piece& piece) {
  const std::string bad = bad_files_text(piece.bad_files);
  const RecordHead head{.part = static_cast<std::uint32_t>(piece.part),
                        .items = piece.items,
                        .images = static_cast<std::uint32_t>(piece.labels.size()),
                        .bad_bytes = static_cast<std::uint32_t>(bad.size()),
                        .pixel_hash = XXH3_64bits(piece.pixels.data(), piece.pixels.size())};
  std::string record = bytes_of(head);
  append_values(record, piece.labels);
  append_values(record, piece.groups);
  record += bad;
  record += bytes_of(XXH3_64bits(record.data(), record.size()));
  pixels_.append(piece.pixels);
  journal_.append(record);
  note(piece);
}

std::string PartialCache::finish(CacheFooter footer, std::string_view metadata) {
  footer.metadata_bytes = std::ssize(metadata);
  std::string tail(padded(pixel_bytes_) - pixel_bytes_, '\0');
  const std::size_t shift = pixel_bytes_ % 8;  // of the tail's bytes against the file's
  const auto pad = [&] { tail.resize(padded(tail.size() + shift) - shift); };
  append_values(tail, content_.labels);
  pad();
  if (footer.has_groups != 0) {
    append_values(tail, content_.groups);
    pad();
  }
  tail += metadata;
  pad();
  append_values(tail, blocks_.finish());
  tail += bytes_of(footer);
  Fingerprint fingerprint;
  fingerprint.add(tail);
  const Fingerprint::Bytes checksum = fingerprint.bytes();
  tail.append(reinterpret_cast<const char*>(checksum.data()), checksum.size());
  pixels_.append(tail);
  pixels_.sync();
  return fingerprint.hexadecimal();
}

void PartialCache::publish(const std::filesystem::path& target) {
  base::move_file(pixels_.path(), target);
  std::error_code ignored;  // a journal without its file is of no use, and does no harm
  std::filesystem::remove(journal_.path(), ignored);
}

}  // namespace firesweep::runners::data
