#include "runners/train/training_engine.h"

#include <utility>

#include <fmt/format.h>

#include "runners/train/fused_training.h"
#include "runners/train/reference_engine.h"

namespace firesweep::runners {

std::unique_ptr<TrainingEngine> make_training_engine(models::Network& network,
                                                     const models::Architecture& architecture,
                                                     const sweep::TrainingRecipe& recipe,
                                                     torch::Device device) {
  std::string why = "as asked for";
  if (recipe.engine == sweep::Engine::kFused) {
    if (device.is_cpu()) {
      try {
        return std::make_unique<FusedTraining>(network, architecture, recipe);
      } catch (const models::engine::Unsupported& unsupported) {
        why = fmt::format("the fused engine does not do {}", unsupported.what());
      }
    } else {
      why = "the fused engine is for CPUs";
    }
  }
  return std::make_unique<ReferenceEngine>(
      network, recipe, device,
      fmt::format("reference, {} ({})", sweep::to_string(recipe.precision), why));
}

}  // namespace firesweep::runners
