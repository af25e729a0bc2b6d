"""What Pillow makes of picture files, and the same of the tool, for comparison."""
import subprocess

from PIL import Image, ImageOps

FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


def eight_bits(image):
    """The high byte of 16-bit grey; Pillow's own conversion clips at 255."""
    if image.mode != "I" and not image.mode.startswith("I;16"):
        return image
    high = bytes(value >> 8 for value in image.convert("I").getdata())
    return Image.frombytes("L", image.size, high)


def reference(path, channels=3, background=(255, 255, 255), apply=False):
    """The picture as mode RGB or L: composited over the background if anything can be transparent."""
    with Image.open(path) as image:
        image.load()
        if apply:
            image = ImageOps.exif_transpose(image)
        image = eight_bits(image)
        if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
            canvas = Image.new("RGBA", image.size, tuple(background) + (255,))
            image = Image.alpha_composite(canvas, image.convert("RGBA"))
        return image.convert("RGB" if channels == 3 else "L")


def crop(image, height, width, method):
    """torchvision's Resize(size) and CenterCrop(size) with Pillow, also for sizes that are not square."""
    if width * image.height >= height * image.width:
        size = (width, int(width * image.height / image.width))
    else:
        size = (int(height * image.width / image.height), height)
    image = image.resize(size, method)
    left = int(round((size[0] - width) / 2.0))
    top = int(round((size[1] - height) / 2.0))
    return image.crop((left, top, left + width, top + height))


def frame(image, mode, height, width, method, background):
    """The framing `mode` of an image in mode RGB or L."""
    if mode == "crop":
        return crop(image, height, width, method)
    if mode == "stretch":
        return image.resize((width, height), method)
    colour = Image.new("RGB", (1, 1), tuple(background)).convert(image.mode).getpixel((0, 0))
    return ImageOps.pad(image, (width, height), method, color=colour)


class ToolError(Exception):
    """The tool rejected a picture."""


class Tool:
    """A running picture_tool."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def ask(self, *fields):
        """(height, width, channels) and the pixels."""
        line = "\t".join(str(field) for field in fields) + "\n"
        self.process.stdin.write(line.encode())
        self.process.stdin.flush()
        head = self.process.stdout.readline().decode().rstrip("\n")
        if not head or head.startswith("error"):
            raise ToolError(head or "the tool ended")
        shape = tuple(map(int, head.split()))
        return shape, self.process.stdout.read(shape[0] * shape[1] * shape[2])

    def decode(self, path, channels=3, background=(255, 255, 255), apply=False):
        return self.ask("decode", path, channels, *background, "apply" if apply else "ignore")

    def resize(self, height, width, method, box):
        return self.ask("resize", height, width, method, *box)

    def frame(self, mode, height, width, method):
        return self.ask("frame", mode, height, width, method)


def difference(answer, image):
    """The largest difference to a Pillow image; 256 if the shapes differ."""
    shape, pixels = answer
    if shape != (image.height, image.width, len(image.getbands())):
        return 256
    expected = image.tobytes()
    if pixels == expected:
        return 0
    return max(abs(a - b) for a, b in zip(pixels, expected))
