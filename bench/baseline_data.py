"""Fashion-MNIST for the baselines: read once per process, provided in two variants.

stock  a data set and a DataLoader with torchvision's transforms, image by image, as tutorials do
tuned  tensors of the whole set; a batch is cropped, flipped and normalised in a few operators
"""
import gzip
import struct
from pathlib import Path

import numpy
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

import baseline_squeezenet

EVALUATION_BATCH = 250  # firesweep's


def read_idx(path, dimensions):
    content = gzip.decompress(Path(path).read_bytes())
    shape = struct.unpack(f">{dimensions}I", content[4:4 + 4 * dimensions])
    return torch.from_numpy(
        numpy.frombuffer(content, numpy.uint8, offset=4 + 4 * dimensions).reshape(shape).copy())


def balanced(labels, count):
    """Indices of `count` images balanced over the classes, always the same ones."""
    classes = int(labels.max()) + 1
    counts = [count // classes + (index < count % classes) for index in range(classes)]
    return torch.cat([(labels == index).nonzero()[:size, 0]
                      for index, size in enumerate(counts)])


class Images:
    """uint8 [N, H, W] and labels [N] of both parts; the normalisation is that of training."""

    def __init__(self, directory, train, test):
        self.train = self.read(directory, "train", train)
        self.test = self.read(directory, "t10k", test)
        pixels = self.train[0].double() / 255
        self.mean, self.deviation = float(pixels.mean()), float(pixels.std(unbiased=False))

    @staticmethod
    def read(directory, part, count):
        images = read_idx(f"{directory}/{part}-images-idx3-ubyte.gz", 3)
        labels = read_idx(f"{directory}/{part}-labels-idx1-ubyte.gz", 1).long()
        chosen = balanced(labels, count)
        return images[chosen].clone(), labels[chosen].clone()


class StockSet(Dataset):
    """As torchvision.datasets.MNIST hands out its images."""

    def __init__(self, part, transform):
        self.images, self.labels = part
        self.transform = transform

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        image = Image.fromarray(self.images[index].numpy(), mode="L")
        return self.transform(image), int(self.labels[index])


class StockBatches:
    def __init__(self, images, batch_size, padding, flip):
        size = images.train[0].shape[-1]
        common = [transforms.ToTensor(), transforms.Normalize((images.mean,), (images.deviation,))]
        augment = [transforms.RandomCrop(size, padding=padding)] if padding else []
        augment += [transforms.RandomHorizontalFlip()] if flip else []
        train = StockSet(images.train, transforms.Compose(augment + common))
        test = StockSet(images.test, transforms.Compose(common))
        self.train = DataLoader(train, batch_size=batch_size, shuffle=True)
        self.test = DataLoader(test, batch_size=EVALUATION_BATCH)
        self.steps = len(self.train)


class TunedBatches:
    def __init__(self, images, batch_size, padding, flip):
        self.padding, self.flip, self.batch_size = padding, flip, batch_size
        self.size = images.train[0].shape[-1]
        self.padded = torch.nn.functional.pad(images.train[0], [padding] * 4)
        self.labels = images.train[1]
        # 256 normalised values, as looking up is faster than computing.
        self.table = (torch.arange(256) / 255 - images.mean) / images.deviation
        whole = self.normalized(images.test[0])
        self.test = list(zip(whole.split(EVALUATION_BATCH), images.test[1].split(EVALUATION_BATCH)))
        self.steps = -(-len(self.labels) // batch_size)

    def normalized(self, pixels):
        return baseline_squeezenet.channels_last(self.table[pixels.long()].unsqueeze(1))

    def cropped(self, chosen):
        count = len(chosen)
        offsets = torch.randint(2 * self.padding + 1, (2, count, 1))
        rows = offsets[0] + torch.arange(self.size)
        columns = offsets[1] + torch.arange(self.size)
        if self.flip:
            columns = torch.where(torch.rand(count, 1) < 0.5, columns.flip(1), columns)
        return self.padded[chosen[:, None, None], rows[:, :, None], columns[:, None, :]]

    @property
    def train(self):
        for chosen in torch.randperm(len(self.labels)).split(self.batch_size):
            yield self.normalized(self.cropped(chosen)), self.labels[chosen]
