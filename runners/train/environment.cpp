#include "runners/train/environment.h"

#include <regex>
#include <string>

#include <ATen/Config.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/cpu/vec/vec_base.h>
#include <jemalloc/jemalloc.h>
#include <torch/version.h>
#include <unistd.h>

#include "base/host.h"
#include "sweep/study/cost_model.h"

namespace firesweep::runners::train {

namespace {

/// "2.6.3" from LibTorch's description of its libraries.
std::string onednn_version() {
  const std::string config = at::get_mkldnn_version();
  std::smatch match;
  return std::regex_search(config, match, std::regex("v([0-9.]+)")) ? match[1].str() : "unknown";
}

std::string allocator() {
  const char* version = nullptr;
  std::size_t size = sizeof(version);
  if (mallctl("version", static_cast<void*>(&version), &size, nullptr, 0) != 0) {
    return "unknown";
  }
  return std::string("jemalloc ") + version;
}

}  // namespace

nlohmann::json worker_environment() {
  return {{"host", base::host_name()},        {"processor", base::host_processor()},
          {"libtorch", TORCH_VERSION},        {"onednn", onednn_version()},
          {"threads", at::get_num_threads()}, {"allocator", allocator()}};
}

}  // namespace firesweep::runners::train
