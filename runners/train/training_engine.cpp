#include "runners/train/training_engine.h"

#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/host.h"
#include "runners/engine/processor.h"
#include "runners/train/fused_training.h"
#include "runners/train/reference_engine.h"
#include "sweep/study/cost_model.h"

namespace firesweep::runners::train {

std::unique_ptr<TrainingEngine> make_training_engine(models::Network& network,
                                                     const models::Architecture& architecture,
                                                     const sweep::TrainingRecipe& recipe,
                                                     torch::Device device,
                                                     const std::vector<float>& class_weights) {
  std::string why = "as asked for";
  if (recipe.engine == sweep::Engine::kFused) {
    if (device.is_cpu()) {
      try {
        return std::make_unique<FusedTraining>(network, architecture, recipe, class_weights);
      } catch (const engine::Unsupported& unsupported) {
        why = fmt::format("the fused engine does not do {}", unsupported.what());
      }
    } else {
      why = "the fused engine is for CPUs";
    }
  }
  return std::make_unique<ReferenceEngine>(
      network, recipe, device,
      fmt::format("reference, {} ({})", sweep::to_string(recipe.precision), why), class_weights);
}

void check_precision(sweep::Precision precision, torch::Device device) {
  if (precision == sweep::Precision::kFp32 || !device.is_cpu() || engine::processor_has_bf16()) {
    return;
  }
  const bool emulated = engine::bf16_can_be_emulated();
  if (precision == sweep::Precision::kBf16) {
    throw Error(fmt::format(
        "precision bf16: the processor ({}) has no bf16 instructions; expected "
        "fp32{}",
        base::host_processor(), emulated ? ", or bf16-emulated for the same numbers" : ""));
  }
  if (!emulated) {
    throw Error(
        fmt::format("precision bf16-emulated: the processor ({}) has no AVX-512, without "
                    "which bf16 numbers can't be multiplied; expected fp32",
                    base::host_processor()));
  }
}

}  // namespace firesweep::runners::train
