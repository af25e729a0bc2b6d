#!/usr/bin/python3
"""One process of a grid search with Optuna's GridSampler and Python PyTorch.

Trains designs of an existing study until the grid is exhausted; several processes may share one study.
--variant stock trains as PyTorch's tutorials do (DataLoader, NCHW, fp32), tuned as an expert would
(baseline_squeezenet.py, baseline_data.py). The sweep file is firesweep's; recipe, initialisation and
schedule are the same. The value of a trial is its accuracy on the test images.
"""
import argparse
import contextlib
import time

import optuna
import torch
import yaml
from torch import nn

import baseline_data
import baseline_squeezenet

MODEL_KEYS = {"family", "preset", "dropout", "final_relu", "batch_norm",
              "weight_init"}
TRAINING_KEYS = {"epochs", "batch_size", "learning_rate", "schedule", "warmup_steps", "momentum",
                 "weight_decay", "gradient_clip_norm", "adaptive_clip", "crop_padding", "crop_fill",
                 "horizontal_flip"}
AXES = {"SR", "pct_3x3", "bypass", "seed"}


def read_config(path):
    """A sweep file all of whose keys this program knows."""
    with open(path) as file:
        config = yaml.safe_load(file)
    for section, known in (("model", MODEL_KEYS), ("training", TRAINING_KEYS), ("grid", AXES)):
        for key in config[section].keys() ^ known:
            kind = "is missing" if key in known else "is unknown here"
            raise SystemExit(f"{path}: {section}.{key} {kind}; expected {', '.join(sorted(known))}")
    for section, key, known in (("training", "schedule", "linear"), ("training", "adaptive_clip", 0),
                                ("training", "crop_fill", "black"), ("model", "batch_norm", False),
                                ("model", "weight_init", "kaiming")):
        if config[section][key] != known:
            raise SystemExit(f"{path}: {section}.{key}; expected {known}")
    return config


def axes_of(config):
    return {key: values for key, values in config["grid"].items() if key != "seed"}


class Work:
    """Kept by a process from trial to trial: the images and the training procedure."""

    def __init__(self, config, options):
        dataset, self.recipe = config["dataset"], config["training"]
        self.model, self.seed = config["model"], config["grid"]["seed"][0]
        self.axes, self.tuned = axes_of(config), options.variant == "tuned"
        images = baseline_data.Images(options.data, dataset["train"], dataset["test"])
        self.classes = int(images.train[1].max()) + 1
        batches = baseline_data.TunedBatches if self.tuned else baseline_data.StockBatches
        self.batches = batches(images, self.recipe["batch_size"], self.recipe["crop_padding"],
                               self.recipe["horizontal_flip"])
        self.bf16 = options.precision == "bf16"

    def arithmetic(self):
        if self.bf16:
            return torch.autocast("cpu", dtype=torch.bfloat16)
        return contextlib.nullcontext()

    def rate_factor(self, step):
        """Linear warm-up, then linearly to 0 at the last step."""
        warmup, total = self.recipe["warmup_steps"], self.recipe["epochs"] * self.batches.steps
        if step < warmup:
            return (step + 1) / warmup
        return 1 - (step - warmup) / max(total - warmup, 1)

    def train(self, model):
        recipe = self.recipe
        optimizer = torch.optim.SGD(model.parameters(), lr=recipe["learning_rate"],
                                    momentum=recipe["momentum"],
                                    weight_decay=recipe["weight_decay"])
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, self.rate_factor)
        criterion = nn.CrossEntropyLoss()
        model.train()
        for _ in range(recipe["epochs"]):
            for images, labels in self.batches.train:
                optimizer.zero_grad(set_to_none=self.tuned)
                with self.arithmetic():
                    logits = model(images)
                loss = criterion(logits.float(), labels)
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), recipe["gradient_clip_norm"])
                optimizer.step()
                schedule.step()

    def evaluate(self, model):
        model.eval()
        correct, count = 0, 0
        with torch.inference_mode() if self.tuned else torch.no_grad():
            for images, labels in self.batches.test:
                with self.arithmetic():
                    logits = model(images)
                correct += int((logits.argmax(1) == labels).sum())
                count += len(labels)
        return correct / count

    def objective(self, trial):
        design = {key: trial.suggest_categorical(key, values) for key, values in self.axes.items()}
        torch.manual_seed(self.seed)
        model = baseline_squeezenet.squeezenet({**self.model, **design}, 1, self.classes, self.tuned)
        baseline_squeezenet.initialize(model)
        if self.tuned:
            baseline_squeezenet.to_channels_last(model, self.batches.test[0][0][:2])
        start = time.perf_counter()
        self.train(model)
        trained = time.perf_counter()
        accuracy = self.evaluate(model)
        trial.set_user_attr("train_seconds", trained - start)
        trial.set_user_attr("test_seconds", time.perf_counter() - trained)
        return accuracy


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", help="sweep file")
    parser.add_argument("--storage", required=True, help="Optuna's, e.g. sqlite:///study.db")
    parser.add_argument("--study", required=True, help="name of an existing study")
    parser.add_argument("--variant", choices=["stock", "tuned"], default="stock")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist",
                        help="directory of the idx files (%(default)s)")
    options = parser.parse_args()
    if options.precision == "bf16" and options.variant == "stock":
        parser.error("--precision bf16 needs --variant tuned")
    config = read_config(options.config)
    torch.set_num_threads(1)
    torch.set_flush_denormal(options.variant == "tuned")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.GridSampler(axes_of(config))
    study = optuna.load_study(study_name=options.study, storage=options.storage, sampler=sampler)
    study.optimize(Work(config, options).objective)


if __name__ == "__main__":
    main()
